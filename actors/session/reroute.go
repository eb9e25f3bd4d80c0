package session

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// The functions of this file send calls on that a callee would not attend to
// (advanced profile, "Call Rerouting").

var unavailable = &wamp.Error{URI: wamp.ErrNoAvailableCallee, Message: "every callee of it is unavailable"}

// keep copies a call that its callee may send on to others of its registration.
// Where the session holds too much already, the callee is its only one.
func (s *session) keep(made *lane.Made, it *lane.Item, callees *lane.Callees) {
	if made.Retry != nil {
		made.Retry.Item.Ext = it.Ext // it may be another registration by now
		return
	}
	if !made.Callee.Features.Has(wamp.CalleeReroute) || len(callees.Callees) < 2 || made.Stream != nil {
		return
	}
	l := &s.Ledger
	if l.HeldBytes+it.HeldSize() > s.env.Limits.HeldBytes {
		return
	}
	made.Retry = &lane.Retry{Item: *it}
	made.Retry.Item.Chunk.Retain(1)
	made.Retry.Item.Keep()
	l.HeldBytes += it.HeldSize()
}

// reroute asks the next callee by the registration's policy, as if those that were
// asked before had not registered.
func (s *session) reroute(request wamp.ID, made *lane.Made) {
	retry := made.Retry
	if retry == nil {
		s.answer(request, unavailable)
		return
	}
	retry.Tried = append(retry.Tried, made.Callee)
	it := retry.Item
	it.Chunk.Retain(1)
	callees, _ := made.Procedure.Callees()
	s.ask(&it, made.Procedure, callees)
}
