package client_test

import (
	"bytes"
	"io"
	"testing"
	"testing/synctest"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// peer is the router's side of a pipe, driven by the test.
type peer struct {
	t          *testing.T
	conn       netio.Conn
	reader     *netio.Reader
	framing    netio.Framing
	serializer codec.Serializer
}

// pipe returns both sides of a transport without a session.
func pipe(t *testing.T, f netio.Framing, s codec.Serializer) (*client.Raw, *peer) {
	ours, theirs := netio.Pipe(0)
	r := client.NewRaw(ours, client.Transport{Framing: f, Serializer: s})
	p := &peer{
		t: t, conn: theirs, framing: f, serializer: s,
		reader: netio.NewReader(theirs, netio.ReaderOptions{Framing: f, MaxMessage: 16 << 20}),
	}
	t.Cleanup(func() { _ = r.Close(); _ = p.conn.Close(); p.reader.Close() })
	return r, p
}

func (p *peer) frame() (netio.Frame, error) {
	for {
		f, ok, err := p.reader.Next()
		if ok || err != nil {
			return f, err
		}
		if err := p.reader.Fill(); err != nil {
			return f, err
		}
	}
}

// expect returns the next message, which must be of this type.
func (p *peer) expect(want wamp.MessageType) *wamp.Message {
	p.t.Helper()
	f, err := p.frame()
	if err != nil || f.Kind != netio.Message {
		p.t.Fatalf("waiting for %v: %v, %v", want, f.Kind, err)
	}
	m := new(wamp.Message)
	if err := p.serializer.Parse(bytes.Clone(f.Data), m); err != nil {
		p.t.Fatalf("%q: %v", f.Data, err)
	}
	if m.Type != want {
		p.t.Fatalf("got %v, want %v: %q", m.Type, want, f.Data)
	}
	return m
}

// expectEnd waits for the client to close.
func (p *peer) expectEnd() {
	p.t.Helper()
	for {
		f, err := p.frame()
		if err == io.EOF {
			return
		}
		if err != nil || f.Kind != netio.Close {
			p.t.Fatalf("waiting for the end: %v %q, %v", f.Kind, f.Data, err)
		}
	}
}

func (p *peer) send(m *wamp.Message) {
	p.t.Helper()
	p.sendBytes(p.serializer.Append(nil, m))
}

func (p *peer) sendBytes(b []byte) {
	p.t.Helper()
	p.write(netio.AppendTrailer(append(netio.AppendHeader(nil, p.framing, len(b)), b...), p.framing))
}

func (p *peer) write(b []byte) {
	p.t.Helper()
	if _, err := p.conn.Write(b); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) dict(d wamp.Dict) []byte {
	p.t.Helper()
	b, err := p.serializer.AppendValue(nil, d)
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

func (p *peer) payload(args ...any) wamp.Payload {
	p.t.Helper()
	payload, err := p.serializer.AppendPayload(nil, args, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return payload
}

func (p *peer) welcome() {
	p.t.Helper()
	p.expect(wamp.Hello)
	p.send(&wamp.Message{Type: wamp.Welcome, Request: 4711, Dict: p.dict(wamp.Dict{"realm": "realm1"})})
}

// in runs a test in a bubble with an open session.
func in(t *testing.T, o client.Options, test func(t *testing.T, s *client.Session, p *peer)) {
	t.Helper()
	over(t, netio.RawSocket, codec.JSON, o, test)
}

func over(t *testing.T, f netio.Framing, c codec.Serializer, o client.Options, test func(t *testing.T, s *client.Session, p *peer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r, p := pipe(t, f, c)
		go p.welcome()
		s, err := client.Join(t.Context(), r, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		test(t, s, p)
	})
}

// running is what a function that runs in a goroutine returns.
type running[T any] chan outcome[T]

type outcome[T any] struct {
	value T
	err   error
}

func start[T any](f func() (T, error)) running[T] {
	c := make(running[T], 1)
	go func() {
		v, err := f()
		c <- outcome[T]{v, err}
	}()
	return c
}

func (c running[T]) must(t *testing.T) T {
	t.Helper()
	o := <-c
	if o.err != nil {
		t.Fatal(o.err)
	}
	return o.value
}
