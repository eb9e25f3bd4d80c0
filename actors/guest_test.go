package actors_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// place is a way to a router: in memory, or over a socket.
type place struct {
	name string
	dial func(context.Context, kind) (*client.Raw, error)
}

// places opens a listener on the router and returns both ways.
func places(t *testing.T, r *actors.Router) []place {
	address := serve(t, r)
	return []place{
		{"pipe", func(ctx context.Context, k kind) (*client.Raw, error) { return attach(ctx, r, k) }},
		{"tcp", func(ctx context.Context, k kind) (*client.Raw, error) {
			url := "ws://" + address + "/ws"
			if k.raw {
				url = "tcp://" + address
			}
			return client.DialRaw(ctx, url, client.Options{Serializer: k.serializer, Batched: k.batched})
		}},
	}
}

func serve(t *testing.T, r *actors.Router) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Serve(actors.Listener{Net: l, Accept: netio.AcceptOptions{WebSocketPath: "/ws"}}); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// guest is a peer of a test, in a session or not.
type guest struct {
	*client.Raw
	t   *testing.T
	ctx context.Context
	id  any // of the session
}

func (p place) guest(t *testing.T, k kind) *guest {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	raw, err := p.dial(ctx, k)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	return &guest{Raw: raw, t: t, ctx: ctx}
}

func (p place) member(t *testing.T, k kind) *guest {
	t.Helper()
	g := p.guest(t, k)
	g.send([]any{1, "realm1", publisher})
	g.id = g.expect(wamp.Welcome)[1]
	return g
}

var publisher = wamp.Dict{"roles": wamp.Dict{"publisher": wamp.Dict{}}}

// encode returns the message as octets.
func (g *guest) encode(message any) []byte {
	g.t.Helper()
	b, err := g.Transport().Serializer.AppendValue(nil, message)
	if err != nil {
		g.t.Fatal(err)
	}
	return b
}

func (g *guest) send(message []any) {
	g.t.Helper()
	if err := g.SendBytes(g.encode(message)); err != nil {
		g.t.Fatal(err)
	}
}

// frame returns the octets in one frame.
func (g *guest) frame(message []byte) []byte {
	f, mask := g.Transport().Framing, netio.NewMask()
	b := netio.AppendMaskedHeader(nil, f, len(message), mask)
	n := len(b)
	b = append(b, message...)
	netio.Mask(b[n:], f, mask)
	return netio.AppendMaskedTrailer(b, f, len(message), mask)
}

// expect returns the next message, which has this type.
func (g *guest) expect(want wamp.MessageType) []any {
	g.t.Helper()
	v, err := receive(g.ctx, g.Raw)
	m, ok := v.([]any)
	if err != nil || !ok || len(m) == 0 || number(m[0]) != int64(want) {
		g.t.Fatalf("got %v, %v, want %v", v, err, want)
	}
	return m
}

// aborted expects ABORT for a violation, and the end.
func (g *guest) aborted(code uint16) {
	g.t.Helper()
	m := g.expect(wamp.Abort)
	details, _ := m[1].(wamp.Dict)
	if m[2] != string(wamp.ErrProtocolViolation) || details["message"] == nil {
		g.t.Errorf("got %v", m)
	}
	g.closed(code)
}

// closed expects the end of the transport, over WebSocket with this code.
func (g *guest) closed(code uint16) {
	g.t.Helper()
	v, err := receive(g.ctx, g.Raw)
	if err == nil {
		g.t.Fatalf("got %v", v)
	}
	g.ends(err, code)
}

// ends judges what a guest read at the end.
func (g *guest) ends(err error, code uint16) {
	g.t.Helper()
	var closed *client.CloseError
	switch {
	case errors.As(err, &closed):
		if closed.Code != code {
			g.t.Errorf("close code %d, want %d", closed.Code, code)
		}
	case g.Transport().Framing != netio.RawSocket || !errors.Is(err, io.EOF):
		g.t.Errorf("got %v, want close code %d", err, code)
	}
}

// audience are subscribers of every kind, who must hear of everything.
type audience struct {
	members   []*guest
	publisher *guest
}

func seat(t *testing.T, p place) *audience {
	t.Helper()
	a := &audience{publisher: p.member(t, kinds[0])}
	for _, k := range kinds {
		g := p.member(t, k)
		g.send([]any{32, 1, wamp.Dict{}, "com.topic"})
		g.expect(wamp.Subscribed)
		a.members = append(a.members, g)
	}
	return a
}

// hears expects these texts, one event each, and one of its own.
func (a *audience) hears(texts ...string) {
	a.publisher.t.Helper()
	a.publisher.send([]any{16, 1, wamp.Dict{"acknowledge": true}, "com.topic", []any{"still here"}})
	a.publisher.expect(wamp.Published)
	want := slices.Sorted(slices.Values(append(texts[:len(texts):len(texts)], "still here")))
	for _, g := range a.members {
		var got []string
		for range want {
			got = append(got, fmt.Sprint(g.expect(wamp.Event)[4].([]any)...))
		}
		if slices.Sort(got); !slices.Equal(got, want) { // of different publishers, in any order
			g.t.Fatalf("got %q, want %q", got, want)
		}
	}
}
