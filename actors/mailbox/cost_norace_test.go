//go:build !race

package mailbox_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/actors/mailbox"
)

// Executors come from a pool, which gives some of what is put into it away under
// the race detector.
func TestNoAllocationPerPostAndDrain(t *testing.T) {
	s := scheduler()
	x := s.Executor()
	got := 0
	h := counting(s, &got)
	cases := map[string]func(){
		"inline": func() {
			for range 8 {
				h.box.Post(x, weight{})
			}
			x.Run()
		},
		"many at a time": func() {
			for range 200 {
				h.box.Post(x, weight{})
			}
			x.Run()
		},
		"dispatched": func() {
			h.box.Post(nil, weight{})
			s.Wait()
		},
		"message": func() {
			h.box.PostUserMessage(h)
			s.Wait()
		},
	}
	h.user = func(message any) {
		if b, ok := message.(*mailbox.Batch[weight]); ok {
			for _, ok := b.Next(); ok; _, ok = b.Next() {
				got++
			}
		}
	}
	for name, f := range cases {
		if n := testing.AllocsPerRun(200, f); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
