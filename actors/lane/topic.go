package lane

import (
	"sync/atomic"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
)

// Subscribers is one state of a topic's members; it never changes.
type Subscribers = broker.Snapshot[Group, *Member]

// gone stands in the handle of a topic that the directory has dropped: who
// finds it looks the URI up again.
var gone = &Subscribers{}

// nobody stands in the handle of a topic until somebody has joined.
var nobody = &Subscribers{}

// Topic is the handle of one subscription: a URI and how it matches. The state
// outlives the actor: a restarted one finds the members as they were.
type Topic struct {
	handle
	// History is set if the topic keeps its events, and does not change.
	History *History
	archive *Archive

	members atomic.Pointer[Subscribers]
	// Members belongs to the topic's actor: the state that Commit publishes.
	Members broker.Topic[Group, *Member]
}

// Subscribers returns the members to deliver to. ok is false when the topic was
// dropped: the URI must be looked up again.
func (t *Topic) Subscribers() (s *Subscribers, ok bool) {
	s = t.members.Load()
	return s, s != gone
}

// Commit makes the present members visible to publishers. The topic's actor
// calls it at the end of each drain, before any reply is posted.
func (t *Topic) Commit() {
	if t.Members.Untouched() {
		return
	}
	if now, next := t.members.Load(), t.Members.Snapshot(); now != gone {
		t.members.CompareAndSwap(now, next)
	}
}

// Joined takes a member in, if it is not one yet, and owes it the reply. The
// topic's actor calls it.
func (t *Topic) Joined(m *Member) {
	t.join(m)
	t.reply(Item{Op: OpJoined, Member: m})
	if m.Flags.Has(wamp.GetRetained) {
		t.reply(Item{Op: OpGetRetained, Member: m})
	}
}

func (t *Topic) join(m *Member) {
	since := t.Members.Version()
	if !t.Members.Join(m.Session.Receives(), m) {
		return
	}
	m.Since = since
	if !t.known {
		t.known = true
		t.note(Change{Kind: SubscriptionCreated, Session: m.Session, Topic: t})
	}
	t.note(Change{Kind: SubscriberAdded, Session: m.Session, Topic: t})
}

// Left takes a member out, once. The topic's actor calls it.
func (t *Topic) Left(m *Member) {
	if t.Members.Leave(m) {
		t.removed(m)
	}
}

func (t *Topic) removed(m *Member) {
	t.last = m.Session
	t.note(Change{Kind: SubscriberRemoved, Session: m.Session, Topic: t})
}

// deleted tells that the topic is gone, and with it the members that were still
// in it. Its actor has stopped.
func (t *Topic) deleted(members []*Member) {
	if !t.known {
		return
	}
	t.known = false
	for _, m := range members {
		t.removed(m)
	}
	if t.last != nil { // one with history may have had no member
		t.note(Change{Kind: SubscriptionDeleted, Session: t.last, Topic: t})
	}
	t.tell()
}

// Live says whether somebody is subscribed, see [Member.Live], or whether the
// topic is there without that.
func (t *Topic) Live() bool {
	if t.History != nil {
		return true
	}
	s, ok := t.Subscribers()
	if !ok || s == nil {
		return false
	}
	for m := range s.All {
		if m.Live() {
			return true
		}
	}
	return false
}

// Drained ends a drain of the actor, also one that a panic ended: the snapshot is
// stored first and the replies are posted last, so whoever sees a SUBSCRIBED is
// reached by everything published from then on.
func (t *Topic) Drained() {
	t.Commit()
	t.tell()
}

// retire leaves the sentinel; only the directory calls it.
func (t *Topic) retire() { t.members.Store(gone) }
