package lane

import (
	"sync/atomic"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

// MemberState is how far a membership has come.
type MemberState uint32

// A membership is pending until the session has written its reply, recalling
// while retained events are on their way that go before live ones, and closed
// for ever once it was left; nothing of a closed one is delivered any more.
const (
	Pending MemberState = iota
	Recalling
	Active
	Closed
)

// Member binds a session to one topic or one registration. The session makes
// it and enters it into its ledger before it asks the directory, so that
// whoever settles the ledger finds it.
type Member struct {
	broker.Slot // belongs to the topic's actor

	Session *Session
	URI     string
	Flags   wamp.Flags
	Match   wamp.Match
	Invoke  wamp.Invoke
	// Procedure: this is a registration.
	Procedure bool
	counted   bool // belongs to the directory
	// Limit is how many calls the callee has at a time; 0 for any number.
	Limit int32

	// Topic or Registration is set by the directory before it passes the join
	// on; the session may read it once it got OpJoined.
	Topic        *Topic
	Registration *Registration

	// Since is the version of the first snapshot of the topic that has this
	// member; the topic's actor sets it before it asks for retained events.
	Since uint64

	state   atomic.Uint32 // written by the session, or by who settles its ledger
	revoked atomic.Bool

	waiting *[]wamp.ID // requests without a reply; belong to the session's actor
	// Again is how often retained events were asked for by further SUBSCRIBEs, and
	// have not been asked for yet; it belongs to the session's actor.
	Again int32

	// calls are those that are open with this callee, where the policy or the limit asks.
	calls atomic.Int32
}

// Ask notes a request that the reply answers. Ask and Answer are for the session's
// actor.
func (m *Member) Ask(request wamp.ID) {
	if m.waiting == nil {
		m.waiting = new([]wamp.ID)
	}
	*m.waiting = append(*m.waiting, request)
}

// Answer returns the requests that wait for the reply; the next time there are none.
func (m *Member) Answer() (requests []wamp.ID) {
	if m.waiting != nil {
		requests, m.waiting = *m.waiting, nil
	}
	return requests
}

// State returns how far the membership has come; any actor may ask.
func (m *Member) State() MemberState { return MemberState(m.state.Load()) }

// SetState is for the session and for who settles its ledger.
func (m *Member) SetState(s MemberState) { m.state.Store(uint32(s)) }

// Holds says whether events of the membership have to wait for what goes before
// them.
func (m *Member) Holds() bool { return m.State() < Active }

// ID is the id of the subscription or registration.
func (m *Member) ID() wamp.ID { return m.handle().ID }

// handle is of the topic or registration; it is set when they are.
func (m *Member) handle() *handle {
	if m.Procedure {
		return &m.Registration.handle
	}
	return &m.Topic.handle
}

// Revoke marks a membership that an administrator ends, before its session
// hears of it: the meta API does not know it any more, and no call goes there.
// It says whether it was the first to do so. Any actor may call it.
func (m *Member) Revoke() bool { return m.revoked.CompareAndSwap(false, true) }

// Live says whether the membership is neither given up nor revoked, and its
// session is not about to end. What a session was told has ended is not live.
func (m *Member) Live() bool { return m.State() != Closed && !m.revoked.Load() && !m.Session.Left() }

// OpenCalls is how many calls this callee has not answered yet, if its invocation
// policy is _least_pending or it has a limit.
func (m *Member) OpenCalls() int64 { return int64(m.calls.Load()) }

// Usable says whether a call may be sent to this callee.
func (m *Member) Usable() bool {
	return m.State() != Closed && !m.revoked.Load() && !m.Session.Box.Closed()
}

// TakesInput says whether a call may be sent to this callee whose input comes in
// several messages.
func (m *Member) TakesInput() bool { return m.Usable() && dealer.TakesInput(m.Session.Features) }

// TakesPassthru says whether this callee announced payload passthru mode.
func (m *Member) TakesPassthru() bool { return m.Session.Features.Has(wamp.CalleePassthru) }

// Forwards says whether this callee is told of timeouts.
func (m *Member) Forwards() bool { return dealer.Forwards(m.Flags, m.Session.Features) }

// Key names a subscription or registration within a realm or a session.
type Key struct {
	URI   string
	Match wamp.Match
}

// Key returns what the membership is of.
func (m *Member) Key() Key { return Key{m.URI, m.Match} }
