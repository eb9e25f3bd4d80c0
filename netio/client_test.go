package netio_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/netio"
)

// exchange runs both sides of a handshake over a connection in memory.
func exchange(t *testing.T, server netio.AcceptOptions, client netio.ClientOptions) (ours, theirs netio.Handshake, err error) {
	t.Helper()
	a, b := netio.Pipe(0)
	done := make(chan error)
	go func() {
		var err error
		ours, err = netio.Accept(a, server)
		_ = a.CloseWrite()
		done <- err
	}()
	theirs, err = netio.ClientHandshake(b, client)
	serverErr := <-done
	_, _ = a.Close(), b.Close()
	if (serverErr == nil) != (err == nil) {
		t.Errorf("server %v, client %v", serverErr, err)
	}
	return ours, theirs, err
}

func TestBothSidesAgree(t *testing.T) {
	server := netio.AcceptOptions{WebSocketPath: "/ws", Subprotocols: subprotocols, MaxMessage: 1 << 20, KeepHeaders: []string{"Cookie"}}
	for _, url := range []string{"ws://router.example/ws", "wss://router.example/ws", "rs://router.example:1", "tcp://router.example:1", "unix:///x"} {
		for i, name := range subprotocols {
			client := netio.ClientOptions{URL: url, Subprotocols: subprotocols[i:], MaxMessage: 1 << 16, Header: http.Header{"Cookie": {"a=b"}}}
			ours, theirs, err := exchange(t, server, client)
			if err != nil {
				t.Fatalf("%s %s: %v", url, name, err)
			}
			if ours.Subprotocol != name || theirs.Subprotocol != name || ours.Framing != theirs.Framing {
				t.Errorf("%s: server %+v, client %+v", url, ours, theirs)
			}
			web := strings.HasPrefix(url, "ws")
			if web && (ours.MaxSend != netio.NoLimit || theirs.MaxSend != netio.NoLimit || ours.Header.Get("Cookie") != "a=b") ||
				!web && (ours.MaxSend != 1<<16 || theirs.MaxSend != 1<<20) || theirs.MaxReceive != 1<<16 || ours.MaxReceive != 1<<20 {
				t.Errorf("%s: server %+v, client %+v", url, ours, theirs)
			}
		}
	}
}

func TestTheRouterRefuses(t *testing.T) {
	server := netio.AcceptOptions{WebSocketPath: "/ws", Subprotocols: subprotocols[:1]}
	for _, tc := range []struct {
		client netio.ClientOptions
		want   string
	}{
		{netio.ClientOptions{URL: "ws://x/else", Subprotocols: subprotocols}, "netio: handshake: refused by the peer (HTTP 404)"},
		{netio.ClientOptions{URL: "ws://x/ws", Subprotocols: subprotocols[1:]}, "netio: handshake: refused by the peer (HTTP 400)"},
		{netio.ClientOptions{URL: "rs://x:1", Subprotocols: subprotocols[1:]}, "netio: handshake: refused by the peer (RawSocket error 1)"},
		{netio.ClientOptions{URL: "rs://x:1", Subprotocols: subprotocols, MaxMessage: 600}, "netio: handshake: refused by the peer (RawSocket error 2)"},
	} {
		_, _, err := exchange(t, server, tc.client)
		var refused *netio.HandshakeError
		if !errors.As(err, &refused) || err.Error() != tc.want {
			t.Errorf("%+v: %v", tc.client, err)
		}
	}
}

func TestAnswersThatNoRouterGives(t *testing.T) {
	raw := netio.ClientOptions{URL: "rs://x:1", Subprotocols: subprotocols}
	web := netio.ClientOptions{URL: "ws://x/ws", Subprotocols: subprotocols}
	for _, tc := range []struct {
		client netio.ClientOptions
		answer string
	}{
		{raw, ""}, {raw, "\x7f"}, {raw, "HTTP/1.1 400"}, {raw, "\x7f\xf2\x00\x00"}, {raw, "\x7f\xf1\x01\x00"},
		{web, ""}, {web, "HTTP/1.1 200 OK\r\n\r\n"}, {web, "nonsense\r\n\r\n"},
		{web, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n"},
		{netio.ClientOptions{URL: "rs://x:1", Subprotocols: []string{"wamp.2.ubjson"}}, ""},
		{netio.ClientOptions{URL: "rs://x:1"}, ""},
		{netio.ClientOptions{URL: "gopher://x", Subprotocols: subprotocols}, ""},
		{netio.ClientOptions{URL: ":", Subprotocols: subprotocols}, ""},
	} {
		s := &script{pieces: split([]byte(tc.answer), 100)}
		if h, err := netio.ClientHandshake(s, tc.client); err == nil || !strings.HasPrefix(err.Error(), "netio: ") {
			t.Errorf("%q: %+v, %v", tc.answer, h, err)
		}
	}
}

func TestAnEndlessAnswerIsCut(t *testing.T) {
	f := flood{first: "HTTP/1.1 101 Switching Protocols\r\nX: "}
	_, err := netio.ClientHandshake(&f, netio.ClientOptions{URL: "ws://x/ws", Subprotocols: subprotocols})
	if err == nil || f.sent > 16<<10 {
		t.Errorf("%v after %d bytes", err, f.sent)
	}
}

// A router may send right behind its answer.
func TestBytesBehindTheAnswerAreKept(t *testing.T) {
	for _, url := range []string{"ws://x/ws", "rs://x:1"} {
		a, b := netio.Pipe(0)
		go func() {
			_, _ = netio.Accept(prompt{a}, netio.AcceptOptions{Subprotocols: subprotocols})
		}()
		h, err := netio.ClientHandshake(b, netio.ClientOptions{URL: url, Subprotocols: subprotocols})
		if err != nil {
			t.Fatal(err)
		}
		rest := h.Rest
		more := make([]byte, len("behind")-len(rest))
		if _, err := io.ReadFull(b, more); err != nil || string(rest)+string(more) != "behind" {
			t.Errorf("%s: %q, %q, %v", url, rest, more, err)
		}
		_, _ = a.Close(), b.Close()
	}
}

// prompt sends some bytes in one write with the answer.
type prompt struct{ netio.Conn }

func (p prompt) Write(b []byte) (int, error) {
	_, err := p.Conn.Write(append(b[:len(b):len(b)], "behind"...))
	return len(b), err
}

// listen serves handshakes until the test ends, and echoes one octet.
func listen(t *testing.T, l net.Listener) string {
	t.Helper()
	ended := make(chan struct{})
	t.Cleanup(func() { _ = l.Close(); <-ended })
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s, err := netio.NewSocket(c)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err = netio.Accept(s, netio.AcceptOptions{Subprotocols: subprotocols}); err == nil {
				_, _ = io.CopyN(s, s, 1)
			}
			_ = s.Close()
		}
	}()
	return l.Addr().String()
}

func TestDial(t *testing.T) {
	config := &tls.Config{Certificates: []tls.Certificate{certificate(t)}}
	plain := listen(t, must(net.Listen("tcp", "127.0.0.1:0")))
	secure := listen(t, must(tls.Listen("tcp", "127.0.0.1:0", config)))
	path := filepath.Join(t.TempDir(), "s")
	listen(t, must(net.Listen("unix", path)))
	for _, url := range []string{"ws://" + plain, "rs://" + plain, "wss://" + secure, "rss://" + secure, "unix://" + path} {
		c, h, err := netio.Dial(t.Context(), netio.ClientOptions{
			URL: url, Subprotocols: subprotocols, TLS: &tls.Config{InsecureSkipVerify: true},
		})
		if err != nil || h.Subprotocol != "wamp.2.json" {
			t.Fatalf("%s: %+v, %v", url, h, err)
		}
		_, _ = c.Write([]byte("x"))
		if b, err := io.ReadAll(c); string(b) != "x" {
			t.Errorf("%s: %q, %v", url, b, err)
		}
		_ = c.Close()
	}
}

func must(l net.Listener, err error) net.Listener {
	if err != nil {
		panic(err)
	}
	return l
}

func TestDialFails(t *testing.T) {
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	address := l.Addr().String()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, _, err := netio.Dial(ctx, netio.ClientOptions{URL: "ws://" + address, Subprotocols: subprotocols}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a router that says nothing: %v", err)
	}
	_ = l.Close()
	for _, url := range []string{"ws://" + address, "wss://" + address, "gopher://x", "rs://" + address} {
		if c, _, err := netio.Dial(t.Context(), netio.ClientOptions{URL: url, Subprotocols: subprotocols}); err == nil || c != nil {
			t.Errorf("%s: %v, %v", url, c, err)
		}
	}
}

func ExampleAccept() {
	router, peer := netio.Pipe(0)
	go func() {
		h, err := netio.ClientHandshake(peer, netio.ClientOptions{
			URL: "ws://localhost/ws", Subprotocols: []string{"wamp.2.msgpack", "wamp.2.json"},
		})
		if err != nil {
			panic(err)
		}
		mask, message := netio.NewMask(), []byte("[1]")
		b := netio.AppendMaskedHeader(nil, h.Framing, len(message), mask)
		netio.Mask(message, h.Framing, mask)
		_, _ = peer.Write(append(b, message...))
	}()
	_ = router.SetDeadline(time.Now().Add(5 * time.Second))
	h, err := netio.Accept(router, netio.AcceptOptions{WebSocketPath: "/ws", Subprotocols: []string{"wamp.2.json"}})
	if err != nil {
		panic(err)
	}
	r := netio.NewReader(router, netio.ReaderOptions{Framing: h.Framing, MaxMessage: h.MaxReceive, Rest: h.Rest})
	defer r.Close()
	for {
		f, ok, err := r.Next()
		if err != nil {
			panic(err)
		}
		if ok {
			fmt.Println(h.Subprotocol, f.Kind, string(f.Data))
			return
		}
		if err := r.Fill(); err != nil {
			panic(err)
		}
	}
	// Output: wamp.2.json message [1]
}
