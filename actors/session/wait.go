package session

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// The functions of this file make calls wait while every callee has as many as it
// takes at a time (option concurrency of REGISTER, which is the router's own).

var (
	waitedTooLong = &wamp.Error{URI: wamp.ErrNoAvailableCallee, Message: "limit reached: queue_time, every callee is busy"}
	queueFull     = &wamp.Error{URI: wamp.ErrNoAvailableCallee, Message: "limit reached: queued_calls of the registration, every callee is busy"}
	keepsTooMuch  = &wamp.Error{URI: wamp.ErrNoAvailableCallee, Message: "limit reached: held_bytes of the caller, every callee is busy"}
	allLeft       = &wamp.Error{URI: wamp.ErrNoAvailableCallee, Message: "every callee has left while the call waited for one"}
)

// choose picks the callee of a call. If it says settled it has taken over the item.
func (s *session) choose(it *lane.Item, made *lane.Made, callees *lane.Callees, usable func(*lane.Member) bool) (*lane.Member, choice) {
	r := made.Procedure
	if !r.Bounded() {
		member, ok := r.Choose(callees, s.enc.Random(), made.Key, usable)
		return member, chosen(ok)
	}
	member, ok, busy := made.Take(s.Session, s.enc.Random(), usable)
	if !busy {
		return member, chosen(ok)
	}
	s.wait(it, made, usable)
	return nil, settled
}

// choice is how the choice of a callee has ended.
type choice uint8

// settled: the call waits, or was answered.
const (
	nobody choice = iota
	somebody
	settled
)

func chosen(ok bool) choice {
	if ok {
		return somebody
	}
	return nobody
}

// wait takes the item over and keeps it until a callee has a free place.
func (s *session) wait(it *lane.Item, made *lane.Made, usable func(*lane.Member) bool) {
	l := &s.Ledger
	if l.HeldBytes+it.HeldSize() > s.env.Limits.HeldBytes {
		it.Release()
		s.answer(it.Request, keepsTooMuch)
		return
	}
	now := s.env.Elapsed()
	it.Keep()
	made.State = made.State.AskedOf(0, 0) // no callee watches the time
	if !made.Wait(it, now+s.env.Limits.QueueTime, usable) {
		it.Release()
		s.answer(it.Request, queueFull)
		return
	}
	l.HeldBytes += it.HeldSize()
	s.wakeAt(dueOf(made), now)
}

// onPlace sends a call out that has waited for a callee with a free place. It
// comes in vain if the call is over.
func (s *session) onPlace(it *lane.Item) {
	made := s.Ledger.Made.Get(it.Request)
	if made == nil || made.Serial != it.Serial || made.Waits == nil {
		return
	}
	waited, member, ok := made.Collect()
	if !ok {
		return
	}
	call := waited.Item
	s.Ledger.HeldBytes -= call.HeldSize()
	if member == nil {
		call.Release()
		s.answer(call.Request, allLeft)
		return
	}
	callees, _ := made.Procedure.Callees()
	if !s.invite(made, &call, member, callees) {
		s.ask(&call, made.Procedure, callees)
	}
}
