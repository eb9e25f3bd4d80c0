package wire_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks/faulty"
	"github.com/callboard-wamp/callboard/benchmarks/wire"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// target is an honest router on a socket.
func target(t *testing.T, scheme string, s codec.Serializer) wire.Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := faulty.New(faulty.Faults{})
	done := make(chan struct{})
	go func() { defer close(done); r.Serve(l) }()
	t.Cleanup(func() { r.Close(); <-done })
	return wire.Target{URL: scheme + "://" + l.Addr().String(), Realm: "realm1", Serializer: s}
}

// Requests that leave in one write are answered one by one; their ids count up.
func TestSession(t *testing.T) {
	for _, scheme := range []string{"ws", "tcp"} {
		for _, s := range serializers {
			c, err := wire.Join(t.Context(), target(t, scheme, s))
			if err != nil {
				t.Fatal(scheme, s, err)
			}
			sub, err := c.Ask(t.Context(), &wamp.Message{Type: wamp.Subscribe, URI: []byte("com.topic")})
			if err != nil || sub.Type != wamp.Subscribed || sub.Request != 1 {
				t.Fatal(scheme, s, sub, err)
			}
			got, served := make(chan wamp.ID, 100), make(chan error, 1)
			go func() {
				served <- c.Serve(func(m *wamp.Message) {
					if m.Type == wamp.Published {
						got <- m.Request
					}
				}, func() {})
			}()
			for range 100 {
				c.Request(&wamp.Message{Type: wamp.Publish, URI: []byte("com.topic"), Fields: []wamp.Field{wamp.True("acknowledge")}})
			}
			if err := c.Flush(); err != nil {
				t.Error(err)
			}
			for want := wamp.ID(2); want <= 101; want++ {
				if id := <-got; id != want {
					t.Fatalf("%s %v: answer to %d, not to %d", scheme, s, id, want)
				}
			}
			c.Goodbye(time.Minute)
			if err := <-served; err != nil {
				t.Errorf("%s %v: %v", scheme, s, err)
			}
			c.Close()
		}
	}
}

// A session that is closed from here ends without an error of the network.
func TestClose(t *testing.T) {
	c, err := wire.Join(t.Context(), target(t, "ws", codec.JSON))
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- c.Serve(func(*wamp.Message) {}, func() {}) }()
	c.Close()
	c.Close()
	if err := <-served; err != wire.ErrClosed {
		t.Error(err)
	}
}

// A refusal is told in the router's words.
func TestRefused(t *testing.T) {
	c, err := wire.Join(t.Context(), target(t, "tcp", codec.CBOR))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.Ask(t.Context(), &wamp.Message{Type: wamp.Call, URI: []byte("com.none")})
	if err == nil || !strings.Contains(err.Error(), "ERROR wamp.error.no_such_procedure") {
		t.Error(err)
	}
	if err := c.Leave(time.Minute); err != nil {
		t.Error(err)
	}
}

// A router that says nothing does not hold anybody longer than the context.
func TestNoAnswer(t *testing.T) {
	because := errors.New("because of the test")
	ctx, cancel := context.WithCancelCause(t.Context())
	ours, theirs := netio.Pipe(0)
	defer theirs.Close()
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		_, _ = netio.Accept(theirs, netio.AcceptOptions{Subprotocols: []string{codec.JSON.Subprotocol()}})
		cancel(because)
	}()
	_, err := wire.Join(ctx, wire.Target{
		URL: "ws://router.example/", Realm: "realm1", Serializer: codec.JSON,
		Dial: func(context.Context) (netio.Conn, error) { return ours, nil },
	})
	<-accepted
	if !errors.Is(err, because) {
		t.Error(err)
	}
}
