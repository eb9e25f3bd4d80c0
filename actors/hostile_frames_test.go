package actors_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// webFrame is a WebSocket frame as a client sends it, masked with zeros.
func webFrame(first byte, payload string) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	return append(append(b, 0, 0, 0, 0), payload...)
}

const (
	fin  = 0x80
	ping = 0x89
	pong = 0x8a
	bye  = 0x88
)

// badFrames are violations of RFC 6455 and the close codes that it asks for. own
// is the opcode of messages, other the one that does not fit the serializer.
func badFrames(own, other byte) []broken {
	tooLong := strings.Repeat("x", 126)
	return []broken{
		{"not masked", []byte{fin | own, 2, '[', ']'}, 1002},
		{"RSV1", webFrame(fin|0x40|own, "[]"), 1002},
		{"RSV3", webFrame(fin|0x10|own, "[]"), 1002},
		{"reserved opcode", webFrame(fin|3, "[]"), 1002},
		{"reserved control opcode", webFrame(fin|0xb, ""), 1002},
		{"continuation of nothing", webFrame(fin, "[]"), 1002},
		{"message within a message", append(webFrame(own, "["), webFrame(fin|own, "[]")...), 1002},
		{"ping in fragments", webFrame(ping&^fin, "x"), 1002},
		{"ping too long", webFrame(ping, tooLong), 1002},
		{"close too long", webFrame(bye, "\x03\xe8"+tooLong), 1002},
		{"close of one octet", webFrame(bye, "\x03"), 1002},
		{"close 1005", webFrame(bye, "\x03\xed"), 1002},
		{"close 999", webFrame(bye, "\x03\xe7"), 1002},
		{"close reason is not UTF-8", webFrame(bye, "\x03\xe8\xff"), 1007},
		{"length not in its shortest form", []byte{fin | own, 0x80 | 126, 0, 2, 0, 0, 0, 0, '[', ']'}, 1002},
		{"length of 2^63", []byte{fin | own, 0x80 | 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1002},
		{"the other type", webFrame(fin|other, "[]"), 1003},
		{"the other type, in fragments", webFrame(other, "["), 1003},
		{"1 GiB", []byte{fin | own, 0x80 | 127, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0}, 1009},
		{"8 EiB", []byte{fin | own, 0x80 | 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}, 1009},
		{"too many empty fragments", append(webFrame(own, ""), bytes.Repeat(webFrame(0, ""), 1025)...), 1008},
	}
}

// badRawSocket are violations of the advanced profile, "RawSocket Transport".
// There the transport is failed without a code.
var badRawSocket = []broken{
	{"reserved bit", []byte{0x10, 0, 0, 2, '[', ']'}, 0},
	{"all reserved bits", []byte{0xf0, 0, 0, 2, '[', ']'}, 0},
	{"type 3", []byte{3, 0, 0, 2, '[', ']'}, 0},
	{"type 7", []byte{7, 0, 0, 0}, 0},
	{"16 MiB", []byte{8, 0, 0, 0}, 0},
	{"X and a length", []byte{8, 0, 0, 1, 'x'}, 0},
	{"above what was announced", []byte{0, 0x40, 0, 1}, 0},
	{"ping above what was announced", []byte{1, 0x40, 0, 1}, 0},
}

// A frame that violates the transport fails it. What came before is handled, and
// nobody else notices.
func TestBrokenFrames(t *testing.T) {
	router := start(t, actors.Config{})
	for _, p := range places(t, router) {
		crowd := seat(t, p)
		for _, k := range kinds {
			own, other := byte(2), byte(1)
			if k.serializer.String() == "json" {
				own, other = other, own
			}
			frames := badFrames(own, other)
			if k.raw {
				frames = badRawSocket
			}
			for _, bad := range frames {
				t.Run(fmt.Sprint(p.name, "/", k, "/", bad.name), func(t *testing.T) {
					g := p.member(t, k)
					valid := g.frame(g.encode([]any{16, 1, wamp.Dict{"acknowledge": true}, "com.topic", []any{"first"}}))
					if _, err := g.Write(append(append(valid, bad.b...), valid...)); err != nil {
						t.Fatal(err)
					}
					g.expect(wamp.Published)
					g.failed(bad.code)
					crowd.hears("first")
				})
			}
		}
	}
}

// failed expects the end with this code, behind an ABORT at most.
func (g *guest) failed(code uint16) {
	g.t.Helper()
	v, err := receive(g.ctx, g.Raw)
	m, ok := v.([]any)
	switch wantAbort := code == 1003 || code == 1009; {
	case err == nil && (!ok || number(m[0]) != int64(wamp.Abort)):
		g.t.Fatalf("got %v", v)
	case err == nil:
		g.closed(code)
	case wantAbort:
		g.t.Fatalf("got %v without an ABORT", err)
	default:
		g.ends(err, code)
	}
}

// Control frames between fragments, pings with data, messages in many pieces.
func TestFragments(t *testing.T) {
	router := start(t, actors.Config{})
	for _, p := range places(t, router) {
		crowd := seat(t, p)
		for _, k := range kinds[:3] {
			g := p.member(t, k)
			own := byte(2)
			if k.serializer.String() == "json" {
				own = 1
			}
			b := webFrame(own, "")
			for _, c := range g.encode([]any{16, 1, wamp.Dict{"acknowledge": true}, "com.topic", []any{"pieces"}}) {
				b = append(b, webFrame(0, string([]byte{c}))...)
				b = append(b, webFrame(pong, "unasked")...)
			}
			b = append(b, webFrame(ping, "between")...)
			b = append(b, webFrame(fin, "")...)
			for i := range b { // every octet in a write of its own
				if _, err := g.Write(b[i : i+1]); err != nil {
					t.Fatal(err)
				}
			}
			if f, err := g.ReceiveFrame(g.ctx); err != nil || f.Kind != netio.Pong || string(f.Data) != "between" {
				t.Errorf("%v: got %v %q, %v", k, f.Kind, f.Data, err)
			}
			g.expect(wamp.Published)
			crowd.hears("pieces")
		}
	}
}

// The peer's close frame is answered with its own code, also in the middle of a
// session; what stands before it in the same write is handled.
func TestCloseFrame(t *testing.T) {
	router := start(t, actors.Config{})
	for _, p := range places(t, router) {
		crowd := seat(t, p)
		for _, k := range kinds[:3] {
			for text, code := range map[string]uint16{"": 1000, "\x03\xe8": 1000, "\x03\xe9bye": 1001, "\x0f\xa0own": 4000} {
				g := p.member(t, k)
				message := g.frame(g.encode([]any{16, 1, wamp.Dict{"acknowledge": true}, "com.topic", []any{"last words"}}))
				if _, err := g.Write(append(message, webFrame(bye, text)...)); err != nil {
					t.Fatal(err)
				}
				g.closed(code)
				crowd.hears("last words")
			}
		}
	}
	if n := router.Counters().Drops()["slow"]; n != 0 {
		t.Errorf("%d peers that closed were taken for slow ones", n)
	}
}

// RawSocket: a ping is answered once with the same payload, a pong is ignored.
func TestRawSocketPing(t *testing.T) {
	router := start(t, actors.Config{})
	for _, p := range places(t, router) {
		for _, k := range rawKinds {
			g := p.member(t, k)
			for _, data := range []string{"", "x", strings.Repeat("long", 50_000)} {
				b := append([]byte{2, 0, 0, 3}, "???"...)
				b = append(b, 1, byte(len(data)>>16), byte(len(data)>>8), byte(len(data)))
				if _, err := g.Write(append(b, data...)); err != nil {
					t.Fatal(err)
				}
				if f, err := g.ReceiveFrame(g.ctx); err != nil || f.Kind != netio.Pong || string(f.Data) != data {
					t.Errorf("%v: got %v of %d octets, %v", k, f.Kind, len(f.Data), err)
				}
			}
			g.send([]any{16, 1, wamp.Dict{"acknowledge": true}, "com.topic"})
			g.expect(wamp.Published)
		}
	}
}

// Neither side sends more than the other accepts: a ping that would need a larger
// pong fails the transport.
func TestRawSocketPingTooLarge(t *testing.T) {
	router := start(t, actors.Config{})
	g := narrow(t, router, kinds[4])
	for _, size := range []int{smallest, smallest + 1} {
		_, err := g.Write(append([]byte{1, 0, byte(size >> 8), byte(size)}, make([]byte, size)...))
		g.must(err)
		f, err := g.ReceiveFrame(g.ctx)
		if size == smallest && (err != nil || f.Kind != netio.Pong || len(f.Data) != size) {
			t.Errorf("got %v of %d octets, %v", f.Kind, len(f.Data), err)
		}
		if size > smallest && !errors.Is(err, io.EOF) {
			t.Errorf("got %v of %d octets, %v", f.Kind, len(f.Data), err)
		}
	}
}

// What a listener answers to openings that are none (advanced profile, "RawSocket
// Transport"; RFC 6455, 4.2).
func TestBrokenHandshakes(t *testing.T) {
	address := serve(t, start(t, actors.Config{}))
	upgrade := func(protocol, version string) string {
		return "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
			"Sec-WebSocket-Version: " + version + "\r\nSec-WebSocket-Protocol: " + protocol + "\r\n\r\n"
	}
	for sent, want := range map[string]string{
		"\x7f\xf0\x00\x00":                  "",
		"\x7f\xf4\x00\x00":                  "\x7f\x10\x00\x00",
		"\x7f\xff\x00\x00":                  "\x7f\x10\x00\x00",
		"\x7f\x21\x00\x00":                  "\x7f\x20\x00\x00",
		"\x7f\xf1\x00\x01":                  "\x7f\x30\x00\x00",
		"\x7f\xf1\x80\x00":                  "\x7f\x30\x00\x00",
		"\x00\x00\x00\x00\r\n\r\n":          "HTTP/1.1 400",
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n": "HTTP/1.1 40",
		upgrade("wamp.2.unheard", "13"):     "HTTP/1.1 400",
		upgrade("WAMP.2.JSON", "13"):        "HTTP/1.1 400",
		upgrade("wamp.2.json", "8"):         "HTTP/1.1 426",
		"GET /ws HTTP/1.1\r\nX: " + strings.Repeat("y", 9000) + "\r\n\r\n": "HTTP/1.1 4",
	} {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, sent); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(c)
		if err != nil || !strings.HasPrefix(string(got), want) || want == "" && len(got) > 0 {
			t.Errorf("%.40q: got %.60q, %v", sent, got, err)
		}
		c.Close()
	}
}
