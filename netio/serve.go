package netio

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"

	"github.com/gobwas/ws"
)

// serve answers one plain HTTP request with the host's handler.
func (p *preface) serve(o *AcceptOptions) error {
	in := bufio.NewReader(io.MultiReader(
		bytes.NewReader(p.bytes()),
		io.LimitReader(p.conn, int64(o.MaxMessage)),
	))
	req, err := http.ReadRequest(in)
	if err != nil || req.Host == "" && req.ProtoAtLeast(1, 1) {
		_, err := p.refuse(ws.ErrMalformedRequest)
		return err
	}
	req.RemoteAddr = p.conn.RemoteAddr().String()
	if s, ok := p.conn.(*secure); ok {
		state := s.tls.ConnectionState()
		req.TLS = &state
	}
	if req.ContentLength != 0 && req.Header.Get("Expect") == "100-continue" {
		if _, err := io.WriteString(p.conn, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return fmt.Errorf("netio: serve HTTP: %w", err)
		}
	}
	w := response{header: http.Header{}, status: http.StatusOK}
	o.HTTP.ServeHTTP(&w, req)
	if err := respond(p.conn, req, w.status, w.header, w.body.Bytes()); err != nil {
		return err
	}
	return ErrServed
}

// response is a [http.ResponseWriter] that keeps everything until the end.
type response struct {
	header http.Header
	status int
	fixed  bool // the status was written
	body   bytes.Buffer
}

func (w *response) Header() http.Header { return w.header }

func (w *response) WriteHeader(status int) {
	if !w.fixed && status >= http.StatusOK {
		w.status, w.fixed = status, true
	}
}

func (w *response) Write(b []byte) (int, error) {
	w.fixed = true
	return w.body.Write(b)
}

// respond writes a response that ends the connection. The request, which may be
// nil, tells whether a body is wanted.
func respond(c io.Writer, req *http.Request, status int, header http.Header, body []byte) error {
	if header.Get("Content-Type") == "" && len(body) > 0 {
		header.Set("Content-Type", http.DetectContentType(body))
	}
	var out bytes.Buffer
	r := http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
		Request: req, Close: true,
	}
	err := r.Write(&out)
	if err == nil {
		_, err = c.Write(out.Bytes())
	}
	if err != nil {
		return fmt.Errorf("netio: serve HTTP: %w", err)
	}
	return nil
}
