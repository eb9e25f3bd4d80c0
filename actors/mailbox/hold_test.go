package mailbox_test

import (
	"testing"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/callboard-wamp/callboard/actors/mailbox"
)

// What is posted without an executor while the mailbox is held waits for the one
// that holds it, and wakes no dispatcher.
func TestHeldMailboxIsRunByItsHolder(t *testing.T) {
	s := scheduler()
	var got []string
	h := newHand(mailbox.Options[int]{Scheduler: s}, func(_ *hand[int], message any) {
		each(message, func(_ *mailbox.Executor, _ *int) { got = append(got, "item") })
	})
	h.system = func(any) { got = append(got, "system") }
	x := s.Executor()
	h.box.Hold(x, func() {
		h.box.Post(nil, 1)
		h.box.PostSystemMessage(&actor.Started{})
		if len(got) > 0 {
			t.Error("run while it was held")
		}
	})
	x.Run()
	if len(got) != 2 || got[0] != "system" || got[1] != "item" {
		t.Errorf("got %v", got)
	}
	if n := s.Stats().Dispatched; n != 0 {
		t.Errorf("%d dispatched", n)
	}
	h.box.Hold(x, func() {})
	x.Run()
	h.box.Post(x, 2) // it was let go
	x.Run()
	if len(got) != 3 {
		t.Errorf("got %v", got)
	}
}

// A mailbox that somebody else runs is left to whoever that is, also when what is
// called meanwhile panics.
func TestHoldLeavesARunningMailboxAlone(t *testing.T) {
	s := scheduler()
	system := 0
	other := s.Executor()
	h := newHand(mailbox.Options[int]{Scheduler: s}, func(h *hand[int], message any) {
		each(message, func(_ *mailbox.Executor, _ *int) {
			defer func() { _ = recover() }()
			h.box.Hold(other, func() {
				h.box.PostSystemMessage(&actor.Started{})
				panic("on purpose")
			})
		})
	})
	h.system = func(any) { system++ }
	x := s.Executor()
	h.box.Post(x, 1)
	x.Run()
	if system != 1 {
		t.Errorf("%d system messages", system)
	}
	other.Run()
	if n := s.Stats().Dispatched; n != 0 || system != 1 {
		t.Errorf("%d dispatched, %d system messages", n, system)
	}
}

// A panic while it is held does not keep a mailbox from being run.
func TestHeldMailboxOutlivesAPanic(t *testing.T) {
	s := scheduler()
	received := 0
	h := newHand(mailbox.Options[int]{Scheduler: s}, func(_ *hand[int], message any) {
		each(message, func(_ *mailbox.Executor, _ *int) { received++ })
	})
	x := s.Executor()
	func() {
		defer func() { _ = recover() }()
		h.box.Hold(x, func() {
			h.box.Post(nil, 1)
			panic("on purpose")
		})
	}()
	x.Run()
	if received != 1 {
		t.Errorf("received %d", received)
	}
}

// The executor that runs an actor to its end runs the parent, which protoactor
// tells of it by a system message.
func TestParentHearsOfTheEndAtOnce(t *testing.T) {
	s := scheduler()
	heard := 0
	parent := newHand(mailbox.Options[int]{Scheduler: s}, nil)
	parent.system = func(any) { heard++ }
	child := newHand(mailbox.Options[int]{
		Scheduler: s, Parent: func(*mailbox.Mailbox[int]) *mailbox.Mailbox[int] { return parent.box },
	}, func(h *hand[int], message any) {
		each(message, func(*mailbox.Executor, *int) { h.box.PostSystemMessage(&actor.Stop{}) })
	})
	child.system = func(message any) {
		if _, ok := message.(*actor.Stop); ok {
			parent.box.PostSystemMessage(&actor.Terminated{})
		}
	}
	x := s.Executor()
	child.box.Post(x, 1)
	x.Run()
	child.box.Close() // as parents do; nothing is left in it
	if n := s.Stats().Dispatched; n != 0 || heard != 1 {
		t.Errorf("%d dispatched, heard %d times", n, heard)
	}
}
