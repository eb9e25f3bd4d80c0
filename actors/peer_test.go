package actors_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

// long says that the tests shall run for minutes (make soak).
func long() bool { return os.Getenv("CALLBOARD_LONG") != "" }

// peer is one session on a raw transport: it says exactly what the test says.
// One goroutine sends, one receives.
type peer struct {
	raw  *client.Raw
	id   wamp.ID // of the session
	last wamp.ID // request id
}

// enter joins realm1 over a transport in memory.
func enter(t testing.TB, r *actors.Router, k kind) *peer {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	raw, err := attach(ctx, r, k)
	return admitted(ctx, t, raw, err)
}

// admitted joins realm1 until the test ends, over a transport that err says is there.
func admitted(ctx context.Context, t testing.TB, raw *client.Raw, err error) *peer {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	p, err := hello(ctx, raw)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.cut)
	return p
}

// hello joins realm1 over a transport that stands.
func hello(ctx context.Context, raw *client.Raw) (*peer, error) {
	roles, err := raw.Transport().Serializer.AppendValue(nil, wamp.Dict{"roles": client.DefaultRoles()})
	if err != nil {
		return nil, err
	}
	if err := raw.Send(&wamp.Message{Type: wamp.Hello, URI: []byte("realm1"), Dict: roles}); err != nil {
		return nil, err
	}
	m, err := raw.Receive(ctx)
	if err != nil {
		return nil, err
	}
	if m.Type != wamp.Welcome {
		return nil, fmt.Errorf("got %v %s instead of WELCOME", m.Type, m.URI)
	}
	return &peer{raw: raw, id: m.Request}, nil
}

// cut ends the transport without a word.
func (p *peer) cut() { p.raw.Close() }

func (p *peer) serializer() codec.Serializer { return p.raw.Transport().Serializer }

// payload encodes positional arguments.
func (p *peer) payload(args ...any) wamp.Payload {
	b, err := p.serializer().AppendPayload(nil, args, nil)
	if err != nil {
		panic(err)
	}
	return b
}

// args decodes positional arguments that are integers.
func (p *peer) args(m *wamp.Message) []int64 {
	list, _, err := p.serializer().DecodePayload(m.Payload)
	if err != nil {
		panic(err)
	}
	ints := make([]int64, len(list))
	for i := range list {
		ints[i], _ = number(list[i]).(int64)
	}
	return ints
}

// ask sends a request under the next id, and returns the id.
func (p *peer) ask(m *wamp.Message) (wamp.ID, error) {
	p.last++
	m.Request = p.last
	return p.last, p.raw.Send(m)
}

// next returns the next message.
func (p *peer) next(t testing.TB) *wamp.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	m, err := p.raw.Receive(ctx)
	if err != nil {
		t.Fatalf("session %d: %v", p.id, err)
	}
	return m
}

// expect returns the next message, which must be of this type.
func (p *peer) expect(t testing.TB, want wamp.MessageType) *wamp.Message {
	t.Helper()
	m := p.next(t)
	if m.Type != want {
		t.Fatalf("session %d: got %v %s instead of %v", p.id, m.Type, m.URI, want)
	}
	return m
}

// must sends a request and expects this reply to it.
func (p *peer) must(t testing.TB, m *wamp.Message, want wamp.MessageType) *wamp.Message {
	t.Helper()
	id, err := p.ask(m)
	if err != nil {
		t.Fatal(err)
	}
	reply := p.expect(t, want)
	if reply.Request != id {
		t.Fatalf("reply to request %d instead of %d", reply.Request, id)
	}
	return reply
}

func subscribe(uri, match string) *wamp.Message {
	return &wamp.Message{Type: wamp.Subscribe, URI: []byte(uri), Fields: matching(match)}
}

func register(uri, match, invoke string) *wamp.Message {
	m := &wamp.Message{Type: wamp.Register, URI: []byte(uri), Fields: matching(match)}
	if invoke != "" {
		m.Fields = append(m.Fields, wamp.Text("invoke", invoke))
	}
	return m
}

func matching(match string) []wamp.Field {
	if match == "" {
		return nil
	}
	return []wamp.Field{wamp.Text("match", match)}
}

// eventually waits until what is said becomes true. It looks again and again;
// how long that takes is not what is tested.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s\n%s", what, stacks())
		}
	}
}

func stacks() []byte {
	b := make([]byte, 1<<20)
	return b[:runtime.Stack(b, true)]
}

// left waits until nothing is left in the realm of what its sessions made.
func left(t testing.TB, r *actors.Router) {
	t.Helper()
	h := r.Realm("realm1")
	eventually(t, "everything that sessions made is gone", func() bool {
		topics, procedures := h.Counts()
		empty := topics == 0 && procedures == 0 && h.Topics.Len() == 0 && h.Procedures.Len() == 0 &&
			h.TopicPatterns.View().Set.Len() == 0 && h.ProcedurePatterns.View().Set.Len() == 0 &&
			h.Sessions.Len() == 0 && r.Counters().Sessions.Load() == 0 && r.Counters().Conns.Load() == 0
		return empty && alive(r) == 0
	})
}

// alive counts the actors of plural kinds.
func alive(r *actors.Router) (n int64) {
	for _, c := range r.Registry().Counts() {
		switch c.Kind {
		case supervisor.Session, supervisor.Topic, supervisor.Registration, supervisor.Connection:
			n += c.Alive
		}
	}
	return n
}
