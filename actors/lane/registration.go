package lane

import (
	"slices"
	"sync/atomic"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

// Callees is one state of a registration's callees; it never changes.
type Callees = dealer.Snapshot[*Member]

var noCallees = &Callees{}

// Registration is the handle of one registration: a URI, how it matches, and
// the callees that serve it. The state outlives the actor.
type Registration struct {
	handle

	callees atomic.Pointer[Callees]
	turn    atomic.Uint64
	places  places
	asked   atomic.Uint32 // what callees ever asked for: disclosing, forwarding
	// Rules belongs to the registration's actor.
	Rules dealer.Registration[*Member]
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
	now, next := r.callees.Load(), r.Rules.Snapshot()
	if now != noCallees && now != next && r.callees.CompareAndSwap(now, next) {
		r.serve()
	}
}

// Joined takes a callee in, or refuses it by the rules of shared registration, and
// owes it the reply; it says whether it did. One that registers by force replaces
// the others: behind the snapshot without them they are told so, and give their
// memberships back. The registration's actor calls it.
func (r *Registration) Joined(m *Member) bool {
	replaced, err := r.join(m)
	if err != nil {
		r.reply(Item{Op: OpRefused, Member: m, Ext: Fail(err)})
		return false
	}
	for _, old := range replaced {
		r.reply(Item{Op: OpRevoked, Member: old, Ext: &Revocation{Reason: wamp.ErrReplaced}})
	}
	r.reply(Item{Op: OpJoined, Member: m})
	return true
}

func (r *Registration) join(m *Member) (replaced []*Member, err *wamp.Error) {
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
	r.ask(m)
	if !r.known {
		r.known = true
		r.note(Change{Kind: RegistrationCreated, Session: m.Session, Registration: r, Invoke: m.Invoke})
	}
	r.note(Change{Kind: CalleeAdded, Session: m.Session, Registration: r})
	return replaced, nil
}

// What callees may ask to be told with each invocation.
const (
	disclosing uint32 = 1 << iota
	forwarding
)

// ask notes what a callee asks for, before callers see it.
func (r *Registration) ask(m *Member) {
	if m.Flags.Has(wamp.DiscloseCaller) {
		r.asked.Or(disclosing)
	}
	if m.Forwards() {
		r.asked.Or(forwarding)
	}
}

// Discloses says whether callers may have to be disclosed to a callee that asked
// for it. It may have left.
func (r *Registration) Discloses() bool { return r.asked.Load()&disclosing != 0 }

// Forwards says whether timeouts may have to be told to a callee, see
// [Member.Forwards]. It may have left.
func (r *Registration) Forwards() bool { return r.asked.Load()&forwarding != 0 }

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
	r.tell()
}

// Live says whether somebody has registered it; see [Member.Live].
func (r *Registration) Live() bool {
	s, ok := r.Callees()
	return ok && s != nil && slices.ContainsFunc(s.Callees, (*Member).Live)
}

// Drained ends a drain of the actor; see [Topic.Drained].
func (r *Registration) Drained() {
	r.Commit()
	r.tell()
}

func (r *Registration) retire() {
	r.callees.Store(noCallees)
	r.serve()
}
