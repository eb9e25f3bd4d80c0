package netio_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/netio"
)

var subprotocols = []string{"wamp.2.json", "wamp.2.msgpack", "wamp.2.cbor"}

// withBatches are those of a router that takes batches, too.
var withBatches = append(subprotocols[:3:3], "wamp.2.json.batched", "wamp.2.msgpack.batched", "wamp.2.cbor.batched")

// request is a valid upgrade with some lines replaced: "Name: value" replaces
// or adds a field, "Name:" takes it away, "GET …" replaces the first line.
func request(changes ...string) string {
	lines := []string{
		"GET /ws HTTP/1.1", "Host: router.example", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Protocol: wamp.2.json",
	}
	for _, change := range changes {
		name, value, ok := strings.Cut(change, ":")
		if !ok || strings.Contains(name, " ") {
			lines[0] = change
			continue
		}
		added := []string{change}
		for i := 1; i < len(lines); i++ {
			if field, _, _ := strings.Cut(lines[i], ":"); field == name && added != nil {
				lines = append(lines[:i:i], lines[i+1:]...)
				i--
			}
		}
		if value != "" {
			lines = append(lines, added...)
		}
	}
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// result is what Accept made of a stream, and what the client got.
type result struct {
	netio.Handshake
	err      error
	answer   string
	response *http.Response
	body     string
}

func (r result) status() int {
	if r.response == nil {
		return 0
	}
	return r.response.StatusCode
}

func accept(t *testing.T, stream string, n int, o netio.AcceptOptions) result {
	t.Helper()
	chunks := held(t)
	s := &script{pieces: split([]byte(stream), n)}
	if o.Subprotocols == nil {
		o.Subprotocols = subprotocols
	}
	var r result
	r.Handshake, r.err = netio.Accept(s, o)
	if chunks() != 0 {
		t.Errorf("%d chunks are left", chunks())
	}
	rest, _ := io.ReadAll(s)
	r.Rest, r.answer = append(r.Rest, rest...), s.written.String()
	if strings.HasPrefix(r.answer, "HTTP") {
		var err error
		if r.response, err = http.ReadResponse(bufio.NewReader(strings.NewReader(r.answer)), nil); err != nil {
			t.Fatalf("malformed response %q: %v", r.answer, err)
		}
		body, _ := io.ReadAll(r.response.Body)
		r.body = string(body)
	}
	return r
}

// deliveries calls f for a stream in one piece, in small ones and byte by byte.
func deliveries(t *testing.T, f func(t *testing.T, n int)) {
	for _, n := range []int{1 << 30, 13, 1} {
		t.Run(fmt.Sprintf("by %d", n), func(t *testing.T) { f(t, n) })
	}
}

var upgrades = []struct {
	name        string
	request     string
	status      int
	subprotocol string
}{
	{"json", request(), 101, "wamp.2.json"},
	{"msgpack", request("Sec-WebSocket-Protocol: wamp.2.msgpack"), 101, "wamp.2.msgpack"},
	{"first preference", request("Sec-WebSocket-Protocol: wamp.2.cbor, wamp.2.json"), 101, "wamp.2.cbor"},
	{"first enabled preference", request("Sec-WebSocket-Protocol: wamp.2.ubjson,soap , wamp.2.msgpack, wamp.2.json"), 101, "wamp.2.msgpack"},
	{"two lines are one list", request("Sec-WebSocket-Protocol: soap\r\nSec-WebSocket-Protocol: wamp.2.cbor\r\nsec-websocket-protocol: wamp.2.json"), 101, "wamp.2.cbor"},
	{"no overlap", request("Sec-WebSocket-Protocol: soap"), 400, ""},
	{"other case", request("Sec-WebSocket-Protocol: WAMP.2.JSON"), 400, ""},
	{"no subprotocol", request("Sec-WebSocket-Protocol:"), 400, ""},
	{"malformed list", request("Sec-WebSocket-Protocol: (("), 400, ""},
	{"version 8", request("Sec-WebSocket-Version: 8"), 426, ""},
	{"no version", request("Sec-WebSocket-Version:"), 400, ""},
	{"no key", request("Sec-WebSocket-Key:"), 400, ""},
	{"short key", request("Sec-WebSocket-Key: AAAA"), 400, ""},
	{"no upgrade", request("Upgrade:"), 426, ""},
	{"other upgrade", request("Upgrade: h2c"), 426, ""},
	{"connection without upgrade", request("Connection: close"), 400, ""},
	{"connection with more", request("Connection: keep-alive, Upgrade"), 101, "wamp.2.json"},
	{"no host", request("Host:"), 400, ""},
	{"two hosts", request("Host: a\r\nHost: b"), 400, ""},
	{"other path", request("GET /else HTTP/1.1"), 404, ""},
	{"query", request("GET /ws?x=1 HTTP/1.1"), 101, "wamp.2.json"},
	{"absolute form", request("GET http://router.example/ws HTTP/1.1"), 101, "wamp.2.json"},
	{"malformed target", request("GET %zz HTTP/1.1"), 400, ""},
	{"POST", request("POST /ws HTTP/1.1"), 405, ""},
	{"HTTP/1.0", request("GET /ws HTTP/1.0"), 505, ""},
	{"no version of HTTP", request("GET /ws"), 400, ""},
	{"body", request("Content-Length: 3"), 400, ""},
	{"no body", request("Content-Length: 0"), 101, "wamp.2.json"},
	{"chunked body", request("Transfer-Encoding: chunked"), 400, ""},
	{"compression is not taken", request("Sec-WebSocket-Extensions: permessage-deflate"), 101, "wamp.2.json"},
	{"folded line", request("X-A: b\r\n folded: c"), 400, ""},
	{"space before the colon", request()[:len(request())-2] + "Host : x\r\n\r\n", 400, ""},
	{"no colon", request()[:len(request())-2] + "nonsense\r\n\r\n", 400, ""},
	{"bare line feeds", strings.ReplaceAll(request(), "\r\n", "\n"), 101, "wamp.2.json"},
	{"64 fields", request(fields(58)...), 101, "wamp.2.json"},
	{"65 fields", request(fields(59)...), 431, ""},
	{"TLS on a plain port", "\x16\x03\x01\x02\x00\x01\x00", 400, ""},
	{"foreign origin", request("Origin: https://evil.example"), 403, ""},
	{"own origin", request("Origin: http://router.example"), 101, "wamp.2.json"},
	{"two origins", request("Origin: http://router.example\r\nOrigin: http://evil.example"), 400, ""},
}

// Batched subprotocols are chosen as others are. That of JSON comes last: there
// are two readings of its separator.
func TestUpgradeToBatches(t *testing.T) {
	for _, tc := range []struct {
		offer, want string
		framing     netio.Framing
	}{
		{"wamp.2.cbor.batched, wamp.2.cbor", "wamp.2.cbor.batched", netio.WebSocketBinaryBatched},
		{"wamp.2.msgpack, wamp.2.msgpack.batched", "wamp.2.msgpack", netio.WebSocketBinary},
		{"wamp.2.msgpack.batched", "wamp.2.msgpack.batched", netio.WebSocketBinaryBatched},
		{"wamp.2.json.batched, wamp.2.json", "wamp.2.json", netio.WebSocketText},
		{"wamp.2.json.batched, wamp.2.cbor.batched", "wamp.2.cbor.batched", netio.WebSocketBinaryBatched},
		{"wamp.2.json.batched, soap", "wamp.2.json.batched", netio.WebSocketTextBatched},
		{"soap\r\nSec-WebSocket-Protocol: wamp.2.json.batched", "wamp.2.json.batched", netio.WebSocketTextBatched},
	} {
		deliveries(t, func(t *testing.T, n int) {
			r := accept(t, request("Sec-WebSocket-Protocol: "+tc.offer), n, netio.AcceptOptions{WebSocketPath: "/ws", Subprotocols: withBatches})
			answered := strings.Count(r.answer, "Sec-WebSocket-Protocol: "+tc.want+"\r\n")
			if r.err != nil || r.Subprotocol != tc.want || r.Framing != tc.framing || answered != 1 {
				t.Errorf("%s: %v, %s, %q", tc.offer, r.err, r.Framing, r.answer)
			}
		})
	}
	r := accept(t, request("Sec-WebSocket-Protocol: wamp.2.json.batched\r\nOrigin: https://evil.example"), 1<<30, netio.AcceptOptions{Subprotocols: withBatches})
	if r.status() != 403 {
		t.Errorf("a foreign origin is answered %q", r.answer)
	}
}

func TestUpgrade(t *testing.T) {
	for _, tc := range upgrades {
		t.Run(tc.name, func(t *testing.T) {
			deliveries(t, func(t *testing.T, n int) {
				r := accept(t, tc.request, n, netio.AcceptOptions{WebSocketPath: "/ws"})
				if r.status() != tc.status {
					t.Fatalf("%v: %q", r.err, r.answer)
				}
				if tc.status == 101 {
					agreed(t, r, tc.subprotocol)
					return
				}
				var refused *netio.HandshakeError
				if !errors.As(r.err, &refused) || refused.Status != tc.status {
					t.Fatalf("error %v", r.err)
				}
				version := r.response.Header.Get("Sec-WebSocket-Version")
				if tc.status == 426 && (version != "13" || r.response.Header.Get("Upgrade") != "websocket") || !r.response.Close {
					t.Errorf("answer %q", r.answer)
				}
			})
		})
	}
}

func agreed(t *testing.T, r result, subprotocol string) {
	t.Helper()
	if r.err != nil || r.Subprotocol != subprotocol || len(r.Rest) != 0 {
		t.Fatalf("%+v", r)
	}
	if text := r.Framing == netio.WebSocketText; text != (subprotocol == "wamp.2.json") {
		t.Errorf("framing %v", r.Framing)
	}
	if r.MaxSend != netio.NoLimit || r.MaxReceive != netio.DefaultMaxMessage {
		t.Errorf("limits %d, %d", r.MaxSend, r.MaxReceive)
	}
	h := r.response.Header
	if h.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" || h.Get("Sec-WebSocket-Protocol") != subprotocol ||
		h["Sec-Websocket-Extensions"] != nil {
		t.Errorf("answer %q", r.answer)
	}
}

func fields(n int) (lines []string) {
	for i := range n {
		lines = append(lines, fmt.Sprintf("X-%d: x", i))
	}
	return lines
}

func TestBytesBehindTheUpgradeAreKept(t *testing.T) {
	deliveries(t, func(t *testing.T, n int) {
		r := accept(t, request()+text("hello")+text("more"), n, netio.AcceptOptions{})
		if r.err != nil || string(r.Rest) != text("hello")+text("more") {
			t.Fatalf("%v: %q", r.err, r.Rest)
		}
	})
}

func TestHeadersAreBounded(t *testing.T) {
	full := request("X-Long: " + strings.Repeat("x", 8<<10-len(request())-len("X-Long: \r\n")))
	if len(full) != 8<<10 {
		t.Fatal(len(full))
	}
	for _, n := range []int{1000, 1 << 30} {
		if r := accept(t, full, n, netio.AcceptOptions{}); r.err != nil {
			t.Errorf("8 KiB: %v", r.err)
		}
		r := accept(t, strings.Replace(full, "X-Long", "X-Longer", 1), n, netio.AcceptOptions{})
		if r.status() != 431 {
			t.Errorf("more than 8 KiB: %v", r.err)
		}
	}
}

// flood is a peer that sends one header line without end, or nearly so.
type flood struct {
	script
	first string
	sent  int
}

func (f *flood) Read(b []byte) (int, error) {
	if f.sent == 0 {
		f.sent = copy(b, f.first)
		return f.sent, nil
	}
	if f.sent > 128<<20 {
		return 0, io.EOF
	}
	for i := range b {
		b[i] = 'x'
	}
	f.sent += len(b)
	return len(b), nil
}

func TestAnEndlessHeaderLineIsCut(t *testing.T) {
	f := flood{first: "GET /ws HTTP/1.1\r\nX: "}
	_, err := netio.Accept(&f, netio.AcceptOptions{Subprotocols: subprotocols})
	var refused *netio.HandshakeError
	if !errors.As(err, &refused) || refused.Status != 431 || f.sent > 8<<10 {
		t.Errorf("%v after %d bytes", err, f.sent)
	}
}

func TestHalfARequest(t *testing.T) {
	for _, half := range []string{"", "G", request()[:60], "\x7f", "\x7f\xf1\x00"} {
		r := accept(t, half, 7, netio.AcceptOptions{})
		if !errors.Is(r.err, io.ErrUnexpectedEOF) || r.answer != "" {
			t.Errorf("%q and the end: %v, %q", half, r.err, r.answer)
		}
		a, b := netio.Pipe(0)
		if _, err := b.Write([]byte(half)); err != nil {
			t.Fatal(err)
		}
		_ = a.SetDeadline(time.Now().Add(time.Millisecond))
		if _, err := netio.Accept(a, netio.AcceptOptions{}); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%q and a deadline: %v", half, err)
		}
		_, _ = a.Close(), b.Close()
	}
}

func TestTransports(t *testing.T) {
	hello := "\x7f\xf1\x00\x00"
	for _, tc := range []struct {
		transports netio.Transports
		stream     string
		ok         bool
	}{
		{netio.WebSocketAndRawSocket, hello, true},
		{netio.WebSocketAndRawSocket, request(), true},
		{netio.WebSocketOnly, hello, false},
		{netio.WebSocketOnly, request(), true},
		{netio.RawSocketOnly, hello, true},
		{netio.RawSocketOnly, request(), false},
	} {
		r := accept(t, tc.stream, 100, netio.AcceptOptions{Transports: tc.transports})
		var refused *netio.HandshakeError
		if tc.ok && r.err != nil || !tc.ok && (!errors.As(r.err, &refused) || r.answer != "") {
			t.Errorf("%d %q: %v, %q", tc.transports, tc.stream[:4], r.err, r.answer)
		}
	}
}

func TestWhatIsKeptOfTheRequest(t *testing.T) {
	stream := request("GET /ws?token=1 HTTP/1.1", "Origin: http://a.example", "cookie: a=b", "X-Other: c", "Cookie: d=e")
	o := netio.AcceptOptions{KeepHeaders: []string{"Cookie"}, Origins: func(origin, host string) bool {
		return origin == "http://a.example" && host == "router.example"
	}}
	r := accept(t, stream, 50, o)
	got := fmt.Sprint(r.err, r.URI, r.Host, r.Origin, r.Header)
	if want := "<nil>/ws?token=1router.examplehttp://a.examplemap[Cookie:[a=b d=e]]"; got != want {
		t.Errorf("%s\n%s", got, want)
	}
	if r = accept(t, stream, 50, netio.AcceptOptions{}); r.status() != 403 {
		t.Errorf("default origins: %v", r.err)
	}
}

func TestHandshakeErrorsSayWhatWasAnswered(t *testing.T) {
	var out bytes.Buffer
	for _, e := range []netio.HandshakeError{{Status: 404, Text: "a"}, {Code: 3, Text: "b"}, {Text: "c"}} {
		fmt.Fprintln(&out, &e)
	}
	want := "netio: handshake: a (HTTP 404)\nnetio: handshake: b (RawSocket error 3)\nnetio: handshake: c\n"
	if out.String() != want {
		t.Error(out.String())
	}
}
