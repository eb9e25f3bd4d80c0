package supervisor_test

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/callboard-wamp/callboard/supervisor"
)

// ward is an actor.Supervisor that writes down what it is told, and when.
type ward struct {
	began    time.Time
	children []*actor.PID
	mu       sync.Mutex
	log      []string
	reason   any
}

func (w *ward) add(what string, pids []*actor.PID) {
	for _, p := range pids {
		what += " " + p.Id
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, fmt.Sprint(time.Since(w.began), " ", what))
}

func (w *ward) Children() []*actor.PID             { return w.children }
func (w *ward) RestartChildren(pids ...*actor.PID) { w.add("restart", pids) }
func (w *ward) StopChildren(pids ...*actor.PID)    { w.add("stop", pids) }
func (w *ward) ResumeChildren(pids ...*actor.PID)  { w.add("resume", pids) }
func (w *ward) EscalateFailure(reason, _ any) {
	w.reason = reason
	w.add("escalate", nil)
}

func newWard(names ...string) *ward {
	w := &ward{began: time.Now()}
	for _, n := range names {
		w.children = append(w.children, actor.NewPID("local", n))
	}
	return w
}

func (w *ward) fail(s *supervisor.Strategy, child int) {
	s.HandleFailure(nil, w, w.children[child], nil, "reason", "message")
}

func (w *ward) expect(t *testing.T, want ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.log, want) {
		t.Errorf("got  %q\nwant %q", w.log, want)
	}
}

func ms(n int) supervisor.Duration {
	return supervisor.Duration(n) * supervisor.Duration(time.Millisecond)
}

func TestBackOffIsExponential(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var delays []time.Duration
		chance := 0.5
		s := supervisor.Policy{OnPanic: supervisor.Restart, Max: -1, Within: ms(1000),
			Backoff: supervisor.Backoff{Min: ms(100), Max: ms(500), Jitter: 0.2}}.Strategy(supervisor.Options{
			Rand:   func() float64 { return chance },
			Report: func(f supervisor.Failure) { delays = append(delays, f.Delay) },
		})
		w := newWard("a")
		for range 5 {
			w.fail(s, 0)
			time.Sleep(500 * time.Millisecond)
			synctest.Wait()
		}
		time.Sleep(time.Second) // alive for the whole window now
		w.fail(s, 0)
		chance = 0
		time.Sleep(time.Second)
		w.fail(s, 0)
		time.Sleep(time.Second)
		synctest.Wait()
		want := []time.Duration{100, 200, 400, 500, 500, 100, 160}
		for i := range want {
			want[i] *= time.Millisecond
		}
		if !reflect.DeepEqual(delays, want) {
			t.Errorf("delays %v, want %v", delays, want)
		}
		w.expect(t, "100ms restart a", "700ms restart a", "1.4s restart a", "2s restart a",
			"2.5s restart a", "3.6s restart a", "4.66s restart a")
	})
}

func TestDelayNeverOverflows(t *testing.T) {
	b := supervisor.Backoff{Min: 1, Max: 1 << 62}
	for n := range 200 {
		if d := b.Delay(n, 0.5); d != 1<<min(n, 62) {
			t.Fatalf("failure %d: %d", n, d)
		}
	}
	b.Max = 3 // not a multiple of Min
	if d := b.Delay(2, 0.5); d != 3 {
		t.Errorf("%d is not capped", d)
	}
}

func TestWindow(t *testing.T) {
	policy := supervisor.Policy{OnPanic: supervisor.Restart, Max: 2, Within: ms(1000), OnExceeded: supervisor.Escalate}
	t.Run("exceeded", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w, s := newWard("a", "b"), policy.Strategy(supervisor.Options{Kind: supervisor.Realm})
			for range 3 {
				w.fail(s, 0)
			}
			w.fail(s, 1)
			w.expect(t, "0s restart a", "0s restart a", "0s escalate", "0s restart b")
			e, ok := w.reason.(*supervisor.Escalation)
			if !ok || e.Kind != supervisor.Realm || e.Cause.Reason != "reason" || !e.Cause.Exceeded {
				t.Errorf("escalated %+v", w.reason)
			}
			if s.Restarts(w.children[0]) != 0 || s.Restarts(w.children[1]) != 1 {
				t.Error("restarts are not kept by child")
			}
		})
	})
	t.Run("pruned", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w, s := newWard("a"), policy.Strategy(supervisor.Options{})
			for range 100 {
				w.fail(s, 0)
				time.Sleep(500 * time.Millisecond)
			}
			if len(w.log) != 100 || w.reason != nil {
				t.Errorf("%d restarts, escalated %v", len(w.log), w.reason)
			}
		})
	})
	t.Run("for life", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := policy
			p.Within, p.OnExceeded = 0, supervisor.Stop
			w, s := newWard("a"), p.Strategy(supervisor.Options{})
			for range 3 {
				w.fail(s, 0)
				time.Sleep(time.Hour)
			}
			w.expect(t, "0s restart a", "1h0m0s restart a", "2h0m0s stop a")
		})
	})
}

func TestAllForOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := supervisor.Policy{Scope: supervisor.AllForOne, OnPanic: supervisor.Restart, Max: 2,
			Backoff: supervisor.Backoff{Min: ms(10), Max: ms(10)}}
		w, s := newWard("a", "b", "c"), p.Strategy(supervisor.Options{})
		w.fail(s, 1)
		w.fail(s, 2) // served by the same restart
		s.Forget(w.children[0])
		time.Sleep(time.Second)
		w.fail(s, 0) // the limit is that of all together
		time.Sleep(time.Second)
		w.fail(s, 1)
		w.expect(t, "10ms restart b c", "1.01s restart a b c", "2s stop a b c")
	})
}

func TestDelayedRestartIsCancelled(t *testing.T) {
	p := supervisor.Policy{OnPanic: supervisor.Restart, Max: -1, Backoff: supervisor.Backoff{Min: ms(10), Max: ms(10)}}
	for name, end := range map[string]func(*supervisor.Strategy, *ward){
		"by Forget": func(s *supervisor.Strategy, w *ward) { s.Forget(w.children[0]) },
		"by Reset":  func(s *supervisor.Strategy, _ *ward) { s.Reset() },
		"by Close":  func(s *supervisor.Strategy, _ *ward) { s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, s := newWard("a"), p.Strategy(supervisor.Options{})
				w.fail(s, 0)
				end(s, w)
				time.Sleep(time.Second)
				w.expect(t)
			})
		})
	}
}

func TestOneRestartServesSeveralFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := supervisor.Policy{OnPanic: supervisor.Restart, Max: 1, Backoff: supervisor.Backoff{Min: ms(10), Max: ms(10)}}
		w, s := newWard("a"), p.Strategy(supervisor.Options{})
		w.fail(s, 0)
		time.Sleep(5 * time.Millisecond)
		w.fail(s, 0)
		time.Sleep(time.Second)
		w.expect(t, "10ms restart a")
	})
}

func TestTop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []supervisor.Failure
		w := newWard("a", "b")
		o := supervisor.Options{Top: true, Report: func(f supervisor.Failure) { got = append(got, f) }}
		w.fail(supervisor.Policy{OnPanic: supervisor.Escalate}.Strategy(o), 0)
		w.fail(supervisor.Policy{Scope: supervisor.AllForOne, OnPanic: supervisor.Restart, Max: 1}.Strategy(o), 1)
		w.expect(t, "0s stop a", "0s restart b")
		if len(got) != 2 || got[0].Directive != supervisor.Stop {
			t.Errorf("reported %v", got)
		}
	})
}

func TestEveryDirectiveIsReportedAndReportersMayPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, a := range []supervisor.Action{supervisor.Stop, supervisor.Restart, supervisor.Resume, supervisor.Escalate} {
			var f supervisor.Failure
			w := newWard("a")
			s := supervisor.Policy{OnPanic: a, Max: 1}.Strategy(supervisor.Options{Children: supervisor.Topic,
				Report: func(g supervisor.Failure) { f = g; panic("reporter") }})
			w.fail(s, 0)
			if f.Directive != a || f.Message != "message" || f.Reason != "reason" || f.Kind != supervisor.Topic {
				t.Errorf("%v: reported %+v", a, f)
			}
			if len(w.log) != 1 {
				t.Errorf("%v: done %q", a, w.log)
			}
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	s := supervisor.Policy{OnPanic: supervisor.Restart, Max: 1}.Strategy(supervisor.Options{})
	w := newWard()
	for i := range 40_000 {
		w.children = []*actor.PID{actor.NewPID("local", fmt.Sprint(i))}
		w.fail(s, 0)
	}
	if n := s.Remembered(); n > 16_384 {
		t.Errorf("%d children remembered", n)
	}
}
