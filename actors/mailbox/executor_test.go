package mailbox_test

import (
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/actors/mailbox"
)

// stackDepth is how many frames are below the caller.
func stackDepth() int {
	var pcs [512]uintptr
	return runtime.Callers(1, pcs[:])
}

func TestChainOfPostsIsAListAndNotAStack(t *testing.T) {
	const hops = 1_000_000
	s := scheduler()
	var a, b *hand[int]
	var inside, deepest, received int
	bounce := func(to **hand[int]) func(*hand[int], any) {
		return func(_ *hand[int], message any) {
			inside++
			if inside != 1 {
				t.Error("received inside a Receive")
			}
			deepest = max(deepest, stackDepth())
			each(message, func(x *mailbox.Executor, n *int) {
				received++
				x.Run() // refused: it is running
				if *n > 0 {
					(*to).box.Post(x, *n-1)
				}
			})
			inside--
		}
	}
	a = newHand(mailbox.Options[int]{Scheduler: s}, bounce(&b))
	b = newHand(mailbox.Options[int]{Scheduler: s}, bounce(&a))
	x := s.Executor()
	a.box.Post(x, hops-1)
	x.Run()
	s.Wait()
	if received != hops {
		t.Errorf("received %d of %d", received, hops)
	}
	if deepest > 40 {
		t.Errorf("stack of %d frames", deepest)
	}
	if s.Stats().Dispatched == 0 {
		t.Error("the chain was never handed over")
	}
}

// endless lets a mailbox post to itself so many times, with a pause in each drain,
// and returns how many of these drains were on the goroutine that posted first.
func endless(t *testing.T, drains int, pause time.Duration) (inline int) {
	t.Helper()
	s := scheduler()
	x := s.Executor()
	total := 0
	busy := newHand(mailbox.Options[int]{Scheduler: s}, func(h *hand[int], message any) {
		each(message, func(by *mailbox.Executor, n *int) {
			total++
			if by == x {
				inline++
			}
			time.Sleep(pause)
			if *n > 0 {
				h.box.Post(by, *n-1)
			}
		})
	})
	busy.box.Post(x, drains-1)
	x.Run()
	s.Wait()
	if total != drains {
		t.Errorf("%d of %d drains", total, drains)
	}
	return inline
}

func TestRunEndsWithinItsBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // time stands still, so only mailboxes count
		inline := endless(t, 10_000, 0)
		if want := mailbox.ListActors * mailbox.Rounds; inline > want || inline == 0 {
			t.Errorf("%d drains on the poster's goroutine, at most %d allowed", inline, want)
		}
	})
}

// A mailbox that is never done makes its executor look at the clock, however short
// the list is.
func TestLongWorkIsHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inline := endless(t, 1000, time.Millisecond)
		if want := 2 * mailbox.Rounds; inline > want || inline == 0 {
			t.Errorf("%d drains on the poster's goroutine, at most %d allowed", inline, want)
		}
	})
}

func TestWideFanOutIsShared(t *testing.T) {
	const targets = 10_000
	for _, dispatchers := range []int{1, 2, 5} {
		s := mailbox.NewScheduler(nil, mailbox.SchedulerOptions{Dispatchers: dispatchers})
		x := s.Executor()
		var got, inline atomic.Int64
		count := func(_ *hand[int], message any) {
			each(message, func(by *mailbox.Executor, _ *int) {
				got.Add(1)
				if by == x {
					inline.Add(1)
				}
			})
		}
		all := make([]*hand[int], targets)
		for i := range all {
			all[i] = newHand(mailbox.Options[int]{Scheduler: s}, count)
		}
		source := newHand(mailbox.Options[int]{Scheduler: s}, func(_ *hand[int], message any) {
			each(message, func(by *mailbox.Executor, n *int) {
				for _, h := range all {
					h.box.Post(by, *n)
				}
			})
		})
		source.box.Post(x, 1)
		x.Run()
		s.Wait()
		st := s.Stats()
		if got.Load() != targets || inline.Load() >= mailbox.ListActors {
			t.Errorf("%d of %d received, %d of them inline", got.Load(), targets, inline.Load())
		}
		if st.Peak > dispatchers || st.Dispatchers != 0 || st.Dispatched < targets-mailbox.ListActors {
			t.Errorf("stats %+v with at most %d dispatchers", st, dispatchers)
		}
	}
}

func TestPostWithoutExecutorIsNeverInline(t *testing.T) {
	s := scheduler()
	x := s.Executor()
	var by *mailbox.Executor
	h := newHand(mailbox.Options[int]{Scheduler: s}, func(_ *hand[int], message any) {
		each(message, func(on *mailbox.Executor, _ *int) { by = on })
	})
	h.box.Post(nil, 1)
	x.Run()
	s.Wait()
	if by == nil || by == x {
		t.Error("ran on the poster's executor")
	}
	x.Close()
	h.box.Post(x, 2) // closed: dispatched
	s.Wait()
	if h.box.Len() != 0 || by == x {
		t.Error("a post with a closed executor did not run")
	}
}

func TestCloseHandsOver(t *testing.T) {
	s := scheduler()
	x := s.Executor()
	got := 0
	h := newHand(mailbox.Options[int]{Scheduler: s}, func(_ *hand[int], message any) {
		each(message, func(*mailbox.Executor, *int) { got++ })
	})
	h.box.Post(x, 1)
	x.Close()
	s.Wait()
	if got != 1 {
		t.Errorf("received %d of 1", got)
	}
}

// arena is a Local that posts what it has gathered.
type arena struct {
	x       *mailbox.Executor
	to      **hand[int]
	pending int
	flushed int
	broken  bool
}

func (a *arena) Attach(x *mailbox.Executor) { a.x = x }

func (a *arena) Flush() {
	a.flushed++
	if a.broken {
		panic("flush")
	}
	if a.pending > 0 {
		a.pending--
		(*a.to).box.Post(a.x, a.pending)
	}
}

func TestFlushMayPostMore(t *testing.T) {
	var h *hand[int]
	a := &arena{to: &h}
	s := mailbox.NewScheduler(func() mailbox.Local { return a }, mailbox.SchedulerOptions{})
	got := 0
	h = newHand(mailbox.Options[int]{Scheduler: s}, func(_ *hand[int], message any) {
		each(message, func(*mailbox.Executor, *int) { got++ })
	})
	x := s.Executor()
	a.pending = 5
	h.box.Post(x, 9)
	x.Run()
	s.Wait()
	if got != 6 || a.flushed != 6 || a.pending != 0 {
		t.Errorf("received %d, flushed %d times, %d pending", got, a.flushed, a.pending)
	}
}

func TestPanicInFlushIsReported(t *testing.T) {
	var h *hand[int]
	var reasons []any
	made := 0
	s := mailbox.NewScheduler(func() mailbox.Local {
		made++
		return &arena{to: &h, broken: made == 1}
	}, mailbox.SchedulerOptions{OnPanic: func(r any) { reasons = append(reasons, r) }})
	h = newHand(mailbox.Options[int]{Scheduler: s}, func(*hand[int], any) {})
	x := s.Executor()
	h.box.Post(x, 1)
	x.Run()
	if len(reasons) != 1 || reasons[0] != "flush" || made != 2 {
		t.Errorf("reasons %v, %d Locals made", reasons, made)
	}
}

// Thousands of readers have an executor each, and few of them work at a time.
func TestAnExecutorWithoutWorkHasNoLocal(t *testing.T) {
	var h *hand[int]
	s := mailbox.NewScheduler(func() mailbox.Local { return &arena{to: &h} }, mailbox.SchedulerOptions{})
	h = newHand(mailbox.Options[int]{Scheduler: s}, func(_ *hand[int], message any) {
		each(message, func(x *mailbox.Executor, _ *int) {
			if a, ok := x.Local().(*arena); !ok || a.x != x {
				t.Error("the Local in a Receive is not the executor's own")
			}
		})
	})
	for range 3 {
		x := s.Executor()
		if x.Local() != nil {
			t.Error("a new executor has a Local")
		}
		h.box.Post(x, 1)
		x.Run()
		if x.Local() != nil {
			t.Error("an executor has a Local after its run")
		}
		x.Close()
	}
}

func TestFanInIsTheOtherPoster(t *testing.T) {
	s := scheduler()
	h := newHand(mailbox.Options[int]{Scheduler: s}, func(*hand[int], any) {})
	x, y := s.Executor(), s.Executor()
	h.box.Post(x, 0)
	for range 16 {
		h.box.Post(x, 0)
	}
	if h.box.FanIn() {
		t.Error("one poster counts as fan-in")
	}
	h.box.Post(y, 0)
	h.box.Post(x, 0)
	if !h.box.FanIn() {
		t.Error("two posters do not count as fan-in")
	}
	x.Run()
}

func TestUnderSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scheduler()
		got := 0
		h := newHand(mailbox.Options[int]{Scheduler: s}, func(_ *hand[int], message any) {
			each(message, func(*mailbox.Executor, *int) { got++ })
		})
		for i := range 100 {
			h.box.Post(nil, i)
		}
		synctest.Wait()
		if got != 100 {
			t.Errorf("received %d of 100", got)
		}
		s.Wait()
	})
}
