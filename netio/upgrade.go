package netio

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/gobwas/ws"
)

var (
	errElsewhere = reject(http.StatusNotFound, "nothing here")
	errOrigin    = reject(http.StatusForbidden, "origin is not allowed")
	errProtocol  = reject(http.StatusBadRequest, "no subprotocol in common")
	errTwice     = reject(http.StatusBadRequest, "header field occurs twice")
	errBody      = reject(http.StatusBadRequest, "upgrade with a body")
	errHeaders   = reject(http.StatusRequestHeaderFieldsTooLarge, "header is too large")
)

func reject(status int, reason string) error {
	return ws.RejectConnectionError(ws.RejectionStatus(status), ws.RejectionReason(reason))
}

// acceptHTTP reads the head of a request, all of it and nothing beyond what
// came with it, and lets ws.Upgrader work on that. ws.Upgrader on the
// connection itself would read a header of any size, and lose what follows it.
func (p *preface) acceptHTTP(o *AcceptOptions) (Handshake, error) {
	if err := p.readHead(); err != nil {
		return p.refuse(err)
	}
	u := upgrade{o: o}
	answer, err := u.run(p.bytes()[:p.used])
	if err == nil {
		if _, err := p.conn.Write(answer); err != nil {
			return Handshake{}, fmt.Errorf("netio: handshake: %w", err)
		}
		return u.Handshake, nil
	}
	if o.HTTP != nil && plain(err) {
		return Handshake{}, p.serve(o)
	}
	return p.refuse(err)
}

// plain says whether an upgrade failed because the request was none, or went to
// another path.
func plain(err error) bool {
	return err == errElsewhere || err == ws.ErrHandshakeBadUpgrade ||
		err == ws.ErrHandshakeBadMethod || err == ws.ErrHandshakeBadProtocol
}

// readHead reads until the empty line that ends the head and sets used.
func (p *preface) readHead() error {
	if c := p.chunk.B[0] | 0x20; c < 'a' || c > 'z' {
		return ws.ErrMalformedRequest // no method begins like this: TLS, or something else
	}
	for seen := 0; ; {
		if p.used = headEnd(p.bytes(), seen); p.used > 0 {
			return checkHead(p.bytes()[:p.used])
		}
		if p.n >= maxHead {
			return errHeaders
		}
		seen = p.n
		if err := p.more(); err != nil {
			return err
		}
	}
}

// headEnd is the index behind the empty line, or 0. Nothing before seen needs
// to be looked at again, but for the end of a line that began there.
func headEnd(b []byte, seen int) int {
	for i := max(seen-2, 0); i < len(b); i++ {
		if b[i] != '\n' {
			continue
		}
		if rest := b[i+1:]; bytes.HasPrefix(rest, []byte("\n")) {
			return i + 2
		} else if bytes.HasPrefix(rest, []byte("\r\n")) {
			return i + 3
		}
	}
	return 0
}

// checkHead refuses what two parsers could read in two ways, and too many lines.
func checkHead(head []byte) error {
	count := -1 // the first line is the request
	for line := range bytes.Lines(bytes.TrimRight(head, "\r\n")) {
		if count++; count > maxHeaders {
			return errHeaders
		}
		name, _, ok := bytes.Cut(line, []byte(":"))
		if count > 0 && (!ok || len(name) == 0 || bytes.ContainsAny(name, " \t\r")) {
			return ws.ErrMalformedRequest
		}
	}
	return nil
}

// refuse answers with the status that the rejection names. Errors of the
// connection are passed on.
func (p *preface) refuse(err error) (Handshake, error) {
	var rejected *ws.ConnectionRejectedError
	if !errors.As(err, &rejected) {
		return Handshake{}, err
	}
	status := rejected.StatusCode()
	if err == ws.ErrHandshakeBadUpgrade {
		status = http.StatusUpgradeRequired
	}
	header := http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
	if status == http.StatusUpgradeRequired || status == http.StatusBadRequest {
		header["Sec-WebSocket-Version"] = []string{"13"}
	}
	if status == http.StatusUpgradeRequired {
		header["Upgrade"] = []string{"websocket"}
	}
	if err := respond(p.conn, nil, status, header, []byte(rejected.Error()+"\n")); err != nil {
		return Handshake{}, err
	}
	return Handshake{}, &HandshakeError{Status: status, Text: rejected.Error()}
}

// upgrade collects what the callbacks of ws.Upgrader are told.
type upgrade struct {
	Handshake
	o      *AcceptOptions
	hosts  int
	resort bool // the last resort was offered
}

// run returns the answer that is to be sent.
func (u *upgrade) run(head []byte) ([]byte, error) {
	var answer bytes.Buffer
	up := ws.Upgrader{
		OnRequest: u.onRequest, OnHost: u.onHost, OnHeader: u.onHeader,
		Protocol: u.onProtocol, OnBeforeUpgrade: u.onBeforeUpgrade,
	}
	_, err := up.Upgrade(stream{bytes.NewReader(head), &answer})
	if err != nil {
		if _, ok := errors.AsType[*ws.ConnectionRejectedError](err); !ok {
			err = ws.ErrMalformedRequest
		}
		return nil, err
	}
	u.Framing = framingOf(u.Subprotocol)
	u.MaxSend, u.MaxReceive = NoLimit, u.o.MaxMessage
	return answer.Bytes(), nil
}

func (u *upgrade) onRequest(uri []byte) error {
	u.URI = string(uri)
	target, err := url.ParseRequestURI(u.URI)
	if err != nil {
		return ws.ErrMalformedRequest
	}
	if u.o.WebSocketPath != "" && target.Path != u.o.WebSocketPath {
		return errElsewhere
	}
	return nil
}

func (u *upgrade) onHost(host []byte) error {
	if u.hosts++; u.hosts > 1 {
		return errTwice
	}
	u.Host = string(host)
	return nil
}

func (u *upgrade) onHeader(key, value []byte) error {
	switch string(key) {
	case "Origin":
		if u.Origin != "" {
			return errTwice
		}
		u.Origin = string(value)
	case "Transfer-Encoding":
		return errBody
	case "Content-Length":
		if string(value) != "0" {
			return errBody
		}
	}
	if slices.Contains(u.o.KeepHeaders, string(key)) {
		if u.Header == nil {
			u.Header = http.Header{}
		}
		u.Header.Add(string(key), string(value))
	}
	return nil
}

// lastResort is taken when nothing else is in common: some peers read another
// separator of batches than the one that we write.
const lastResort = "wamp.2.json.batched"

// onProtocol is asked in the order of the client's preference, over all lines
// of Sec-WebSocket-Protocol, until it says yes.
func (u *upgrade) onProtocol(name []byte) bool {
	switch {
	case !slices.Contains(u.o.Subprotocols, string(name)):
		return false
	case string(name) == lastResort:
		u.resort = true
		return false
	}
	u.Subprotocol = string(name)
	return true
}

func (u *upgrade) onBeforeUpgrade() (ws.HandshakeHeader, error) {
	switch {
	case u.Origin != "" && !u.o.Origins(u.Origin, u.Host):
		return nil, errOrigin
	case u.Subprotocol == "" && u.resort:
		u.Subprotocol = lastResort
		return ws.HandshakeHeaderHTTP{"Sec-WebSocket-Protocol": {lastResort}}, nil
	case u.Subprotocol == "":
		return nil, errProtocol
	}
	return nil, nil
}
