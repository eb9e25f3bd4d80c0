package lane

import (
	"sync/atomic"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/pattern"
)

// recentChanges is how many changes of the patterns a cached lookup can be
// checked against; an older one is looked up again. That costs as much as a few
// checks do (BenchmarkSame), so a session that publishes to a URI so seldom that
// more changes come in between is better off with a new lookup.
const recentChanges = 8

// Patterns are the prefix and wildcard patterns of a realm's topics or
// procedures. The directory changes them, one at a time; everybody reads them
// through an immutable [View].
type Patterns[V any] struct {
	view   atomic.Pointer[View[V]]
	shapes pattern.Shapes // the directory's
}

// View is one state of the patterns; it never changes.
type View[V any] struct {
	Set     *pattern.Set[V]
	Seq     uint64
	changes []patternChange // the last ones; the newest led to Seq
}

type patternChange struct {
	uri   []byte
	match wamp.Match
}

// View returns the present state.
func (p *Patterns[V]) View() *View[V] { return p.view.Load() }

func (p *Patterns[V]) init() { p.view.Store(&View[V]{Set: new(pattern.Set[V])}) }

// fits says whether the patterns stay quick to match with this one among them;
// see [pattern.Shapes].
func (p *Patterns[V]) fits(uri string, m wamp.Match, shapes int) bool {
	return m != wamp.Wildcard || p.shapes.Fits(uri, shapes)
}

// Add puts a pattern in; only the directory calls it.
func (p *Patterns[V]) Add(uri string, m wamp.Match, v V) {
	old := p.View()
	p.store(old, old.Set.With(uri, m, v), patternChange{[]byte(uri), m})
}

// Remove takes a pattern out; only the directory calls it.
func (p *Patterns[V]) Remove(uri string, m wamp.Match) {
	old := p.View()
	p.store(old, old.Set.Without(uri, m), patternChange{[]byte(uri), m})
}

func (p *Patterns[V]) store(old *View[V], set *pattern.Set[V], c patternChange) {
	if c.match == wamp.Wildcard {
		switch more := set.Len() - old.Set.Len(); {
		case more > 0:
			p.shapes.Add(string(c.uri))
		case more < 0:
			p.shapes.Remove(string(c.uri))
		}
	}
	changes := old.changes
	if len(changes) >= 2*recentChanges {
		changes = append(make([]patternChange, 0, 2*recentChanges), changes[len(changes)-recentChanges+1:]...)
	}
	// Views share the array: each reads only up to its own length.
	p.view.Store(&View[V]{Set: set, Seq: old.Seq + 1, changes: append(changes, c)})
}

// Same says whether a lookup of uri that was made at seq is still right.
func (v *View[V]) Same(uri []byte, seq uint64) bool {
	n := v.Seq - seq
	if n > uint64(len(v.changes)) {
		return false
	}
	for _, c := range v.changes[uint64(len(v.changes))-n:] {
		if pattern.Matches(c.uri, c.match, uri) {
			return false
		}
	}
	return true
}
