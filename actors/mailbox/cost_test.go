package mailbox_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/actors/mailbox"
)

// weight is an item of the size that a router's items have.
type weight struct {
	_ [10]uint64
	_ *int
}

func counting(s *mailbox.Scheduler, got *int) *hand[weight] {
	return newHand(mailbox.Options[weight]{Scheduler: s}, func(_ *hand[weight], message any) {
		b := message.(*mailbox.Batch[weight])
		for _, ok := b.Next(); ok; _, ok = b.Next() {
			*got++
		}
	})
}

func TestIdleMailboxIsSmall(t *testing.T) {
	s := scheduler()
	x := s.Executor()
	got := 0
	h := counting(s, &got)
	if n := h.box.Size(); n > 176 {
		t.Errorf("a mailbox has %d bytes", n)
	}
	if n := h.box.Room(); n != 0 {
		t.Errorf("room for %d items before the first post", n)
	}
	for range 100_000 {
		h.box.Post(x, weight{})
	}
	x.Run()
	if n := h.box.Room(); n > mailbox.Keep {
		t.Errorf("room for %d items after a burst", n)
	}
	for range 1000 {
		h.box.Post(x, weight{})
	}
	x.Run()
	for range 8 {
		h.box.Post(x, weight{})
		x.Run()
	}
	if n := h.box.Room(); n > mailbox.Keep/4 {
		t.Errorf("room for %d items when one at a time is needed", n)
	}
}

func BenchmarkMailbox(b *testing.B) {
	s := scheduler()
	x := s.Executor()
	got := 0
	h := counting(s, &got)
	b.Run("busy", func(b *testing.B) { // 64 posts to a drain
		b.ReportAllocs()
		for i := range b.N {
			h.box.Post(x, weight{})
			if i%64 == 63 {
				x.Run()
			}
		}
		x.Run()
	})
	b.Run("wake-inline", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			h.box.Post(x, weight{})
			x.Run()
		}
	})
	b.Run("wake-dispatch", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			h.box.Post(nil, weight{})
			s.Wait()
		}
	})
	b.Run("fanout-1000", func(b *testing.B) { // one delivery is one op
		targets := make([]*hand[weight], 1000)
		counts := make([]int, len(targets))
		for i := range targets {
			targets[i] = counting(s, &counts[i])
		}
		b.ReportAllocs()
		b.ResetTimer()
		for n := 0; n < b.N; n += len(targets) {
			for _, t := range targets {
				t.box.Post(x, weight{})
			}
			x.Run()
			s.Wait()
		}
	})
}
