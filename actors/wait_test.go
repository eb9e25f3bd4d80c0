package actors_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/timer"
	"github.com/callboard-wamp/callboard/wamp"
)

// busyCallee registers com.slow for one call at a time, and has one.
func busyCallee(t *testing.T, r *actors.Router) (callee, caller *peer, serves wamp.ID) {
	t.Helper()
	callee, caller = enter(t, r, kinds[3]), enter(t, r, kinds[4])
	callee.must(t, &wamp.Message{
		Type: wamp.Register, URI: []byte("com.slow"), Fields: []wamp.Field{wamp.Int("concurrency", 1)},
	}, wamp.Registered)
	return callee, caller, timed(t, caller, callee).Request
}

// A call waits for a callee with a free place for queue_time, and no longer; its
// own timeout counts from the CALL on, be it shorter or longer.
func TestQueueTime(t *testing.T) {
	cfg := actors.Config{Limits: lane.DefaultLimits()}
	cfg.Limits.QueueTime = 10 * time.Second
	inBubble(t, cfg, func(t *testing.T, r *actors.Router) {
		callee, caller, serves := busyCallee(t, r)
		wait := func(options ...wamp.Field) {
			caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.slow"), Fields: options})
		}
		began := time.Now()
		wait()
		m := caller.expect(t, wamp.ErrorMessage)
		if string(m.URI) != string(wamp.ErrNoAvailableCallee) || !strings.Contains(string(m.Dict), "queue_time") {
			t.Errorf("ERROR %s %s", m.URI, m.Dict)
		}
		if took := time.Since(began); took < cfg.Limits.QueueTime || took > cfg.Limits.QueueTime+timer.Tick {
			t.Errorf("after %v", took)
		}
		began = time.Now()
		wait(wamp.Int("timeout", 3000))
		timesOut(t, caller, began, 3*time.Second)

		began = time.Now()
		wait(wamp.Int("timeout", 15_000))
		time.Sleep(9 * time.Second)
		callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: serves})
		caller.expect(t, wamp.Result)
		second := callee.expect(t, wamp.Invocation)
		timesOut(t, caller, began, 15*time.Second)
		if m := callee.expect(t, wamp.Interrupt); m.Request != second.Request {
			t.Errorf("INTERRUPT of %d, not of %d", m.Request, second.Request)
		}
		callee.silent(t)
		caller.silent(t)
	})
}

// What waits counts as kept by its caller, and no longer than it waits.
func TestQueueBytes(t *testing.T) {
	cfg := actors.Config{Limits: lane.DefaultLimits()}
	cfg.Limits.HeldBytes = 3000
	inBubble(t, cfg, func(t *testing.T, r *actors.Router) {
		callee, caller, serves := busyCallee(t, r)
		large := caller.payload(strings.Repeat("x", 1800))
		for range 5 {
			caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.slow"), Payload: large})
			caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.slow"), Payload: large})
			m := caller.expect(t, wamp.ErrorMessage)
			if string(m.URI) != string(wamp.ErrNoAvailableCallee) || !strings.Contains(string(m.Dict), "held_bytes") || m.Request != caller.last {
				t.Fatalf("ERROR %s %s", m.URI, m.Dict)
			}
			callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: serves})
			caller.expect(t, wamp.Result)
			serves = callee.expect(t, wamp.Invocation).Request
			caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.slow"), Payload: large})
			caller.raw.Send(&wamp.Message{Type: wamp.Cancel, Request: caller.last})
			if m := caller.expect(t, wamp.ErrorMessage); string(m.URI) != string(wamp.ErrCanceled) {
				t.Fatalf("ERROR %s", m.URI)
			}
		}
	})
}

// The calls of one caller reach a callee in their order, whether they waited or
// found a free place.
func TestQueueKeepsTheOrder(t *testing.T) {
	const calls = 600
	r := start(t, actors.Config{})
	callee, caller := enter(t, r, kinds[3]), enter(t, r, kinds[3])
	callee.must(t, &wamp.Message{
		Type: wamp.Register, URI: []byte("com.slow"), Fields: []wamp.Field{wamp.Int("concurrency", 3)},
	}, wamp.Registered)
	go func() {
		for n := range calls {
			caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.slow"), Payload: caller.payload(n)})
		}
	}()
	for n := range calls {
		m := callee.expect(t, wamp.Invocation)
		if got := callee.args(m); fmt.Sprint(got) != fmt.Sprint([]int{n}) {
			t.Fatalf("call %d came as %v", n, got)
		}
		callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request})
	}
}

// A call that can use none of the free places holds back the later ones of its
// caller, and nobody else's. When it is given up they go at once.
func TestGivenUpCallMakesWay(t *testing.T) {
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		a, b := enterAs(t, r, kinds[0], "call_reroute"), enterAs(t, r, kinds[1], "call_reroute")
		for _, callee := range []*peer{a, b} {
			callee.must(t, &wamp.Message{Type: wamp.Register, URI: []byte("com.slow"), Fields: []wamp.Field{
				wamp.Text("invoke", "first"), wamp.Int("concurrency", 1),
			}}, wamp.Registered)
		}
		caller, other := enter(t, r, kinds[3]), enter(t, r, kinds[4])
		first, rerouted := timed(t, caller, a), caller.last
		timed(t, caller, b)
		a.raw.Send(&wamp.Message{Type: wamp.ErrorMessage, Failed: wamp.Invocation, Request: first.Request, URI: []byte(wamp.ErrUnavailable)})
		synctest.Wait() // it waits for b
		later, _ := caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.slow"), Payload: caller.payload(3)})
		a.silent(t)
		m := timed(t, other, a)
		a.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request})
		other.expect(t, wamp.Result)
		a.silent(t)
		caller.raw.Send(&wamp.Message{Type: wamp.Cancel, Request: rerouted})
		if m := caller.expect(t, wamp.ErrorMessage); m.Request != rerouted || string(m.URI) != string(wamp.ErrCanceled) {
			t.Errorf("ERROR %s for %d", m.URI, m.Request)
		}
		began := time.Now()
		m = a.expect(t, wamp.Invocation)
		if got := a.args(m); fmt.Sprint(got) != "[3]" || time.Since(began) != 0 {
			t.Errorf("INVOCATION %v after %v", got, time.Since(began))
		}
		a.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request})
		if m := caller.expect(t, wamp.Result); m.Request != later {
			t.Errorf("RESULT of %d, not of %d", m.Request, later)
		}
	})
}
