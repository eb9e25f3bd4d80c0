package lane

import (
	"sync/atomic"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/auth"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

// Session is the handle of one peer in one realm. It exists before its actor
// and after it, until its ledger is settled.
type Session struct {
	ID        wamp.ID
	Realm     *Realm
	Identity  auth.Identity
	Features  wamp.Features
	Transport *Transport
	Box       *Box
	// Ledger is written by the session's actor, and settled by its shard when
	// the actor has stopped.
	Ledger Ledger
	// Failed is set when the actor fails: its peer then gets an ABORT.
	Failed atomic.Bool
	// Welcomed is set by the actor when it has said WELCOME, and read by the shard.
	Welcomed bool
	leaving  atomic.Uint32
}

// How a session is about to end; it stays until the first of these is set.
const (
	staying uint32 = iota
	leaving
	leavingQuietly
)

// Leave marks a session that is about to end: from now on the meta API does not
// know it any more, though its actor may have work left. It says whether the
// session was staying. Any actor may call it.
func (s *Session) Leave() bool { return s.leaving.CompareAndSwap(staying, leaving) }

// LeaveQuietly is Leave for a session of whose end nobody shall hear: there will
// be no meta event about it, and no testament.
func (s *Session) LeaveQuietly() bool { return s.leaving.CompareAndSwap(staying, leavingQuietly) }

// Left says whether the session is about to end, or has ended.
func (s *Session) Left() bool { return s.leaving.Load() != staying }

func (s *Session) quiet() bool { return s.leaving.Load() == leavingQuietly }

// Parent is the mailbox of the session's shard.
func (s *Session) Parent() *Box { return s.Realm.SessionShards.Of(uint64(s.ID)) }

// Reader is the session as receiver lists see it.
func (s *Session) Reader() wamp.Reader {
	return wamp.Reader{Session: s.ID, AuthID: s.Identity.AuthID, AuthRole: s.Identity.AuthRole}
}

// Ledger is everything that a session holds of others and others of it.
type Ledger struct {
	Subscriptions map[Key]*Member
	Registrations map[Key]*Member
	Subscribed    map[wamp.ID]*Member // active ones by subscription id
	Registered    map[wamp.ID]*Member
	// Made are the calls that wait for an answer, by the CALL's request id.
	Made dealer.Pending[Made]
	// Served are the invocations that wait for a YIELD, by INVOCATION id; see
	// [Ledger.Serve].
	Served  dealer.Pending[Served]
	serving map[callKey]wamp.ID
	// Invocation is the last INVOCATION id that was drawn.
	Invocation wamp.ID
	// Held are the events and invocations that came before the reply of their
	// membership was written, and all that came behind them.
	Held      []Item
	HeldBytes int
	// Testaments are what is published when the session has ended; most have none.
	Testaments *Testaments
}

// Empty says whether nothing is left to settle.
func (l *Ledger) Empty() bool {
	return len(l.Subscriptions) == 0 && len(l.Registrations) == 0 && l.Made.Len() == 0 && l.Served.Len() == 0 && len(l.Held) == 0 &&
		l.Testaments.empty()
}
