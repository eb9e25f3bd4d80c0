package netio_test

import (
	"errors"
	"io"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
)

func TestRawSocketHandshake(t *testing.T) {
	for _, tc := range []struct {
		name, stream, answer string
		code                 uint8 // of a refusal
		subprotocol          string
		maxSend              int
	}{
		{"json", "\x7f\xf1\x00\x00", "\x7f\xd1\x00\x00", 0, "wamp.2.json", 1<<24 - 1},
		{"msgpack", "\x7f\xe2\x00\x00", "\x7f\xd2\x00\x00", 0, "wamp.2.msgpack", 1 << 23},
		{"least length", "\x7f\x31\x00\x00", "\x7f\xd1\x00\x00", 0, "wamp.2.json", 1 << 12},
		{"length too small", "\x7f\x21\x00\x00", "\x7f\x20\x00\x00", 2, "", 0},
		{"smallest length", "\x7f\x01\x00\x00", "\x7f\x20\x00\x00", 2, "", 0},
		{"not enabled", "\x7f\xf3\x00\x00", "\x7f\x10\x00\x00", 1, "", 0},
		{"ubjson", "\x7f\xf4\x00\x00", "\x7f\x10\x00\x00", 1, "", 0},
		{"serializer 15", "\x7f\xff\x00\x00", "\x7f\x10\x00\x00", 1, "", 0},
		{"serializer 0", "\x7f\xf0\x00\x00", "", 0, "", 0},
		{"first reserved octet", "\x7f\xf1\x01\x00", "\x7f\x30\x00\x00", 3, "", 0},
		{"second reserved octet", "\x7f\xf1\x00\x01", "\x7f\x30\x00\x00", 3, "", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			deliveries(t, func(t *testing.T, n int) {
				o := netio.AcceptOptions{Subprotocols: []string{"wamp.2.json", "wamp.2.msgpack"}}
				r := accept(t, tc.stream+raw(0, "hello"), n, o)
				if r.answer != tc.answer || r.Subprotocol != tc.subprotocol {
					t.Fatalf("%q, %v", r.answer, r.err)
				}
				var refused *netio.HandshakeError
				if tc.subprotocol == "" {
					if !errors.As(r.err, &refused) || refused.Code != tc.code || refused.Status != 0 {
						t.Errorf("error %v", r.err)
					}
					return
				}
				if r.err != nil || r.Framing != netio.RawSocket || r.MaxSend != tc.maxSend ||
					r.MaxReceive != 4<<20 || string(r.Rest) != raw(0, "hello") {
					t.Errorf("%+v", r)
				}
			})
		})
	}
}

func TestAnnouncedLength(t *testing.T) {
	for maxMessage, want := range map[int]string{
		1: "\x01", 512: "\x01", 1023: "\x01", 1024: "\x11", 4 << 20: "\xd1", 5 << 20: "\xd1",
		1<<24 - 1: "\xe1", 1 << 24: "\xf1", 1 << 30: "\xf1",
	} {
		r := accept(t, "\x7f\xf1\x00\x00", 4, netio.AcceptOptions{MaxMessage: maxMessage})
		if r.answer != "\x7f"+want+"\x00\x00" || r.MaxReceive != 1<<(9+want[0]>>4) {
			t.Errorf("%d: %q, %d", maxMessage, r.answer, r.MaxReceive)
		}
	}
}

// broken is a connection that takes no bytes.
type broken struct{ script }

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAnswersThatCannotBeWritten(t *testing.T) {
	for _, stream := range []string{"\x7f\xf1\x00\x00", "\x7f\xf1\x00\x01", request(), request("Host:"), "GET / HTTP/1.1\r\n\r\n"} {
		b := &broken{script{pieces: split([]byte(stream), 1000)}}
		if _, err := netio.Accept(b, netio.AcceptOptions{Subprotocols: subprotocols}); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%q: %v", stream, err)
		}
	}
}
