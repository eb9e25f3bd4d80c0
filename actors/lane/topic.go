package lane

import (
	"sync/atomic"
	"time"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
)

// Subscribers is one state of a topic's members; it never changes.
type Subscribers = broker.Snapshot[Group, *Member]

// gone stands in the handle of a topic that the directory has dropped: who
// finds it looks the URI up again.
var gone = &Subscribers{}

// Topic is the handle of one subscription: a URI and how it matches. The state
// outlives the actor: a restarted one finds the members as they were.
type Topic struct {
	ID      wamp.ID
	URI     string
	Match   wamp.Match
	Created time.Time
	Box     *Box

	members atomic.Pointer[Subscribers]
	// Members belongs to the topic's actor: the state that Commit publishes.
	Members broker.Topic[Group, *Member]
	stored  *Subscribers
	// Replies are owed at the end of the drain; they belong to the actor.
	Replies []Item

	count int // members and joins under way; belongs to the directory
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
	next := t.Members.Snapshot()
	if next != t.stored && t.members.CompareAndSwap(t.stored, next) {
		t.stored = next
	}
}

// retire leaves the sentinel; only the directory calls it.
func (t *Topic) retire() { t.members.Store(gone) }
