package actors_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
	"go.uber.org/goleak"
)

// shortly is a router that does not wait long for its peers.
func shortly() actors.Config {
	limits := lane.DefaultLimits()
	limits.GoodbyeGrace, limits.LingerTime = 500*time.Millisecond, 200*time.Millisecond
	return actors.Config{Limits: limits}
}

// ofRouter finds functions of the router on the stacks of goroutines.
var ofRouter = regexp.MustCompile(`(?m)^github\.com/callboard-wamp/callboard/(actors/|supervisor).*`)

// TestDrain ends a router with 100 sessions, over sockets and in memory, that
// publish and call all the time. Every one of them gets GOODBYE
// wamp.close.system_shutdown, also when half of them never answer, and no
// goroutine is left.
func TestDrain(t *testing.T) {
	for _, mute := range []int{0, 2} {
		t.Run(fmt.Sprintf("every %d mute", mute), func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			r := start(t, shortly())
			addresses := listen(t, r)
			var busy sync.WaitGroup
			var steps atomic.Int64
			for i := range 100 {
				p := &worker{peer: mixedPeer(t, addresses, i), steps: &steps, mute: mute > 0 && i%mute == 0, uri: fmt.Sprint("com.drain.", i%20)}
				busy.Go(func() { p.live(t) })
			}
			eventually(t, "all are busy", func() bool { return steps.Load() > 1_000 || t.Failed() })
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			began := time.Now()
			if err := r.Drain(ctx); err != nil || ctx.Err() != nil {
				t.Error("drain:", err, ctx.Err())
			}
			t.Log("drained in", time.Since(began))
			if running := ofRouter.FindAll(stacks(), -1); len(running) > 0 {
				t.Errorf("goroutines of the router outlive Drain: %s", running)
			}
			if c := r.Counters(); c.Sessions.Load() != 0 || c.Conns.Load() != 0 || alive(r) != 0 {
				t.Errorf("%d sessions, %d connections, %d actors are left", c.Sessions.Load(), c.Conns.Load(), alive(r))
			}
			busy.Wait()
			goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("github.com/asynkron/protoactor-go/actor.NewActorSystemWithConfig"))
		})
	}
}

// mixedPeer joins over TCP or in memory, by every serializer and framing.
func mixedPeer(t *testing.T, s *sockets, i int) *peer {
	if i%2 == 0 {
		return s.mustJoin()
	}
	return enter(t, s.router, kinds[i/2%len(kinds)])
}

// worker is a busy session of the drain: five of them share a topic and a
// procedure, publish and call all the time, and serve what they are asked for.
type worker struct {
	*peer
	steps *atomic.Int64
	uri   string
	mute  bool // does not answer GOODBYE
	bye   int
}

// live is busy until the router has closed the transport.
func (w *worker) live(t *testing.T) {
	for _, m := range []*wamp.Message{subscribe(w.uri, ""), register(w.uri, "", "roundrobin")} {
		if _, err := w.ask(m); err != nil {
			t.Error(err)
			return
		}
	}
	for {
		m, err := w.raw.Receive(context.Background())
		if err != nil {
			w.ended(t, err)
			return
		}
		w.on(t, m)
	}
}

func (w *worker) on(t *testing.T, m *wamp.Message) {
	w.steps.Add(1)
	switch m.Type {
	case wamp.Goodbye:
		if w.bye++; string(m.URI) != string(wamp.CloseSystemShutdown) {
			t.Errorf("GOODBYE %s", m.URI)
		}
		if !w.mute {
			w.raw.Send(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseGoodbyeAndOut)})
		}
	case wamp.Invocation:
		w.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request})
	case wamp.Result, wamp.ErrorMessage, wamp.Registered:
		w.ask(&wamp.Message{Type: wamp.Publish, URI: []byte(w.uri)})
		w.ask(&wamp.Message{Type: wamp.Call, URI: []byte(w.uri)})
	case wamp.Event, wamp.Subscribed, wamp.Interrupt:
	default:
		t.Errorf("session %d: got %v %s", w.id, m.Type, m.URI)
	}
}

// ended judges how the transport was closed.
func (w *worker) ended(t *testing.T, err error) {
	var closed *client.CloseError
	if errors.As(err, &closed) && closed.Code != 1001 {
		t.Errorf("session %d: %v", w.id, err)
	}
	if !errors.As(err, &closed) && !errors.Is(err, io.EOF) {
		t.Errorf("session %d: %v", w.id, err)
	}
	if w.bye != 1 {
		t.Errorf("session %d: %d GOODBYEs", w.id, w.bye)
	}
	w.cut()
}
