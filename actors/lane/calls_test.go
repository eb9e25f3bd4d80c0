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

// An invocation is found by its caller and the call's number, among few and among
// many, and not once it is answered.
func TestInvocationIsFound(t *testing.T) {
	for _, calls := range []int{3, 100} {
		var l lane.Ledger
		a, b := &lane.Session{}, &lane.Session{}
		for n := range calls {
			l.Serve(wamp.ID(2*n+1), lane.Served{Caller: a, Serial: uint32(n)})
			l.Serve(wamp.ID(2*n+2), lane.Served{Caller: b, Serial: uint32(n)})
		}
		for n := range calls {
			serial, inA, inB := uint32(n), wamp.ID(2*n+1), wamp.ID(2*n+2)
			if gotA, gotB := l.InvocationOf(a, serial), l.InvocationOf(b, serial); gotA != inA || gotB != inB {
				t.Errorf("of %d calls, %d is %d and %d, want %d and %d", calls, n, gotA, gotB, inA, inB)
			}
			l.Unserve(inA)
			if gotA, gotB := l.InvocationOf(a, serial), l.InvocationOf(b, serial); gotA != 0 || gotB != inB {
				t.Errorf("of %d calls, %d is %d and %d after the first is answered", calls, n, gotA, gotB)
			}
		}
	}
}
