package lane

import (
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/wamp"
)

// CalleeGone is what a caller hears when its callee left with the call open.
// The text stands in the payload, too (basic profile, "Callee Leaving During an
// RPC Invocation").
var CalleeGone = &Failure{URI: wamp.ErrCanceled, Message: "callee gone", Args: []any{"callee gone"}}

// Settle gives back what an ended session holds, at most budget entries at a
// time, and says whether nothing is left. It is the only code that does so,
// whether the session said GOODBYE, lost its transport or crashed. It may be
// called again and again; each entry is settled once.
//
// The caller must own the ledger: the session's actor has stopped.
func (s *Session) Settle(x *mailbox.Executor, budget int) (done bool) {
	l := &s.Ledger
	budget = s.publishTestaments(x, budget)
	if !l.Testaments.empty() {
		return false
	}
	if s.Welcomed {
		s.Welcomed = false
		if !s.quiet() {
			s.Realm.Feed.Post(Change{Kind: SessionLeft, Session: s})
		}
	}
	budget = s.leave(x, l.Subscriptions, budget)
	budget = s.leave(x, l.Registrations, budget)
	for ; len(l.Held) > 0 && budget > 0; budget-- {
		s.Realm.Env.Undelivered(x, &l.Held[0], DropSessionGone)
		l.Held = l.Held[1:]
	}
	for id := range l.Served.All {
		if budget <= 0 {
			return false
		}
		budget--
		call, _ := l.Served.Take(id)
		call.Caller.Box.Post(x, Item{
			Op: OpError, Session: s, Request: call.Request, Serial: call.Serial, Ext: CalleeGone,
		})
	}
	told := map[*Session]bool{}
	for id := range l.Made.All {
		if budget <= 0 {
			return false
		}
		budget--
		call, _ := s.CloseCall(id)
		if call.Callee != nil && !told[call.Callee] {
			told[call.Callee] = true
			call.Callee.Box.Post(x, Item{Op: OpCallerGone, Session: s})
		}
	}
	return l.Empty()
}

// leave asks the directory to take the session out of everything it joined. It
// goes through the directory as the joins did, so it arrives after them.
func (s *Session) leave(x *mailbox.Executor, members map[Key]*Member, budget int) int {
	for k, m := range members {
		if budget <= 0 {
			break
		}
		budget--
		m.SetState(Closed)
		s.Realm.Directory.Post(x, Item{Op: OpLeave, Member: m})
		delete(members, k)
	}
	return budget
}
