package lane

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

// Callees is one state of a registration's callees; it never changes.
type Callees = dealer.Snapshot[*Member]

var noCallees = &Callees{}

// Registration is the handle of one registration: a URI, how it matches, and
// the callees that serve it. The state outlives the actor.
type Registration struct {
	ID      wamp.ID
	URI     string
	Match   wamp.Match
	Created time.Time
	Box     *Box

	callees atomic.Pointer[Callees]
	turn    atomic.Uint64
	places  places
	// Rules belongs to the registration's actor.
	Rules  dealer.Registration[*Member]
	stored *Callees
	// Replies are owed at the end of the drain; they belong to the actor.
	Replies []Item
	changes

	count  int // callees and joins under way; belongs to the directory
	ending *ending
}

// Callees returns the callees to choose from. ok is false when the registration
// was dropped: the URI must be looked up again.
func (r *Registration) Callees() (s *Callees, ok bool) {
	s = r.callees.Load()
	return s, s != noCallees
}

// Serving is Callees, if any of them can serve a call.
func (r *Registration) Serving() (s *Callees, ok bool) {
	s = r.callees.Load()
	return s, s != nil && slices.ContainsFunc(s.Callees, (*Member).Usable)
}

// Serves says whether any callee can serve a call.
func (r *Registration) Serves() bool {
	_, ok := r.Serving()
	return ok
}

// Choose picks the callee of the next call by the registration's policy, among
// those that are usable; ok is false if there is none. The key is the call's.
func (r *Registration) Choose(s *Callees, random, key uint64, usable func(*Member) bool) (m *Member, ok bool) {
	if s == nil {
		return nil, false
	}
	turn := r.turn.Add(1) - 1
	switch s.Policy {
	case wamp.LeastPending:
		return dealer.SelectLeast(s, turn, usable, (*Member).OpenCalls)
	case wamp.Hash:
		return dealer.SelectByKey(s, key, usable, (*Member).number)
	}
	return dealer.Select(s, turn, random, usable)
}

// number is what a callee is known by to the policy _hash.
func (m *Member) number() uint64 { return uint64(m.Session.ID) }

// Turn is how many calls were sent out so far: where the round robin stands.
func (r *Registration) Turn() uint64 { return r.turn.Load() }

// Commit makes the present callees visible to callers; see [Topic.Commit].
func (r *Registration) Commit() {
	next := r.Rules.Snapshot()
	if next != r.stored && r.callees.CompareAndSwap(r.stored, next) {
		r.stored = next
		r.serve()
	}
}

// Joined takes a callee in, or says why not. One that registers by force replaces
// the others: they are returned, and are no callees any more. The registration's
// actor calls it.
func (r *Registration) Joined(m *Member) (replaced []*Member, err *wamp.Error) {
	if m.Flags.Has(wamp.ForceReregister) {
		replaced, err = r.Rules.Replace(m, m.Invoke, r.Turn())
	} else {
		err = r.Rules.Join(m, m.Invoke, r.Turn())
	}
	if err != nil {
		return nil, err
	}
	for _, old := range replaced {
		r.removed(old)
	}
	if m.Limit > 0 {
		r.places.bounded.Store(true)
	}
	if !r.known {
		r.known = true
		r.note(Change{Kind: RegistrationCreated, Session: m.Session, Registration: r, Invoke: m.Invoke})
	}
	r.note(Change{Kind: CalleeAdded, Session: m.Session, Registration: r})
	return replaced, nil
}

// Left takes a callee out, once. The registration's actor calls it.
func (r *Registration) Left(m *Member) {
	if r.Rules.Leave(m, r.Turn()) {
		r.removed(m)
	}
}

func (r *Registration) removed(m *Member) {
	r.last = m.Session
	r.note(Change{Kind: CalleeRemoved, Session: m.Session, Registration: r})
}

// deleted is [Topic.deleted] for procedures.
func (r *Registration) deleted(callees []*Member) {
	if !r.known {
		return
	}
	r.known = false
	for _, m := range callees {
		r.removed(m)
	}
	r.note(Change{Kind: RegistrationDeleted, Session: r.last, Registration: r})
	r.Tell()
}

// Live says whether somebody has registered it; see [Member.Live].
func (r *Registration) Live() bool {
	s, ok := r.Callees()
	return ok && s != nil && slices.ContainsFunc(s.Callees, (*Member).Live)
}

// Drained ends a drain of the actor; see [Topic.Drained].
func (r *Registration) Drained() {
	r.Commit()
	r.Tell()
	PostReplies(&r.Replies)
}

func (r *Registration) retire() {
	r.callees.Store(noCallees)
	r.serve()
}
