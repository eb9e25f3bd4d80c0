package lane

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/callboard-wamp/callboard/wamp"
)

// ChangeKind says what has changed in a realm.
type ChangeKind uint8

// What a realm tells of itself, in the words of the meta API (advanced profile,
// "Session Meta API", "Registration Meta API", "Subscriptions Meta API").
const (
	SessionJoined ChangeKind = iota
	SessionLeft
	RegistrationCreated
	CalleeAdded
	CalleeRemoved
	RegistrationDeleted
	SubscriptionCreated
	SubscriberAdded
	SubscriberRemoved
	SubscriptionDeleted

	// ChangeKinds is how many there are.
	ChangeKinds
)

var changeTopics = [ChangeKinds]string{
	"wamp.session.on_join", "wamp.session.on_leave",
	"wamp.registration.on_create", "wamp.registration.on_register",
	"wamp.registration.on_unregister", "wamp.registration.on_delete",
	"wamp.subscription.on_create", "wamp.subscription.on_subscribe",
	"wamp.subscription.on_unsubscribe", "wamp.subscription.on_delete",
}

// Topic is where the meta event about such a change is published.
func (k ChangeKind) Topic() string { return changeTopics[k] }

// Change is one change of what a realm holds. It never changes itself.
type Change struct {
	Kind ChangeKind
	// Session has joined or left, was added or removed; of a deletion, the one that
	// left last.
	Session *Session
	// Topic or Registration is what it is about, unless that is the session.
	Topic        *Topic
	Registration *Registration
	// Invoke is the policy of a registration that was created.
	Invoke wamp.Invoke
}

// Feed is the ordered row of the changes of one realm. Whoever makes a change
// posts it when everybody can see it: a member is in the snapshot before it is
// told that it was added. So a reader that attaches, then takes the snapshots of
// the realm's handles, and then follows the changes, misses nothing; what it has
// in its snapshot already may be told to it again.
//
// Every reader gets the changes in the same order. Those of one topic or
// registration, and of all that follow each other under one URI and match, come
// in the order in which they happened: created, added, removed, deleted. While
// no reader wants a kind of change it costs one atomic load.
type Feed struct {
	wanted  atomic.Uint32 // bits by kind, what any of the readers wants
	mu      sync.Mutex
	readers []*FeedReader
}

// Wants says whether anybody reads changes of this kind. A nil feed has no
// readers.
func (f *Feed) Wants(k ChangeKind) bool { return f != nil && f.wanted.Load()>>k&1 != 0 }

// Post appends a change.
func (f *Feed) Post(c Change) {
	if f.Wants(c.Kind) {
		f.append([]Change{c})
	}
}

// append posts changes that belong together: nothing comes between them.
func (f *Feed) append(changes []Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.readers {
		r.append(changes)
	}
}

// FeedReader follows the feed for one actor, which gets an [OpChanges] when
// changes wait for it.
type FeedReader struct {
	feed *Feed
	box  *Box
	// All of these are guarded by the feed's mutex.
	wants   uint32
	waiting []Change
	next    int
	told    bool // an OpChanges is on its way
	taken   bool // by Next, and neither Next nor Again was called since
}

// Attach adds a reader, which wants nothing at first. It is not taken off again:
// readers live as long as the realm.
func (f *Feed) Attach(box *Box) *FeedReader {
	r := &FeedReader{feed: f, box: box}
	f.mu.Lock()
	f.readers = append(f.readers, r)
	f.mu.Unlock()
	return r
}

// Want says which kinds of changes the reader gets from now on.
func (r *FeedReader) Want(wants func(ChangeKind) bool) {
	f := r.feed
	f.mu.Lock()
	defer f.mu.Unlock()
	r.wants = 0
	for k := range ChangeKinds {
		if wants(k) {
			r.wants |= 1 << k
		}
	}
	all := uint32(0)
	for _, r := range f.readers {
		all |= r.wants
	}
	f.wanted.Store(all)
}

func (r *FeedReader) append(changes []Change) {
	for _, c := range changes {
		if r.wants>>c.Kind&1 != 0 {
			r.waiting = append(r.waiting, c)
		}
	}
	if r.next < len(r.waiting) && !r.told {
		r.told = r.box.Post(nil, Item{Op: OpChanges})
	}
}

// Next takes the next change. A reader that fails on it does not get it again.
func (r *FeedReader) Next() (c Change, ok bool) {
	r.feed.mu.Lock()
	defer r.feed.mu.Unlock()
	r.taken = r.next < len(r.waiting)
	if !r.taken {
		r.told = false
		return Change{}, false
	}
	c = r.waiting[r.next]
	r.waiting[r.next] = Change{}
	if r.next++; r.next == len(r.waiting) {
		r.waiting, r.next = r.waiting[:0], 0
		if cap(r.waiting) > 1024 {
			r.waiting = nil
		}
	} else if r.next > 4096 && 2*r.next > len(r.waiting) {
		r.waiting, r.next = slices.Clone(r.waiting[r.next:]), 0
	}
	return c, true
}

// Again posts the reader another OpChanges: it is done with what it took, and
// leaves the rest for later.
func (r *FeedReader) Again() { r.Resume() }

// Resume is Again for a reader that starts. It says whether the one before it
// failed on a change that it had taken.
func (r *FeedReader) Resume() (lost bool) {
	r.feed.mu.Lock()
	defer r.feed.mu.Unlock()
	lost, r.taken = r.taken, false
	r.told = r.box.Post(nil, Item{Op: OpChanges})
	return lost
}
