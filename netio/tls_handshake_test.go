package netio_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/netio"
)

// accepted is what a server makes of a connection on a TLS port, and its error.
func accepted(t *testing.T, transports netio.Transports) (peer net.Conn, server netio.Conn, result chan error) {
	t.Helper()
	x, y := dial(t, "tcp", "127.0.0.1:0")
	config, err := netio.CompleteTLS(&tls.Config{Certificates: []tls.Certificate{certificate(t)}, NextProtos: []string{"h2"}}, transports)
	if err != nil {
		t.Fatal(err)
	}
	server = netio.ServerTLS(socket(t, y), config)
	t.Cleanup(func() { x.Close(); server.Close() })
	result = make(chan error, 1)
	go func() {
		_, err := netio.Accept(server, netio.AcceptOptions{Transports: transports, Subprotocols: []string{"wamp.2.json"}})
		result <- err
	}()
	return x, server, result
}

func refusedTLS(t *testing.T, err error, lost bool, text string) {
	t.Helper()
	refusal, ok := errors.AsType[*netio.TLSError](err)
	if !ok || refusal.Lost != lost || !strings.Contains(err.Error(), text) {
		t.Errorf("%#v: %v, want %q", err, err, text)
	}
}

func TestTLSPortIsAskedWithoutTLS(t *testing.T) {
	peer, server, result := accepted(t, netio.WebSocketAndRawSocket)
	request := "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n"
	if _, err := io.WriteString(peer, request); err != nil {
		t.Fatal(err)
	}
	refusedTLS(t, <-result, false, "HTTP without TLS")
	rest := make(chan error, 1)
	go func() { rest <- errors.Join(server.CloseWrite(), netio.Discard(server, 1000)) }()
	answer, err := io.ReadAll(peer)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") || !strings.Contains(string(answer), "use https or wss") {
		t.Errorf("%q, %v", answer, err)
	}
	peer.Close()
	if err := <-rest; err != nil {
		t.Errorf("the rest of the request: %v", err)
	}
}

func TestTLSPortIsSentGarbage(t *testing.T) {
	for name, garbage := range map[string]string{
		"rawsocket": "\x7f\xf1\x00\x00\x00\x00", "zeros": strings.Repeat("\x00", 100),
		"a record of another type": "\x17\x03\x03\x00\x05hello", "a hello of nonsense": "\x16\x03\x01\x00\x05hello",
	} {
		t.Run(name, func(t *testing.T) {
			peer, _, result := accepted(t, netio.WebSocketAndRawSocket)
			if _, err := io.WriteString(peer, garbage); err != nil {
				t.Fatal(err)
			}
			refusedTLS(t, <-result, false, "tls: ")
		})
	}
}

// An old version is refused with an alert that arrives.
func TestTLSVersionIsTooOld(t *testing.T) {
	peer, server, result := accepted(t, netio.WebSocketAndRawSocket)
	client := tls.Client(peer, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	told := make(chan error, 1)
	go func() { told <- client.Handshake() }()
	refusedTLS(t, <-result, false, "unsupported versions")
	if err := <-told; err == nil || !strings.Contains(err.Error(), "protocol version not supported") {
		t.Errorf("the client was told: %v", err)
	}
	peer.Close()
	if err := netio.Discard(server, 10_000); err != nil {
		t.Error(err)
	}
}

// WebSocket is offered as http/1.1 only; RawSocket has no name that matters.
func TestTLSApplicationProtocol(t *testing.T) {
	for _, tc := range []struct {
		transports netio.Transports
		offered    []string
		chosen     string
		refused    bool
	}{
		{netio.WebSocketAndRawSocket, []string{"h2", "http/1.1"}, "http/1.1", false},
		{netio.WebSocketAndRawSocket, nil, "", false},
		{netio.WebSocketOnly, []string{"h2"}, "", true},
		{netio.RawSocketOnly, []string{"wamp"}, "", false},
	} {
		peer, _, result := accepted(t, tc.transports)
		client := tls.Client(peer, &tls.Config{InsecureSkipVerify: true, NextProtos: tc.offered})
		if err := client.Handshake(); (err != nil) != tc.refused || client.ConnectionState().NegotiatedProtocol != tc.chosen {
			t.Errorf("%v offered: %v, %q", tc.offered, err, client.ConnectionState().NegotiatedProtocol)
		}
		peer.Close()
		<-result
	}
}

// A peer that stops within its handshake is given up at the deadline.
func TestTLSHandshakeStalls(t *testing.T) {
	for _, sent := range []string{"", "\x16\x03\x01\x02\x00\x01\x00"} {
		peer, server, result := accepted(t, netio.WebSocketAndRawSocket)
		if _, err := io.WriteString(peer, sent); err != nil {
			t.Fatal(err)
		}
		if err := server.SetDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		err := <-result
		refusedTLS(t, err, true, "")
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
	}
}

// A request of HTTP over TLS gets to the handler, which sees that it is.
func TestTLSServesHTTP(t *testing.T) {
	x, y := dial(t, "tcp", "127.0.0.1:0")
	client, server := secured(t, socket(t, x), socket(t, y), 0)
	defer client.Close()
	defer server.Close()
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "secure: %t", r.TLS != nil && r.TLS.HandshakeComplete)
	})
	write(t, client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := netio.Accept(server, netio.AcceptOptions{WebSocketPath: "/ws", HTTP: handler}); !errors.Is(err, netio.ErrServed) {
		t.Fatal(err)
	}
	server.Close()
	var answer bytes.Buffer
	if err := readAll(client, &answer); err != io.EOF || !strings.HasSuffix(answer.String(), "secure: true") {
		t.Errorf("%v: %s", err, answer.String())
	}
}

func TestTLSPeerLeaves(t *testing.T) {
	peer, _, result := accepted(t, netio.WebSocketAndRawSocket)
	peer.Close()
	err := <-result
	refusedTLS(t, err, true, "")
	if !errors.Is(err, io.EOF) {
		t.Errorf("%v", err)
	}
}

// A write that cannot wait does not begin a handshake, which would.
func TestTLSWritesNothingEarly(t *testing.T) {
	_, server, result := accepted(t, netio.WebSocketAndRawSocket)
	if n, err := server.TryWrite([][]byte{{1}}); n != 0 || err == nil {
		t.Errorf("%d, %v", n, err)
	}
	server.Close()
	<-result
}

// A client that changes its keys, and wants the other side's changed, is served on.
func TestTLSAnswersKeyUpdates(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl: crypto/tls cannot begin a key update")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client := exec.Command(openssl, "s_client", "-tls1_3", "-connect", l.Addr().String())
	in, err := client.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var shown bytes.Buffer
	client.Stdout, client.Stderr = &shown, &shown
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	defer client.Process.Kill()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	config, err := netio.CompleteTLS(&tls.Config{Certificates: []tls.Certificate{certificate(t)}}, netio.RawSocketOnly)
	if err != nil {
		t.Fatal(err)
	}
	under := observe(socket(t, c))
	server := netio.ServerTLS(under, config)
	defer server.Close()
	parked, got := make(chan struct{}, 9), make(chan string, 1)
	go func() {
		space := make([]byte, 9)
		n, _ := server.ReadReady(func() []byte { return space }, func() { parked <- struct{}{} })
		got <- string(space[:n])
	}()
	for _, typed := range []string{"K\n", "K\n", "hello\n"} {
		<-parked // whatever came before is answered
		if _, err := io.WriteString(in, typed); err != nil {
			t.Fatal(err)
		}
	}
	if got := <-got; got != "hello\n" {
		t.Errorf("read %q", got)
	}
	if under.writes == 0 {
		t.Error("the key update is not answered")
	}
	write(t, server, "answered\n")
	server.Close()
	in.Close()
	if err := client.Wait(); err != nil || !strings.Contains(shown.String(), "answered") {
		t.Errorf("%v: %s", err, shown.String())
	}
}
