package netio_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
)

// FuzzAccept gives Accept any bytes in pieces of any length: it ends, answers
// as it says, and does the same however the bytes are cut.
func FuzzAccept(f *testing.F) {
	for i, stream := range []string{
		request(), request() + text("hello"), request("Host:"), request("Upgrade:"), request("Sec-WebSocket-Version: 8"),
		request("Origin: http://evil"), request("GET /else HTTP/1.1"), request("Sec-WebSocket-Protocol: a, b\r\nSec-WebSocket-Protocol: wamp.2.cbor"),
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
		"GET / HTTP/1.0\n\n", "\x7f\xf1\x00\x00" + raw(0, "hello"), "\x7f\x00\x00\x00", "\x16\x03\x01", "",
		request("Sec-WebSocket-Extensions: permessage-deflate; a=\"b\""), "\x7f\xf1\x00\x01",
	} {
		f.Add([]byte(stream), uint16(i))
	}
	f.Fuzz(func(t *testing.T, stream []byte, n uint16) {
		for _, handler := range []http.Handler{nil, http.HandlerFunc(echo)} {
			o := netio.AcceptOptions{WebSocketPath: "/ws", MaxMessage: 10_000, HTTP: handler}
			want := accept(t, string(stream), 1<<30, o)
			plausible(t, want, stream)
			got := accept(t, string(stream), int(n)+1, o)
			if got.answer != want.answer || got.Subprotocol != want.Subprotocol || got.URI != want.URI ||
				want.err == nil && string(got.Rest) != string(want.Rest) {
				t.Fatalf("in pieces %+v\nin one %+v", got, want)
			}
		}
	})
}

func plausible(t *testing.T, r result, stream []byte) {
	t.Helper()
	var refused *netio.HandshakeError
	switch {
	case r.err == nil:
		known := strings.Contains(strings.Join(subprotocols, " "), r.Subprotocol)
		if !known || r.Subprotocol == "" || r.status() != 101 && r.Framing != netio.RawSocket ||
			!strings.HasSuffix(string(stream), string(r.Rest)) {
			t.Fatalf("%+v", r)
		}
	case errors.As(r.err, &refused):
		if refused.Status != r.status() || refused.Status != 0 && refused.Status < 400 {
			t.Fatalf("%v: %q", r.err, r.answer)
		}
	case errors.Is(r.err, netio.ErrServed):
		if r.response == nil {
			t.Fatal("nothing served")
		}
	case !errors.Is(r.err, io.ErrUnexpectedEOF):
		t.Fatal(r.err)
	}
}
