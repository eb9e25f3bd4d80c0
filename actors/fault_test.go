package actors_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// faults are the panics that a test puts into actors.
type faults struct {
	mu    sync.Mutex
	armed map[supervisor.Kind]*fault
}

type fault struct {
	when  func(*lane.Item) bool
	times int
	done  chan struct{}
}

// arm makes actors of this kind panic on the next items for which when is true,
// and returns a channel that is closed when that has happened so many times.
func (f *faults) arm(kind supervisor.Kind, times int, when func(*lane.Item) bool) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	done := make(chan struct{})
	f.armed[kind] = &fault{when, times, done}
	return done
}

func (f *faults) strike(kind supervisor.Kind, it *lane.Item) {
	f.mu.Lock()
	a := f.armed[kind]
	hit := a != nil && a.when(it)
	if hit {
		if a.times--; a.times == 0 {
			delete(f.armed, kind)
			close(a.done)
		}
	}
	f.mu.Unlock()
	if hit {
		panic("a fault of the test")
	}
}

// startFaulty runs a router whose actors fail as the faults say. When it has
// been drained no actor of any kind is left.
func startFaulty(t *testing.T, cfg actors.Config) (*actors.Router, *faults) {
	f := &faults{armed: map[supervisor.Kind]*fault{}}
	cfg.SetFault(f.strike)
	var r *actors.Router
	t.Cleanup(func() { // runs behind the drain
		for _, c := range r.Registry().Counts() {
			if c.Alive != 0 {
				t.Errorf("after the drain: %d actors of kind %s", c.Alive, c.Kind)
			}
		}
		if tree := r.Registry().Tree(); len(tree) != 0 {
			t.Errorf("after the drain: %v", tree)
		}
	})
	r = start(t, cfg)
	return r, f
}

// counts returns how many actors of a kind there are, and how they failed.
func counts(r *actors.Router, kind supervisor.Kind) supervisor.Count {
	for _, c := range r.Registry().Counts() {
		if c.Kind == kind {
			return c
		}
	}
	return supervisor.Count{}
}

// flow is traffic that must not notice anything: one session publishes numbered
// events to three, and one calls another.
type flow struct {
	t         *testing.T
	sessions  []*client.Session
	stop      chan struct{}
	senders   sync.WaitGroup
	published atomic.Int64
	called    atomic.Int64
	got       [3]atomic.Int64
}

const (
	flowTopic     = "com.flow"
	flowProcedure = "com.add"
)

func startFlow(t *testing.T, r *actors.Router, realm wamp.URI) *flow {
	t.Helper()
	f := &flow{t: t, stop: make(chan struct{})}
	ctx := t.Context()
	for i := range f.got {
		_, err := f.join(r, realm).Subscribe(ctx, flowTopic, func(e *client.Event) { f.onEvent(i, e) })
		f.must(err)
	}
	callee := f.join(r, realm)
	_, err := callee.Register(ctx, flowProcedure, func(_ context.Context, i *client.Invocation) (*client.Result, error) {
		return &client.Result{Args: i.Args}, nil
	}, wamp.Dict{"invoke": "roundrobin"})
	f.must(err)
	publisher, caller := f.join(r, realm), f.join(r, realm)
	f.senders.Go(func() { f.publish(publisher) })
	f.senders.Go(func() { f.call(caller) })
	f.goOn()
	return f
}

func (f *flow) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *flow) join(r *actors.Router, realm wamp.URI) *client.Session {
	f.t.Helper()
	k := kinds[len(f.sessions)%len(kinds)]
	raw, err := attach(f.t.Context(), r, k)
	f.must(err)
	s, err := client.Join(f.t.Context(), raw, client.Options{Realm: realm, Serializer: k.serializer})
	f.must(err)
	f.t.Cleanup(func() { s.Close() })
	f.sessions = append(f.sessions, s)
	return s
}

// onEvent: nothing is missing, nothing comes twice.
func (f *flow) onEvent(i int, e *client.Event) {
	n, _ := number(e.Args[0]).(int64)
	if want := f.got[i].Add(1); n != want {
		f.t.Errorf("subscriber %d got event %d instead of %d", i, n, want)
	}
}

func (f *flow) stopped() bool {
	select {
	case <-f.stop:
		return true
	default:
		return false
	}
}

func (f *flow) publish(s *client.Session) {
	for n := int64(1); !f.stopped(); n++ {
		if _, err := s.Publish(context.Background(), flowTopic, []any{n}, nil, wamp.Dict{"acknowledge": true}); err != nil {
			f.t.Error("publish:", err)
			return
		}
		f.published.Store(n)
	}
}

func (f *flow) call(s *client.Session) {
	for n := int64(1); !f.stopped(); n++ {
		result, err := s.Call(context.Background(), flowProcedure, []any{n}, nil)
		if err != nil {
			f.t.Error("call:", err)
			return
		}
		if got, _ := number(result.Args[0]).(int64); got != n {
			f.t.Errorf("call %d got result %d", n, got)
		}
		f.called.Store(n)
	}
}

// goOn waits until some more was published and called.
func (f *flow) goOn() {
	f.t.Helper()
	p, c := f.published.Load()+20, f.called.Load()+20
	eventually(f.t, "traffic goes on", func() bool {
		return f.t.Failed() || f.published.Load() >= p && f.called.Load() >= c
	})
}

// end stops the traffic. Every subscriber has every event.
func (f *flow) end() {
	f.t.Helper()
	f.goOn()
	close(f.stop)
	f.senders.Wait()
	for i := range f.got {
		eventually(f.t, "every subscriber has every event", func() bool {
			return f.t.Failed() || f.got[i].Load() == f.published.Load()
		})
	}
	for _, s := range f.sessions {
		if err := s.Leave(f.t.Context()); err != nil {
			f.t.Error("leave:", err)
		}
	}
}
