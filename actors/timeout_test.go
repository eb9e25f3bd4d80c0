package actors_test

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/timer"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

// timed calls com.slow with these options, and returns the invocation.
func timed(t *testing.T, caller, callee *peer, options ...wamp.Field) *wamp.Message {
	t.Helper()
	caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.slow"), Fields: options})
	return callee.expect(t, wamp.Invocation)
}

// timesOut expects the ERROR of the last call, so long after began and hardly
// longer.
func timesOut(t *testing.T, caller *peer, began time.Time, after time.Duration) {
	t.Helper()
	m := caller.expect(t, wamp.ErrorMessage)
	if string(m.URI) != string(wamp.ErrTimeout) || m.Request != caller.last {
		t.Fatalf("got ERROR %s for %d", m.URI, m.Request)
	}
	if took := time.Since(began); took < after || took > after+timer.Tick {
		t.Errorf("after %v instead of %v", took, after)
	}
}

// interrupted expects the INTERRUPT of this invocation, because of the time.
func interrupted(t *testing.T, callee *peer, id wamp.ID) {
	t.Helper()
	m := callee.expect(t, wamp.Interrupt)
	if m.Request != id || m.Mode != wamp.KillNoWait || m.Options.Reason != string(wamp.ErrTimeout) {
		t.Errorf("INTERRUPT %d %v %+v", m.Request, m.Mode, m.Options)
	}
}

// What a call asks for, what is usual in its realm, and what is the longest there.
func TestCallTimeout(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name           string
		usual, longest time.Duration
		asks           uint64
		want           time.Duration
	}{
		{"asked", 0, 0, 1500, 1500 * ms},
		{"asked, of a tick", 0, 0, 50, 50 * ms},
		{"asked, the least", 0, 0, 1, ms},
		{"usual", 30 * time.Second, 0, 0, 30 * time.Second},
		{"asked for less than usual", 30 * time.Second, 0, 700, 700 * ms},
		{"asked for more than usual", time.Second, 0, 40_000, 40 * time.Second},
		{"longest", 0, 2 * time.Second, 3000, 2 * time.Second},
		{"usual beyond longest", time.Minute, 2 * time.Second, 0, 2 * time.Second},
		{"beyond everything", 0, 0, 1 << 52, dealer.MaxTimeout},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want > time.Hour {
				if got := dealer.Timeout(tt.asks, tt.usual, tt.longest); got != tt.want {
					t.Errorf("got %v", got)
				}
				return
			}
			cfg := actors.Config{Realms: []actors.RealmConfig{{URI: "realm1", CallTimeout: tt.usual, MaxCallTimeout: tt.longest}}}
			inBubble(t, cfg, func(t *testing.T, r *actors.Router) {
				callee, caller := enter(t, r, kinds[5]), enter(t, r, kinds[4])
				callee.must(t, register("com.slow", "", ""), wamp.Registered)
				var options []wamp.Field
				if tt.asks > 0 {
					options = []wamp.Field{wamp.Int("timeout", tt.asks)}
				}
				began := time.Now()
				m := timed(t, caller, callee, options...)
				if len(m.Dict) > 0 {
					t.Errorf("the callee was told %q", m.Dict)
				}
				timesOut(t, caller, began, tt.want)
				interrupted(t, callee, m.Request)
				callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request})
				callee.silent(t)
				caller.silent(t)
			})
		})
	}
}

// Without a timeout a call lasts as long as its peers do.
func TestNoCallTimeout(t *testing.T) {
	inBubble(t, actors.Config{Realms: []actors.RealmConfig{{URI: "realm1", MaxCallTimeout: time.Second}}}, func(t *testing.T, r *actors.Router) {
		callee, caller := enter(t, r, kinds[3]), enter(t, r, kinds[4])
		callee.must(t, register("com.slow", "", ""), wamp.Registered)
		m := timed(t, caller, callee, wamp.Int("timeout", 0))
		time.Sleep(time.Hour)
		callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request})
		caller.expect(t, wamp.Result)
	})
}

// Each progressive result begins the time anew; input does not.
func TestProgressBeginsTheTimeAnew(t *testing.T) {
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		callee, caller := enterAs(t, r, kinds[4], "progressive_call_results", "progressive_call_invocations", "call_canceling"), enterAs(t, r, kinds[3])
		callee.must(t, register("com.slow", "", ""), wamp.Registered)
		m := timed(t, caller, callee, wamp.Int("timeout", 1000), wamp.True("receive_progress"), wamp.True("progress"))
		for range 5 {
			time.Sleep(900 * time.Millisecond)
			callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request, Fields: progressing})
			caller.expect(t, wamp.Result)
		}
		began := time.Now()
		time.Sleep(500 * time.Millisecond)
		caller.raw.Send(&wamp.Message{Type: wamp.Call, Request: caller.last, URI: []byte("com.slow"), Fields: progressing})
		callee.expect(t, wamp.Invocation)
		timesOut(t, caller, began, time.Second)
		interrupted(t, callee, m.Request)
		caller.silent(t)
	})
}

var progressing = []wamp.Field{wamp.True("progress")}

// A caller that waits for a kill waits no longer than the timeout, and the callee
// is not interrupted twice.
func TestTimeoutOfACanceledCall(t *testing.T) {
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		callee, caller := enter(t, r, kinds[3]), enter(t, r, kinds[4])
		callee.must(t, register("com.slow", "", ""), wamp.Registered)
		began := time.Now()
		timed(t, caller, callee, wamp.Int("timeout", 1000))
		caller.raw.Send(&wamp.Message{Type: wamp.Cancel, Request: caller.last, Fields: []wamp.Field{wamp.Text("mode", "kill")}})
		if m := callee.expect(t, wamp.Interrupt); m.Mode != wamp.Kill {
			t.Errorf("INTERRUPT %v", m.Mode)
		}
		timesOut(t, caller, began, time.Second)
		callee.silent(t)
	})
}

// A callee that does not know INTERRUPT gets none, and its answer is dropped.
func TestTimeoutOfAnOldCallee(t *testing.T) {
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		callee, caller := enterAs(t, r, kinds[1], "call_timeout"), enter(t, r, kinds[4])
		callee.must(t, register("com.slow", "", ""), wamp.Registered)
		began := time.Now()
		m := timed(t, caller, callee, wamp.Int("timeout", 1000))
		timesOut(t, caller, began, time.Second)
		callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request})
		callee.silent(t)
		caller.silent(t)
		if n := r.Counters().Drops()["late_answer"]; n != 1 {
			t.Errorf("%d late answers", n)
		}
	})
}

// A callee that asked for it and announced it watches the time by itself; the
// router waits a little longer.
func TestForwardTimeout(t *testing.T) {
	tests := []struct {
		name     string
		features []string
		asks     bool
		want     bool
	}{
		{"asked and announced", []string{"call_timeout", "call_canceling"}, true, true},
		{"not asked", []string{"call_timeout", "call_canceling"}, false, false},
		{"not announced", []string{"call_canceling"}, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := actors.Config{Realms: []actors.RealmConfig{{URI: "realm1", CallTimeout: 3 * time.Second}}}
			inBubble(t, cfg, func(t *testing.T, r *actors.Router) {
				callee, caller := enterAs(t, r, kinds[0], tt.features...), enter(t, r, kinds[4])
				registering := register("com.slow", "", "")
				if tt.asks {
					registering.Fields = []wamp.Field{wamp.True("forward_timeout")}
				}
				callee.must(t, registering, wamp.Registered)
				began := time.Now()
				m := timed(t, caller, callee)
				want, told := 3*time.Second, ""
				if tt.want {
					want, told = want+dealer.Margin, `{"timeout":3000}`
				}
				if string(m.Dict) != told {
					t.Errorf("INVOCATION %q, want %q", m.Dict, told)
				}
				timesOut(t, caller, began, want)
				interrupted(t, callee, m.Request)
				// What the callee says in time is passed on.
				m = timed(t, caller, callee, wamp.Int("timeout", 1000))
				time.Sleep(time.Second)
				if tt.want {
					synctest.Wait()
					callee.raw.Send(&wamp.Message{Type: wamp.ErrorMessage, Failed: wamp.Invocation, Request: m.Request, URI: []byte("wamp.error.timeout")})
				}
				if m := caller.expect(t, wamp.ErrorMessage); string(m.URI) != string(wamp.ErrTimeout) {
					t.Errorf("ERROR %s", m.URI)
				}
			})
		})
	}
}

// A call that goes on to another callee has the time that it had from its CALL on,
// whoever watched it so far, and whether the other callee is free or not.
func TestTimeoutOfAReroutedCall(t *testing.T) {
	tests := []struct {
		name          string
		forward, busy bool // the first callee watches the time; the second one has a call
		reroute, want time.Duration
	}{
		{"watched by the router", false, false, 2 * time.Second, 3 * time.Second},
		{"watched by its callee", true, false, 2 * time.Second, 3 * time.Second},
		{"watched by its callee, in vain", true, false, 4 * time.Second, 4 * time.Second},
		{"waits for the second callee", false, true, 2 * time.Second, 3 * time.Second},
		{"watched by its callee, waits for the second", true, true, 2 * time.Second, 3 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
				first, second := enterAs(t, r, kinds[1], "call_reroute", "call_timeout"), enterAs(t, r, kinds[2], "call_canceling")
				caller, other := enter(t, r, kinds[4]), enter(t, r, kinds[0])
				registering := register("com.slow", "", "last")
				if tt.busy {
					registering.Fields = append(registering.Fields, wamp.Int("concurrency", 1))
				}
				second.must(t, registering, wamp.Registered)
				if tt.busy {
					timed(t, other, second)
				}
				if tt.forward {
					registering.Fields = append(registering.Fields, wamp.True("forward_timeout"))
				}
				first.must(t, registering, wamp.Registered)
				began := time.Now()
				m := timed(t, caller, first, wamp.Int("timeout", 3000))
				time.Sleep(tt.reroute)
				synctest.Wait()
				first.raw.Send(&wamp.Message{Type: wamp.ErrorMessage, Failed: wamp.Invocation, Request: m.Request, URI: []byte(wamp.ErrUnavailable)})
				if !tt.busy {
					m = second.expect(t, wamp.Invocation)
				}
				timesOut(t, caller, began, tt.want)
				if !tt.busy {
					interrupted(t, second, m.Request)
				}
				first.silent(t)
				second.silent(t)
			})
		})
	}
}

// A session that has ended leaves no timer behind, however long its calls might have
// lasted.
func TestNoTimerIsLeft(t *testing.T) {
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		callee, caller := enter(t, r, kinds[3]), enter(t, r, kinds[4])
		callee.must(t, register("com.slow", "", ""), wamp.Registered)
		timed(t, caller, callee, wamp.Int("timeout", 20*24*3600*1000))
		caller.cut()
		callee.cut()
		time.Sleep(time.Minute)
		synctest.Wait()
		if bytes.Contains(stacks(), []byte("timer.(*Wheel).run(")) {
			t.Error("the wheel still turns")
		}
	})
}

// Many calls of one session, each with a time of its own, some answered before it
// is over: each ends when it must, once.
func TestManyTimeouts(t *testing.T) {
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		const calls = 3000
		callee, caller := enter(t, r, kinds[1]), enter(t, r, kinds[4])
		callee.must(t, register("com.slow", "", ""), wamp.Registered)
		began := time.Now()
		first := caller.last + 1
		due := func(request wamp.ID) time.Duration { return time.Duration(1+(request*7919)%20_000) * time.Millisecond }
		answered := func(request wamp.ID) bool { return request%3 == 0 }
		for range calls {
			id := caller.last + 1
			m := timed(t, caller, callee, wamp.Int("timeout", uint64(due(id)/time.Millisecond)))
			if answered(id) {
				callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request})
				caller.expect(t, wamp.Result)
			}
		}
		ended := map[wamp.ID]bool{}
		for len(ended) < calls-calls/3 {
			m := caller.expect(t, wamp.ErrorMessage)
			took := time.Since(began)
			if ended[m.Request] || answered(m.Request) || m.Request < first || took < due(m.Request) || took > due(m.Request)+timer.Tick {
				t.Fatalf("call %d of %v ended after %v", m.Request, due(m.Request), took)
			}
			ended[m.Request] = true
		}
		time.Sleep(time.Minute)
		caller.silent(t)
	})
}
