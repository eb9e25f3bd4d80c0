package actors_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
	"github.com/rs/zerolog"
)

// anybody is a client that takes any certificate.
var anybody = &tls.Config{InsecureSkipVerify: true}

// selfSigned is a certificate.
func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// secureAddress is a port of the router that takes both transports over TLS.
func secureAddress(t *testing.T, r *actors.Router) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	if err := r.Serve(actors.Listener{Net: l, TLS: config}); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// joinOver joins over the network.
func joinOver(t *testing.T, url string) *client.Session {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s, err := client.Dial(ctx, url, client.Options{Realm: "realm1", TLS: anybody})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// One port serves both transports over TLS: calls and events arrive, also those of
// many records, between all of them.
func TestTLSServesBothTransports(t *testing.T) {
	r := start(t, actors.Config{})
	at := secureAddress(t, r)
	urls := []string{"wss://" + at + "/", "tcps://" + at, "rss://" + at}
	callee := joinOver(t, urls[0])
	_, err := callee.Register(t.Context(), "com.echo", func(_ context.Context, i *client.Invocation) (*client.Result, error) {
		return &client.Result{Args: i.Args}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("0123456789abcdef", 3<<16) // 3 MiB
	for i, url := range urls {
		s, topic := joinOver(t, url), wamp.URI(fmt.Sprintf("com.news.%d", i))
		heard := make(chan any, 1)
		_, err := s.Subscribe(t.Context(), topic, func(e *client.Event) { heard <- e.Args[0] })
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"", "short", large} {
			result, err := s.Call(t.Context(), "com.echo", []any{text}, nil)
			if err != nil || result.Args[0] != text {
				t.Fatalf("%s: a call with %d octets: %v", url, len(text), err)
			}
			if _, err := callee.Publish(t.Context(), topic, []any{text}, nil); err != nil {
				t.Fatal(err)
			}
			if got := <-heard; got != text {
				t.Errorf("%s: an event with %d octets arrived as another one", url, len(text))
			}
		}
	}
}

// A peer that does not read is cut at the limit of its outbox; others do not wait.
func TestTLSCutsSlowReaders(t *testing.T) {
	l := lane.DefaultLimits()
	l.OutboxBytes = 256 << 10
	r := start(t, actors.Config{Limits: l})
	at := secureAddress(t, r)
	slow, err := tls.Dial("tcp", at, anybody)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	sayRaw(t, slow, `[1,"realm1",{"roles":{"subscriber":{}}}]`, `[32,1,{},"com.flood"]`)
	other, publisher := joinOver(t, "tcps://"+at), joinOver(t, "tcps://"+at)
	heard := make(chan struct{}, 1000)
	if _, err := other.Subscribe(t.Context(), "com.flood", func(*client.Event) { heard <- struct{}{} }); err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("x", 100_000)
	for n := 0; r.Counters().Dropped(lane.DropSlow) == 0; n++ {
		if n == 1000 {
			t.Fatal("100 MB wait for a peer that does not read")
		}
		if _, err := publisher.Publish(t.Context(), "com.flood", []any{text}, nil); err != nil {
			t.Fatal(err)
		}
		<-heard
	}
}

// sayRaw does the handshake of RawSocket and sends messages.
func sayRaw(t *testing.T, c net.Conn, messages ...string) {
	t.Helper()
	if _, err := c.Write([]byte{0x7F, 0xF1, 0, 0}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if _, err := fmt.Fprintf(c, "\x00\x00\x00%c%s", len(m), m); err != nil {
			t.Fatal(err)
		}
	}
}

// tapped keeps what was read of the ciphertext.
type tapped struct {
	net.Conn
	mu   sync.Mutex
	read []byte
}

func (c *tapped) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = append(c.read, b[:n]...)
	return n, err
}

// A drain says GOODBYE to those behind TLS, and ends TLS in good order.
func TestTLSDrain(t *testing.T) {
	r := start(t, actors.Config{})
	plain, err := net.Dial("tcp", secureAddress(t, r))
	if err != nil {
		t.Fatal(err)
	}
	tap := &tapped{Conn: plain}
	c := tls.Client(tap, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12})
	defer c.Close()
	sayRaw(t, c, `[1,"realm1",{"roles":{"caller":{}}}]`)
	if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	drained := make(chan error, 1)
	go func() { drained <- r.Drain(context.Background()) }()
	var said bytes.Buffer
	for !strings.Contains(said.String(), string(wamp.CloseSystemShutdown)) {
		if _, err := io.CopyN(&said, c, 1); err != nil {
			t.Fatalf("%q, %v", said.String(), err)
		}
	}
	answer := `[6,{},"wamp.close.goodbye_and_out"]`
	if _, err := fmt.Fprintf(c, "\x00\x00\x00%c%s", len(answer), answer); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(&said, c); err != nil {
		t.Errorf("behind GOODBYE: %v", err)
	}
	c.Close()
	if err := <-drained; err != nil {
		t.Error(err)
	}
	last := byte(0)
	for rest := tap.read; len(rest) >= 5; rest = rest[5+int(rest[3])<<8+int(rest[4]):] {
		last = rest[0]
	}
	if last != 21 {
		t.Errorf("the last record is of type %d, not an alert", last)
	}
}

// journal is a log.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) count(text string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Count(j.text.String(), text)
}

// Whoever cannot shake hands is told if there is something to tell, counted and
// logged once, and makes room for others: all the time only one may be without a
// session.
func TestTLSHandshakesFail(t *testing.T) {
	l := lane.DefaultLimits()
	l.HelloTimeout, l.LingerTime, l.EarlyConnections = 50*time.Millisecond, 50*time.Millisecond, 1
	var log journal
	r := start(t, actors.Config{Limits: l, Log: zerolog.New(&log).Level(zerolog.InfoLevel)})
	at := secureAddress(t, r)
	for i, tc := range []struct{ sends, gets, logged string }{
		{"GET / HTTP/1.1\r\nHost: " + strings.Repeat("a", 99_999) + "\r\n\r\n", "HTTP/1.1 400 Bad Request", "without TLS"},
		{"\x7f\xf1\x00\x00\x00\x00\x00\x02", "", "does not look like a TLS handshake"},
		{strings.Repeat("garbage", 9999), "", "does not look like a TLS handshake"},
		{"\x16\x03\x01\x02\x00\x01", "", "i/o timeout"}, // and stalls
		{"", "", "i/o timeout"},
	} {
		c, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, tc.sends) // the router may have closed already
		got, err := io.ReadAll(c)          // it is the router that ends it
		if !strings.HasPrefix(string(got), tc.gets) || tc.gets == "" && len(got) > 7 || tc.gets != "" && err != nil {
			t.Errorf("%.20q is answered %q, %v", tc.sends, got, err)
		}
		c.Close()
		for r.Counters().Conns.Load() > 0 { // lingers
			time.Sleep(time.Millisecond)
		}
		if n := r.Counters().FailedTLS.Load(); n != uint64(i+1) {
			t.Errorf("%d failed handshakes are counted after %d", n, i+1)
		}
		if n := log.count("TLS handshake failed"); n != i+1 || log.count(tc.logged) == 0 {
			t.Errorf("after %.20q %d failures are logged: %s", tc.sends, n, log.text.String())
		}
	}
	// A busy machine may need longer than that for an honest handshake.
	eventually(t, "somebody can join", func() bool {
		s, err := client.Dial(t.Context(), "wss://"+at, client.Options{Realm: "realm1", TLS: anybody})
		if err != nil {
			return false
		}
		s.Close()
		return true
	})
}

// Whoever only looks whether the port is open is counted, and not logged for
// operators.
func TestTLSPortIsProbed(t *testing.T) {
	var log journal
	r := start(t, actors.Config{Log: zerolog.New(&log).Level(zerolog.InfoLevel)})
	c, err := net.Dial("tcp", secureAddress(t, r))
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	for r.Counters().FailedTLS.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	if log.count("TLS") > 0 {
		t.Errorf("logged: %s", log.text.String())
	}
}

func TestTLSWithoutCertificate(t *testing.T) {
	r := start(t, actors.Config{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Serve(actors.Listener{Net: l, TLS: &tls.Config{}}); err == nil {
		t.Error("served")
	}
	if _, err := l.Accept(); err == nil {
		t.Error("the listener is open still")
	}
}
