package netio_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
)

// echo is the host's handler.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	w.Header().Set("X-Path", r.URL.Path)
	w.Header().Set("X-From", r.RemoteAddr)
	switch {
	case err != nil:
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	case r.URL.Path == "/missing":
		http.NotFound(w, r)
	default:
		_, _ = w.Write(body)
		w.WriteHeader(http.StatusTeapot) // too late
	}
}

func TestPlainRequestsGoToTheHandler(t *testing.T) {
	for _, tc := range []struct {
		name, stream string
		status       int
		path, body   string
	}{
		{"GET", "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 200, "/metrics", ""},
		{"HTTP/1.0", "GET /metrics HTTP/1.0\r\n\r\n", 200, "/metrics", ""},
		{"POST", "POST /call HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 200, "/call", "hello"},
		{"chunked", "POST /call HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 200, "/call", "hello"},
		{"body over the limit", "POST /call HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n" + long(20000), 413, "/call", ""},
		{"status", "GET /missing HTTP/1.1\r\nHost: x\r\n\r\n", 404, "/missing", "404 page not found\n"},
		{"no host", "GET / HTTP/1.1\r\n\r\n", 400, "", "malformed HTTP request\n"},
		{"malformed", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400, "", "malformed HTTP request\n"},
		{"upgrade elsewhere", request("GET /else HTTP/1.1"), 200, "/else", ""},
		{"no upgrade", request("Upgrade:"), 200, "/ws", ""},
		{"upgrade", request(), 101, "", ""},
		{"bad upgrade", request("Sec-WebSocket-Key:"), 400, "", "handshake error: bad \"Sec-WebSocket-Key\" header\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			deliveries(t, func(t *testing.T, n int) {
				o := netio.AcceptOptions{WebSocketPath: "/ws", MaxMessage: 10_000, HTTP: http.HandlerFunc(echo)}
				r := accept(t, tc.stream, n, o)
				if r.status() != tc.status || r.response.Header.Get("X-Path") != tc.path || r.body != tc.body {
					t.Fatalf("%v: %q", r.err, r.answer)
				}
				if served := errors.Is(r.err, netio.ErrServed); served != (tc.path != "") {
					t.Errorf("error %v", r.err)
				}
				if from := r.response.Header.Get("X-From"); tc.path != "" && (from != "peer" || !r.response.Close) {
					t.Errorf("answer %q", r.answer)
				}
			})
		})
	}
}

func TestHEAD(t *testing.T) {
	o := netio.AcceptOptions{HTTP: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		_, _ = io.WriteString(w, "body")
	})}
	r := accept(t, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", 100, o)
	if r.status() != 200 || !strings.HasSuffix(r.answer, "\r\n\r\n") || r.response.Header.Get("Content-Length") != "4" {
		t.Errorf("%v: %q", r.err, r.answer)
	}
}

func TestExpectContinue(t *testing.T) {
	o := netio.AcceptOptions{HTTP: http.HandlerFunc(echo)}
	r := accept(t, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi", 100, o)
	if !strings.HasPrefix(r.answer, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n") || !strings.HasSuffix(r.answer, "hi") {
		t.Errorf("%v: %q", r.err, r.answer)
	}
}
