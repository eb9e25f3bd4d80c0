package mailbox_test

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"testing"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/callboard-wamp/callboard/actors/mailbox"
)

func TestFailingItemIsTakenOutAndTheRestStaysInOrder(t *testing.T) {
	s := scheduler()
	var got []int
	var log []string
	h := newHand(mailbox.Options[int]{
		Scheduler: s,
		OnDrained: func(*mailbox.Mailbox[int]) { log = append(log, fmt.Sprint("drained ", len(got))) },
		OnPanic: func(_ *mailbox.Mailbox[int], item *int, reason any) any {
			log = append(log, fmt.Sprint("panic ", *item, " ", reason))
			return fmt.Sprint("item ", *item)
		},
	}, func(_ *hand[int], message any) {
		each(message, func(_ *mailbox.Executor, n *int) {
			if *n == 3 {
				panic("three")
			}
			got = append(got, *n)
		})
	})
	x := s.Executor()
	for i := range 6 {
		h.box.Post(x, i)
	}
	x.Run()
	if h.box.Len() != 2 {
		t.Errorf("%d items wait, want 2", h.box.Len())
	}
	h.box.Post(x, 6) // suspended: behind the rest
	x.Run()
	if !reflect.DeepEqual(got, []int{0, 1, 2}) {
		t.Errorf("received %v while suspended", got)
	}
	h.box.PostSystemMessage(&actor.ResumeMailbox{})
	s.Wait()
	if !reflect.DeepEqual(got, []int{0, 1, 2, 4, 5, 6}) {
		t.Errorf("received %v", got)
	}
	failed, _ := h.failures()
	if !reflect.DeepEqual(failed, []any{"item 3"}) {
		t.Errorf("escalated %v", failed)
	}
	want := []string{"drained 3", "panic 3 three", "drained 5", "drained 6"}
	if !reflect.DeepEqual(log, want) {
		t.Errorf("callbacks %q, want %q", log, want)
	}
}

func TestPanicOutsideAnItem(t *testing.T) {
	s := scheduler()
	items := 0
	h := newHand(mailbox.Options[int]{
		Scheduler: s,
		OnPanic: func(_ *mailbox.Mailbox[int], item *int, _ any) any {
			if item != nil {
				items++
			}
			return nil
		},
	}, func(h *hand[int], message any) {
		each(message, func(*mailbox.Executor, *int) {})
		panic("behind the last item, or in a message")
	})
	resume := func() { h.box.PostSystemMessage(&actor.ResumeMailbox{}); s.Wait() }
	h.box.Post(nil, 1)
	s.Wait()
	resume()
	h.box.PostUserMessage("plain")
	s.Wait()
	resume()
	failed, _ := h.failures()
	if items != 0 || !reflect.DeepEqual(failed, []any{nil, "plain"}) {
		t.Errorf("%d items failed, escalated %v", items, failed)
	}
}

func TestCallbacksMayPanic(t *testing.T) {
	s := scheduler()
	discarded := 0
	h := newHand(mailbox.Options[int]{
		Scheduler: s,
		OnDrained: func(*mailbox.Mailbox[int]) { panic("drained") },
		OnPanic:   func(*mailbox.Mailbox[int], *int, any) any { panic("panic") },
		OnDiscard: func(*mailbox.Mailbox[int], int) { discarded++; panic("discard") },
	}, func(_ *hand[int], message any) {
		each(message, func(*mailbox.Executor, *int) { panic("item") })
	})
	for i := range 3 {
		h.box.Post(nil, i)
	}
	s.Wait()
	h.box.PostSystemMessage(&actor.Stop{})
	s.Wait()
	_, reasons := h.failures()
	if len(reasons) < 5 || reasons[0] != "drained" || reasons[1] != "panic" || reasons[2] != "item" {
		t.Errorf("reasons %v", reasons)
	}
	if discarded != 2 {
		t.Errorf("%d discarded, want 2", discarded)
	}
}

func TestWhatReceiveLeavesIsDiscarded(t *testing.T) {
	s := scheduler()
	var discarded []int
	h := newHand(mailbox.Options[int]{Scheduler: s, OnDiscard: func(_ *mailbox.Mailbox[int], n int) { discarded = append(discarded, n) }},
		func(_ *hand[int], message any) {
			message.(*mailbox.Batch[int]).Next()
		})
	x := s.Executor()
	for i := range 4 {
		h.box.Post(x, i)
	}
	x.Run()
	if !reflect.DeepEqual(discarded, []int{1, 2, 3}) {
		t.Errorf("discarded %v", discarded)
	}
}

func TestSystemMessageInterruptsABatch(t *testing.T) {
	s := scheduler()
	var log []any
	h := newHand(mailbox.Options[int]{Scheduler: s, OnDiscard: func(_ *mailbox.Mailbox[int], n int) { log = append(log, -n) }},
		func(h *hand[int], message any) {
			each(message, func(_ *mailbox.Executor, n *int) {
				log = append(log, *n)
				switch *n {
				case 2:
					h.box.PostSystemMessage("sys")
				case 4:
					h.box.PostSystemMessage(&actor.Stop{})
				}
			})
		})
	h.system = func(m any) { log = append(log, fmt.Sprintf("%T", m)) }
	x := s.Executor()
	for i := 1; i <= 6; i++ {
		h.box.Post(x, i)
	}
	x.Run()
	want := []any{1, 2, "string", 3, 4, -5, -6, "*actor.Stop"}
	if !reflect.DeepEqual(log, want) {
		t.Errorf("order %v, want %v", log, want)
	}
}

func TestGoexitIsAFailureAndLosesNobody(t *testing.T) {
	s := scheduler()
	var got []int
	h := newHand(mailbox.Options[int]{Scheduler: s}, func(_ *hand[int], message any) {
		each(message, func(_ *mailbox.Executor, n *int) {
			if *n == 0 {
				runtime.Goexit()
			}
			got = append(got, *n)
		})
	})
	other := newHand(mailbox.Options[int]{Scheduler: s}, func(_ *hand[int], message any) {
		each(message, func(_ *mailbox.Executor, n *int) { got = append(got, -*n) })
	})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		x := s.Executor()
		h.box.Post(x, 0)
		h.box.Post(x, 1)
		other.box.Post(x, 2)
		x.Run()
	}()
	<-ended
	s.Wait()
	h.box.PostSystemMessage(&actor.ResumeMailbox{})
	s.Wait()
	h.box.Post(nil, 0) // on a dispatcher
	h.box.Post(nil, 3)
	s.Wait()
	h.box.PostSystemMessage(&actor.ResumeMailbox{})
	s.Wait()
	_, reasons := h.failures()
	if len(reasons) != 2 || !errors.Is(reasons[0].(error), mailbox.ErrGoexit) {
		t.Errorf("reasons %v", reasons)
	}
	if !reflect.DeepEqual(got, []int{-2, 1, 3}) {
		t.Errorf("received %v", got)
	}
}
