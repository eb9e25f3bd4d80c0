package lane

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/callboard-wamp/callboard/wamp/dealer"
)

// places are who has the places of callees with a limit, and the calls that wait
// for one. Callers of all sessions come to them, and none waits with the lock
// held. A registration whose callees have no limit does without.
type places struct {
	bounded atomic.Bool // stays once it is set
	mu      sync.Mutex
	queue   dealer.Queue[*Session, *Waiting]
}

// Waiting is a call in the queue of a registration. It belongs to its session,
// which keeps its payload; whoever frees a place for it takes that place in its
// name and posts OpPlace. That is a mere hint: a session that ends without having
// read it gives the place back when its calls are closed.
type Waiting struct {
	// Item is the call; its bytes are a copy.
	Item Item
	// Until is when it has waited for too long, see [Env.Elapsed].
	Until time.Duration

	in     *Registration
	usable func(*Member) bool
	key    uint64
	place  *Member // who it may go to; guarded by the lock of in
	served bool    // guarded by the lock of in
}

// Bounded says whether callees of it have or had a limit, so that a place has to
// be taken before a call is sent: see [Made.Take].
func (r *Registration) Bounded() bool { return r.places.bounded.Load() }

// Take chooses a callee as [Registration.Choose] does and takes its place, unless
// others wait for one. If there is none, busy says that callees are usable and
// have none free. A place that the call had before is given back.
func (m *Made) Take(caller *Session, random uint64, usable func(*Member) bool) (to *Member, ok, busy bool) {
	m.uncount()
	r := m.Procedure
	r.places.mu.Lock()
	defer r.places.mu.Unlock()
	if !r.anyOf(usable) {
		return nil, false, false
	}
	if !r.places.queue.MayPass(caller) {
		return nil, false, true
	}
	if to, ok = r.take(random, m.Key, usable); !ok {
		return nil, false, true
	}
	m.count(to)
	return to, true, false
}

// Wait puts the call into the queue of its registration, and returns false if that
// is full. The item's bytes are the call's own, and are the queue's from now on.
// Wait may be followed by OpPlace at once.
func (m *Made) Wait(it *Item, until time.Duration, usable func(*Member) bool) bool {
	r := m.Procedure
	w := &Waiting{Item: *it, Until: until, in: r, usable: usable, key: m.Key}
	r.places.mu.Lock()
	added := r.places.queue.Add(it.Session, it.Serial, w, it.Session.Realm.Env.Limits.QueuedCalls)
	r.places.mu.Unlock()
	if !added {
		return false
	}
	m.Waits, m.Callee = w, nil
	r.serve() // a place may have become free, or all callees have left, since it was looked for
	return true
}

// Collect ends the waiting of a call that was served, and returns the callee whose
// place it has; nil if all have left. ok is false if it waits on.
func (m *Made) Collect() (w *Waiting, to *Member, ok bool) {
	w = m.Waits
	places := &w.in.places
	places.mu.Lock()
	defer places.mu.Unlock()
	if !w.served {
		return nil, nil, false
	}
	places.queue.TakeOut(w.Item.Session, w)
	if m.Waits = nil; w.place != nil {
		m.count(w.place)
	}
	return w, w.place, true
}

// count notes the place that was taken, so that it is given back.
func (m *Made) count(to *Member) {
	if to.Limit > 0 {
		m.counted = to
	}
}

// leaveQueue gives up waiting, and the place if there is one already.
func (m *Made) leaveQueue() {
	w := m.Waits
	places := &w.in.places
	places.mu.Lock()
	places.queue.TakeOut(w.Item.Session, w)
	to := w.place
	places.mu.Unlock()
	if m.Waits = nil; to != nil && to.Limit > 0 {
		w.in.giveBack(to)
		return
	}
	w.in.serve() // later calls of this caller may have stood behind it
}

// giveBack frees a place of this callee, for the next call that waits.
func (r *Registration) giveBack(to *Member) {
	to.calls.Add(-1)
	r.serve()
}

// serve gives free places to the calls that wait, in their order, and tells those
// that no callee is left for.
func (r *Registration) serve() {
	if !r.Bounded() {
		return
	}
	r.places.mu.Lock()
	defer r.places.mu.Unlock()
	r.places.queue.Serve(func(w *Waiting) dealer.Served {
		switch {
		case !r.anyOf(w.usable):
		case !r.anyOf((*Member).vacant):
			return dealer.Full
		default:
			to, ok := r.take(w.Item.Session.Realm.Env.Random(), w.key, w.usable)
			if !ok {
				return dealer.Stays
			}
			w.place = to
		}
		w.served = true
		w.Item.Session.Box.Post(nil, Item{Op: OpPlace, Request: w.Item.Request, Serial: w.Item.Serial})
		return dealer.Goes
	})
}

// anyOf says whether there is such a callee.
func (r *Registration) anyOf(such func(*Member) bool) bool {
	s := r.callees.Load()
	if s == nil {
		return false
	}
	for _, m := range s.Callees {
		if such(m) {
			return true
		}
	}
	return false
}

// take chooses among the callees that are usable and have a place, and takes it.
// The lock is held: nobody else takes one of a callee with a limit.
func (r *Registration) take(random, key uint64, usable func(*Member) bool) (to *Member, ok bool) {
	to, ok = r.Choose(r.callees.Load(), random, key, func(m *Member) bool { return m.vacant() && usable(m) })
	if ok && to.Limit > 0 {
		to.calls.Add(1)
	}
	return to, ok
}

// vacant says whether the callee may have one call more.
func (m *Member) vacant() bool { return m.Usable() && (m.Limit == 0 || m.calls.Load() < m.Limit) }
