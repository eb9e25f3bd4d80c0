package actors_test

import (
	"context"
	"sync"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// serve answers invocations with their own payload until the transport ends, but
// holds those of one registration back and returns them.
func (p *peer) serve(hold wamp.ID) (held []wamp.ID) {
	for {
		m, err := p.raw.Receive(context.Background())
		switch {
		case err != nil:
			return held
		case m.Type == wamp.Invocation && m.ID == hold:
			held = append(held, m.Request)
		case m.Type == wamp.Invocation:
			p.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request, Payload: m.Payload})
		case m.Type == wamp.Event: // the sign to answer what was held back
			for _, id := range held {
				p.raw.Send(&wamp.Message{Type: wamp.Yield, Request: id, Payload: p.payload(4711)})
			}
		}
	}
}

// One call stays open while very many others pass. Memory does not follow them,
// and the open one is answered when its callee yields.
func TestOneCallStaysOpen(t *testing.T) {
	passing := 100_000
	if long() {
		passing = 10_000_000
	}
	r := start(t, actors.Config{})
	callee, caller := enter(t, r, kinds[1]), enter(t, r, kinds[1])
	slow := callee.must(t, register("com.slow", "", ""), wamp.Registered)
	callee.must(t, register("com.fast", "", ""), wamp.Registered)
	callee.must(t, subscribe("com.now", ""), wamp.Subscribed)
	var serving sync.WaitGroup
	serving.Go(func() { callee.serve(slow.ID) })
	open, err := caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.slow")})
	if err != nil {
		t.Fatal(err)
	}
	caller.callMany(t, passing/10)
	before := heap()
	caller.callMany(t, passing)
	if grown := int64(heap()) - int64(before); grown > 2<<20 {
		t.Errorf("%d octets more after %d calls", grown, passing)
	}
	caller.raw.Send(&wamp.Message{Type: wamp.Publish, Request: caller.last + 1, URI: []byte("com.now")})
	caller.last++
	m := caller.expect(t, wamp.Result)
	if got := caller.args(m); m.Request != open || got[0] != 4711 {
		t.Errorf("got RESULT %d %v", m.Request, got)
	}
	callee.cut()
	serving.Wait()
}

// callMany makes n calls, some at a time. Each has one result.
func (p *peer) callMany(t *testing.T, n int) {
	t.Helper()
	const window = 100
	call := wamp.Message{Type: wamp.Call, URI: []byte("com.fast"), Payload: p.payload(7)}
	for done := 0; done < n; done += window {
		var batch [window]*wamp.Message
		for i := range batch {
			m := call
			p.last++
			m.Request = p.last
			batch[i] = &m
		}
		if err := p.raw.Send(batch[:]...); err != nil {
			t.Fatal(err)
		}
		for i := range batch {
			if m := p.expect(t, wamp.Result); m.Request != batch[i].Request {
				t.Fatalf("got RESULT %d instead of %d", m.Request, batch[i].Request)
			}
		}
	}
}

// However a callee ends, every call that is open with it is answered, once.
func TestCalleeEndsWithOpenCalls(t *testing.T) {
	ends := map[string]func(*testing.T, *faults, *peer){
		"it crashes": func(_ *testing.T, f *faults, p *peer) {
			f.arm(supervisor.Session, 1, func(it *lane.Item) bool { return asks(it, wamp.Subscribe) })
			p.ask(subscribe("com.boom", ""))
		},
		"it crashes with answers behind": func(_ *testing.T, f *faults, p *peer) {
			f.arm(supervisor.Session, 1, func(it *lane.Item) bool { return it.Op == lane.OpJoined && it.Member.URI == "com.boom" })
			p.ask(subscribe("com.boom", ""))
		},
		"it says GOODBYE": func(t *testing.T, _ *faults, p *peer) {
			p.raw.Send(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseRealm)})
			p.expect(t, wamp.Goodbye)
		},
		"its transport ends": func(_ *testing.T, _ *faults, p *peer) { p.cut() },
		"it breaks the protocol": func(t *testing.T, _ *faults, p *peer) {
			p.raw.Send(&wamp.Message{Type: wamp.Yield, Request: 1 << 40})
			p.expect(t, wamp.Abort)
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const callers, each = 6, 350 // more than two pieces of what is settled at a time
			r, f := startFaulty(t, actors.Config{})
			callee := enter(t, r, kinds[0])
			callee.must(t, register("com.slow", "", ""), wamp.Registered)
			peers := make([]*peer, callers)
			for i := range peers {
				peers[i] = enter(t, r, kinds[i])
				for range each {
					peers[i].ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.slow"), Payload: peers[i].payload(1)})
				}
			}
			for range callers * each {
				callee.expect(t, wamp.Invocation)
			}
			end(t, f, callee)
			for _, p := range peers {
				p.allCanceled(t, each)
				p.cut()
			}
			callee.cut()
			left(t, r)
		})
	}
}

// allCanceled: the first n requests have one answer each, and nothing else comes.
func (p *peer) allCanceled(t *testing.T, n int) {
	t.Helper()
	seen := map[wamp.ID]bool{}
	for range n {
		m := p.expect(t, wamp.ErrorMessage)
		if string(m.URI) != string(wamp.ErrCanceled) || m.Request > wamp.ID(n) || seen[m.Request] {
			t.Fatalf("got ERROR %s for request %d", m.URI, m.Request)
		}
		seen[m.Request] = true
	}
	p.silent(t)
}

// A caller that crashes is forgotten: its callee is interrupted, may answer all
// the same, and goes on.
func TestCallerCrashesWithOpenCalls(t *testing.T) {
	const open = 1000
	r, f := startFaulty(t, actors.Config{})
	callee, caller, other := enter(t, r, kinds[0]), enter(t, r, kinds[1]), enter(t, r, kinds[2])
	callee.must(t, register("com.slow", "", ""), wamp.Registered)
	for range open {
		caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.slow")})
	}
	ids := make([]wamp.ID, open)
	for i := range ids {
		ids[i] = callee.expect(t, wamp.Invocation).Request
	}
	f.arm(supervisor.Session, 1, func(it *lane.Item) bool { return asks(it, wamp.Subscribe) })
	caller.ask(subscribe("com.boom", ""))
	caller.expect(t, wamp.Abort)
	interrupted := map[wamp.ID]bool{}
	for range open {
		interrupted[callee.expect(t, wamp.Interrupt).Request] = true
	}
	for _, id := range ids {
		if !interrupted[id] {
			t.Fatalf("invocation %d was not interrupted", id)
		}
		callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: id})
	}
	other.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.slow")})
	callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: callee.expect(t, wamp.Invocation).Request})
	other.expect(t, wamp.Result)
	if n := r.Counters().Dropped(lane.DropLateAnswer); n != open {
		t.Errorf("%d late answers are counted", n)
	}
	for _, p := range []*peer{callee, caller, other} {
		p.cut()
	}
	left(t, r)
}
