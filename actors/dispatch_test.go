package actors_test

import (
	"testing"
	"testing/synctest"

	"github.com/callboard-wamp/callboard/actors"
)

// Whoever accepts a connection wakes a dispatcher to spawn its actor. All that
// follows until the session has left and the connection is closed is done by the
// goroutine that reads.
func TestJoiningWakesOneDispatcher(t *testing.T) {
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		dispatched := func() uint64 {
			synctest.Wait()
			return r.Realm("realm1").Env.Scheduler.Stats().Dispatched
		}
		for i, k := range kinds[:6] {
			before := dispatched()
			s := joined(t, r, k)
			if n := dispatched() - before; n != 1 {
				t.Errorf("%v: joining: %d dispatched", k, n)
			}
			if i%2 == 0 {
				if err := s.Leave(t.Context()); err != nil {
					t.Error(err)
				}
			}
			s.Close()
			if n := dispatched() - before; n != 1 {
				t.Errorf("%v: and leaving: %d dispatched", k, n)
			}
		}
	})
}
