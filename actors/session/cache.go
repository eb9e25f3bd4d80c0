package session

import "github.com/callboard-wamp/callboard/wamp/auth"

// cacheSize is how many URIs a session remembers the route of.
const cacheSize = 4096

// cache remembers what a lookup of a URI found. Its owner checks a hit against
// the sequence number of the realm's patterns; misses are never put in. A full
// cache gives up an entry that was not used since the clock's hand passed it.
type cache[V any] struct {
	last    *cached[V]
	entries map[string]*cached[V]
	ring    []*cached[V]
	hand    int
}

type cached[V any] struct {
	uri   string
	value V
	seq   uint64
	used  bool
	// disclose is the policy for callers or publishers of this URI.
	disclose auth.Disclosure
}

// get returns the entry of this URI, or nil.
func (c *cache[V]) get(uri []byte) *cached[V] {
	if e := c.last; e != nil && e.uri == string(uri) {
		return e
	}
	e := c.entries[string(uri)]
	if e != nil {
		e.used = true
		c.last = e
	}
	return e
}

// put remembers a value; an entry of the same URI is replaced.
func (c *cache[V]) put(uri string, value V, seq uint64) *cached[V] {
	if e := c.entries[uri]; e != nil {
		e.value, e.seq, e.used = value, seq, true
		c.last = e
		return e
	}
	if c.entries == nil {
		c.entries = make(map[string]*cached[V])
	}
	e := &cached[V]{uri: uri, value: value, seq: seq, used: true}
	if len(c.ring) < cacheSize {
		c.ring = append(c.ring, e)
	} else {
		c.ring[c.free()] = e
	}
	c.entries[uri] = e
	c.last = e
	return e
}

// key is what an entry for this URI is put in by: that of the old one, if there is
// one, which is not copied again.
func key[V any](old *cached[V], uri []byte) string {
	if old != nil {
		return old.uri
	}
	return string(uri)
}

// free evicts one entry and returns its place.
func (c *cache[V]) free() int {
	for {
		c.hand = (c.hand + 1) % len(c.ring)
		e := c.ring[c.hand]
		if !e.used {
			if c.entries[e.uri] == e {
				delete(c.entries, e.uri)
			}
			return c.hand
		}
		e.used = false
	}
}

// drop forgets a URI that leads nowhere any more, so that a dropped topic is
// not kept in memory. Its place in the ring is found by the clock.
func (c *cache[V]) drop(e *cached[V]) {
	var none V
	e.value, e.used = none, false
	delete(c.entries, e.uri)
	if c.last == e {
		c.last = nil
	}
}
