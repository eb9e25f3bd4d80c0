package lane

// ending is a topic or registration that was dropped and whose actor has not
// stopped yet. The next one under the same key waits for that: its actor starts
// when everything about the old one has been told, so that nobody hears of the
// new one first. All of it belongs to the directory.
type ending struct {
	key  endingKey
	next *Child
	// under are the shards that spawn the next one.
	under Shards
}

// endingKey tells topics from procedures.
type endingKey struct {
	Key
	procedure bool
}

// end notes that what stood under this key is ending.
func (r *Realm) end(k endingKey) *ending {
	e := &ending{key: k}
	r.endings[k] = e
	return e
}

// Begin has the actor of a new topic or registration spawned, when the one that had
// its key before has stopped.
func (r *Realm) Begin(m *Member, under Shards, c *Child) {
	if e := r.endings[endingKey{m.Key(), m.Procedure}]; e != nil {
		e.next, e.under = c, under
		return
	}
	under.Spawn(nil, c)
}

// ended lets the next one begin.
func (r *Realm) ended(e *ending) {
	if e == nil {
		return
	}
	if r.endings[e.key] == e {
		delete(r.endings, e.key)
	}
	if next := e.next; next != nil {
		e.next = nil
		e.under.Spawn(nil, next)
	}
}
