package lane_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// An open call counts with the callee that it is with, and with nobody once it is
// closed.
func TestOpenCallsAreCounted(t *testing.T) {
	callee := func(p wamp.Invoke) *lane.Member { return &lane.Member{Session: &lane.Session{}, Invoke: p} }
	a, b, other := callee(wamp.LeastPending), callee(wamp.LeastPending), callee(wamp.RoundRobin)
	var s lane.Session
	for id := range wamp.ID(3) {
		s.Ledger.Made.Put(id+1, lane.Made{})
	}
	want := func(inA, inB int64) {
		t.Helper()
		if a.OpenCalls() != inA || b.OpenCalls() != inB || other.OpenCalls() != 0 {
			t.Errorf("%d, %d and %d open, want %d and %d", a.OpenCalls(), b.OpenCalls(), other.OpenCalls(), inA, inB)
		}
	}
	s.Ledger.Made.Get(1).Ask(a)
	s.Ledger.Made.Get(2).Ask(a)
	s.Ledger.Made.Get(3).Ask(other)
	want(2, 0)
	s.Ledger.Made.Get(1).Ask(b) // a could not serve it
	want(1, 1)
	s.Ledger.Made.Get(1).Ask(b)
	want(1, 1)
	s.Ledger.Made.Get(1).Ask(other)
	want(1, 0)
	for id := range wamp.ID(3) {
		if made, ok := s.CloseCall(id + 1); !ok || made.Callee == nil {
			t.Errorf("call %d: %+v, %v", id+1, made, ok)
		}
	}
	want(0, 0)
	s.CloseCall(2)
	want(0, 0)
}
