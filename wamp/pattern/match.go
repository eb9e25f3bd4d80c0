package pattern

import (
	"bytes"

	"github.com/callboard-wamp/callboard/wamp"
)

// Match calls visit for each pattern that matches the URI, until visit returns
// false: prefixes first, the shortest first, then wildcards, the best first as
// [Set.Best] understands it. It does not allocate.
//
// Prefixes cost one walk along the URI. Wildcards cost a walk for each way of
// reading the components of the URI as literal or empty for which there are
// patterns: patterns that differ from it in a component cost nothing behind
// that one, nor do those with another number of components. Every node is
// visited at most once, because the path to it says which components are empty;
// so the cost is bounded by the number of shapes that the wildcards with as many
// components as the URI have, one walk along the URI for each (see [Shapes]), and
// the number of matches by that and the length of the URI.
func (s *Set[V]) Match(uri []byte, visit func(uri string, m wamp.Match, v V) bool) {
	if s == nil {
		return
	}
	m := wamp.Prefix
	each := func(e *entry[V]) bool { return visit(e.uri, m, e.value) }
	if !s.prefixes.prefixesOf(uri, each) {
		return
	}
	m = wamp.Wildcard
	s.wildcard(bytes.Count(uri, dot)+1).wildcardsOf(uri, each)
}

// Best returns the pattern by which a procedure is called (advanced profile,
// "Calls matching multiple registrations"): the longest prefix; if there is
// none the wildcard that has a literal where the others are empty, at the first
// component from the left in which they differ. An exact registration goes
// before all of them. It does not allocate.
func (s *Set[V]) Best(uri []byte) (v V, m wamp.Match, ok bool) {
	if s == nil {
		return v, m, false
	}
	var best *entry[V]
	s.prefixes.prefixesOf(uri, func(e *entry[V]) bool { best = e; return true })
	if best != nil {
		return best.value, wamp.Prefix, true
	}
	s.wildcard(bytes.Count(uri, dot)+1).wildcardsOf(uri, func(e *entry[V]) bool { best = e; return false })
	if best != nil {
		return best.value, wamp.Wildcard, true
	}
	return v, m, false
}

// prefixesOf visits the entries on the way from the root along uri.
func (n *node[V]) prefixesOf(uri []byte, visit func(*entry[V]) bool) bool {
	for n != nil {
		if n.entry != nil && !visit(n.entry) {
			return false
		}
		if len(uri) == 0 {
			break
		}
		n = n.kid(uri[0])
		if n == nil || len(uri) < len(n.label) || string(uri[:len(n.label)]) != n.label {
			break
		}
		uri = uri[len(n.label):]
	}
	return true
}

// wildcardsOf visits the entries that match uri as wildcards, the best first.
func (n *node[V]) wildcardsOf(uri []byte, visit func(*entry[V]) bool) {
	if n != nil {
		cursor[V]{node: n}.component(uri, visit)
	}
}

// cursor is a place in a tree: a node and how much of its label is behind us.
type cursor[V any] struct {
	node *node[V]
	off  int
}

// forward follows these octets; false if the tree has no such path.
func (c cursor[V]) forward(octets []byte) (cursor[V], bool) {
	for len(octets) > 0 {
		if c.off == len(c.node.label) {
			kid := c.node.kid(octets[0])
			if kid == nil {
				return c, false
			}
			c = cursor[V]{node: kid}
		}
		n := min(len(c.node.label)-c.off, len(octets))
		if c.node.label[c.off:c.off+n] != string(octets[:n]) {
			return c, false
		}
		c.off += n
		octets = octets[n:]
	}
	return c, true
}

// component visits what matches uri from here on, where a component starts.
// First the component as a literal, then as an empty one.
func (c cursor[V]) component(uri []byte, visit func(*entry[V]) bool) bool {
	end := bytes.IndexByte(uri, '.')
	if end < 0 {
		end = len(uri)
	}
	if end > 0 {
		if d, ok := c.forward(uri[:end]); ok && !d.rest(uri[end:], visit) {
			return false
		}
	}
	return c.rest(uri[end:], visit)
}

// rest goes on behind a component: uri is empty or starts with a dot.
func (c cursor[V]) rest(uri []byte, visit func(*entry[V]) bool) bool {
	if len(uri) > 0 {
		d, ok := c.forward(uri[:1])
		return !ok || d.component(uri[1:], visit)
	}
	if e := c.node.entry; e != nil && c.off == len(c.node.label) {
		return visit(e)
	}
	return true
}
