package lane

import "sync"

// owing is what a topic or registration has to tell at the end of its drain, when
// everybody can see what it did. It belongs to the actor.
type owing struct {
	feed *Feed // nil if nobody shall hear of it
	// last is the session that left last.
	last *Session
	// owed is borrowed for a drain: most topics rest most of the time.
	owed *owed
}

// owed are the changes that the readers of the feed are told, and the replies to
// the sessions that asked.
type owed struct {
	changes []Change
	replies []Item
}

var owedPool = sync.Pool{New: func() any { return new(owed) }}

func (o *owing) owe() *owed {
	if o.owed == nil {
		o.owed = owedPool.Get().(*owed)
	}
	return o.owed
}

// note remembers a change, if anybody reads such.
func (o *owing) note(c Change) {
	if o.feed.Wants(c.Kind) {
		w := o.owe()
		w.changes = append(w.changes, c)
	}
}

// reply remembers what a session is told.
func (o *owing) reply(it Item) {
	w := o.owe()
	w.replies = append(w.replies, it)
}

// tell posts the changes, and behind them the replies, in order. The actor calls it
// when it has committed. Posts of control actors are never run inline.
func (o *owing) tell() {
	w := o.owed
	if w == nil {
		return
	}
	if len(w.changes) > 0 {
		o.feed.append(w.changes)
		w.changes = emptied(w.changes)
	}
	for i := range w.replies {
		w.replies[i].replied()
	}
	w.replies = emptied(w.replies)
	o.owed = nil
	owedPool.Put(w)
}

// replied posts a reply to the session, or what it asks of retention.
func (it *Item) replied() {
	to := it.Member.Session
	if it.Op == OpGetRetained {
		to.Realm.Recall(nil, *it)
		return
	}
	to.Box.Post(nil, *it)
}

// emptied returns the room of a list for the next drain, unless it is big.
func emptied[E any](s []E) []E {
	if cap(s) > 64 {
		return nil
	}
	clear(s)
	return s[:0]
}
