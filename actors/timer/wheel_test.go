package timer_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/actors/timer"
	"pgregory.net/rapid"
)

// wheel runs a test in a bubble with a wheel.
func wheel(t *testing.T, test func(t *testing.T, w *timer.Wheel)) {
	synctest.Test(t, func(t *testing.T) {
		w := timer.New(func(v any) { t.Log("panic:", v) })
		test(t, w)
		w.Close()
	})
}

// Nothing is called before its time, or more than a tick after it, near and far.
func TestAfter(t *testing.T) {
	wheel(t, func(t *testing.T, w *timer.Wheel) {
		called := 0
		for _, d := range []time.Duration{-time.Second, 0, 1, timer.Tick, 3 * time.Second, 13 * time.Second, time.Hour} {
			began := time.Now()
			w.After(d, func() {
				called++
				if took := time.Since(began); took < d || took > max(d, 0)+timer.Tick {
					t.Errorf("%v came after %v", d, took)
				}
			})
			time.Sleep(7 * time.Millisecond)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if called != 7 {
			t.Errorf("%d of 7 were called", called)
		}
		w.After(0, func() { called++ }) // the goroutine had ended
		time.Sleep(time.Second)
		synctest.Wait()
		if called != 8 {
			t.Error("the wheel does not begin again")
		}
	})
}

func TestPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got any
		w := timer.New(func(v any) { got = v })
		called := false
		w.After(0, func() { panic("a fault of the test") })
		w.After(time.Second, func() { called = true })
		time.Sleep(2 * time.Second)
		w.Close()
		if got != "a fault of the test" || !called {
			t.Errorf("got %v, and what came later %v", got, called)
		}
	})
}

func TestClosed(t *testing.T) {
	wheel(t, func(t *testing.T, w *timer.Wheel) {
		w.After(time.Second, func() { t.Error("called after Close") })
		w.Close()
		w.After(time.Second, func() { t.Error("called on a closed wheel") })
		time.Sleep(time.Minute)
		new(timer.Timer).Stop()
	})
}

// Against the set of what is set: timers that are set, set again and stopped at
// random are called when they are due, and only then.
func TestAgainstModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) step {
			return step{
				what:  rapid.IntRange(0, 2).Draw(rt, "what"),
				timer: rapid.IntRange(0, 7).Draw(rt, "timer"),
				ms:    rapid.IntRange(0, 20_000).Draw(rt, "ms"),
			}
		}), 0, 60).Draw(rt, "steps")
		wrong := ""
		wheel(t, func(_ *testing.T, w *timer.Wheel) { wrong = play(w, steps) })
		if wrong != "" {
			rt.Fatal(wrong)
		}
	})
}

// step sets a timer, stops one, or lets time pass.
type step struct{ what, timer, ms int }

func play(w *timer.Wheel, steps []step) (wrong string) {
	var timers [8]timer.Timer
	var due [8]time.Time // zero if it is not set
	var mu sync.Mutex
	defer mu.Unlock()
	mu.Lock()
	for i := range timers {
		timers[i].Init(w, func() {
			defer mu.Unlock()
			mu.Lock()
			if late := time.Since(due[i]); due[i].IsZero() || late < 0 || late > timer.Tick {
				wrong = fmt.Sprintf("timer %d came %v late", i, late)
			}
			due[i] = time.Time{}
		})
	}
	for n, s := range steps {
		d := time.Duration(s.ms) * time.Millisecond
		switch s.what {
		case 0:
			due[s.timer] = time.Now().Add(d)
			timers[s.timer].Set(d)
		case 1:
			due[s.timer] = time.Time{}
			timers[s.timer].Stop()
		default:
			mu.Unlock()
			time.Sleep(d / 2)
			synctest.Wait()
			mu.Lock()
		}
		for i := range due {
			if !due[i].IsZero() && time.Since(due[i]) > timer.Tick {
				return fmt.Sprintf("step %d: timer %d was not called", n, i)
			}
		}
		if wrong != "" {
			return wrong
		}
	}
	return ""
}

func TestSetAllocatesNothing(t *testing.T) {
	w := timer.New(nil)
	defer w.Close()
	var one timer.Timer
	one.Init(w, func() {})
	one.Set(time.Hour)
	if n := testing.AllocsPerRun(100, func() { one.Set(time.Hour) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A wheel that ran down and turns again has nothing in common with the goroutine
// that turned it before, which may not have ended yet.
func TestWheelTurnsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := timer.New(nil)
		for range 3 {
			fired := make(chan struct{})
			w.After(timer.Tick, func() { close(fired) })
			<-fired
			time.Sleep(4 * timer.Tick) // the goroutine finds that nothing is left
		}
		w.Close()
	})
}
