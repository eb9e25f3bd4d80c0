package lane

import (
	"slices"
	"time"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

// CallRules are what a realm decides about calls. The zero value follows the
// specification and sets no limits.
type CallRules struct {
	// Progressing says which callees are asked for progressive results.
	Progressing dealer.Progressing
	// Timeout is that of calls which ask for none, and MaxTimeout the longest that
	// a call may have; zero means none.
	Timeout, MaxTimeout time.Duration
}

// Made is a call that waits for its one final answer.
type Made struct {
	Serial uint32
	State  dealer.Call
	// Timeout is how long the caller waits for each result, 0 for ever; Since is
	// when it began to wait for the next one, see [Env.Elapsed].
	Timeout, Since time.Duration
	// Callee is who is asked; nil for the router's own procedures.
	Callee *Session
	// Procedure is set when the call may still bounce to another callee.
	Procedure *Registration
	// Key is what the invocation policy _hash goes by.
	Key uint64
	// Stream is set when the call began with the option progress.
	Stream *Stream
	// Retry is set when the callee may send the call on to another one.
	Retry *Retry

	// Waits is set while the call waits for a callee with a free place.
	Waits *Waiting

	counted *Member // who the call counts with
}

// Ask notes which callee the call goes to now. Under the policy _least_pending it
// counts there, from here on and until it is closed or goes elsewhere: calls that
// come before the callee has seen this one must not all go to the same.
// A callee with a limit counts it already, see [Made.Take].
func (m *Made) Ask(to *Member) {
	m.Callee = to.Session
	if to.Limit > 0 {
		return
	}
	m.uncount()
	if to.Invoke == wamp.LeastPending {
		m.counted = to
		to.calls.Add(1)
	}
}

func (m *Made) uncount() {
	if to := m.counted; to != nil {
		if m.counted = nil; to.Limit > 0 {
			to.Registration.giveBack(to)
			return
		}
		to.calls.Add(-1)
	}
}

// Retry is what is kept of a call for the case that its callee is unavailable
// (advanced profile, "Call Rerouting").
type Retry struct {
	Item  Item // its bytes are a copy
	Tried []*Session
}

// Usable says whether a callee may be asked that was not asked before.
func (r *Retry) Usable(m *Member) bool { return m.Usable() && !slices.Contains(r.Tried, m.Session) }

// Stream is what belongs to a call whose input comes in several CALLs (advanced
// profile, "Progressive Call Invocations"): what the first one said stands for all.
type Stream struct {
	Procedure string
	Flags     wamp.Flags
	Opaque    bool // the first payload is, see [wamp.Payload]
	Details   any  // of the first INVOCATION
	// Size is what Details counts for as long as the call is open, in octets.
	Size int
	// Member is who serves the call.
	Member *Member
	// Written: the first INVOCATION was written, so whatever is posted now comes
	// behind it.
	Written bool
	// Waiting is the input that came before that; the bytes are copies.
	Waiting []Item
}

// CloseCall takes a call out that has its final answer, or needs none any more.
func (s *Session) CloseCall(request wamp.ID) (Made, bool) {
	made, ok := s.Ledger.Made.Take(request)
	made.uncount()
	if made.Waits != nil {
		s.Ledger.HeldBytes -= made.Waits.Item.HeldSize()
		made.Waits.Item.Release()
		made.leaveQueue()
	}
	if made.Stream != nil {
		s.Ledger.HeldBytes -= made.Stream.Size
		s.DropInput(made.Stream)
	}
	if made.Retry != nil {
		s.Ledger.HeldBytes -= made.Retry.Item.HeldSize()
		made.Retry.Item.Release()
	}
	return made, ok
}

// DropInput drops and counts what waits for a callee that shall not get it any
// more.
func (s *Session) DropInput(st *Stream) {
	for i := range st.Waiting {
		s.Ledger.HeldBytes -= st.Waiting[i].HeldSize()
		s.Realm.Env.Undelivered(nil, &st.Waiting[i], DropSessionGone)
	}
	st.Waiting = nil
}

// Due is when the call is over without a further result. It means nothing without
// a timeout.
func (m *Made) Due() time.Duration { return m.Since + m.State.Lasts(m.Timeout) }

// CalleeFeatures are those of who is asked; the router's own procedures have none.
func (m *Made) CalleeFeatures() wamp.Features {
	if m.Callee == nil {
		return 0
	}
	return m.Callee.Features
}

// Served is an invocation that waits for the callee's answer.
type Served struct {
	Caller  *Session
	Request wamp.ID
	Serial  uint32
	State   dealer.Invocation
}

// callKey names a call among those of all sessions.
type callKey struct {
	caller *Session
	serial uint32
}

// indexed is how many invocations a session serves until a call is looked up in
// an index.
const indexed = 16

// Serve notes an invocation that was written.
func (l *Ledger) Serve(id wamp.ID, v Served) {
	l.Served.Put(id, v)
	if l.serving != nil {
		l.serving[callKey{v.Caller, v.Serial}] = id
	}
}

// Unserve takes an invocation out that needs no answer any more.
func (l *Ledger) Unserve(id wamp.ID) {
	v, ok := l.Served.Take(id)
	switch {
	case !ok || l.serving == nil:
	case l.Served.Len() == 0:
		l.serving = nil
	default:
		delete(l.serving, callKey{v.Caller, v.Serial})
	}
}

// InvocationOf returns the open invocation of a call, by its caller and serial
// number, or 0. The index that it needs is made by the first look-up while many
// invocations are open, and lasts as long as any is: who never asks pays nothing.
func (l *Ledger) InvocationOf(caller *Session, serial uint32) wamp.ID {
	if l.serving == nil && l.Served.Len() > indexed {
		l.serving = make(map[callKey]wamp.ID, l.Served.Len())
		for id, v := range l.Served.All {
			l.serving[callKey{v.Caller, v.Serial}] = id
		}
	}
	if l.serving != nil {
		return l.serving[callKey{caller, serial}]
	}
	for id, v := range l.Served.All {
		if v.Caller == caller && v.Serial == serial {
			return id
		}
	}
	return 0
}
