package pattern

import (
	"slices"
	"strings"

	"github.com/callboard-wamp/callboard/wamp"
)

// Set is an immutable set of prefix and wildcard patterns, each with a value.
// The zero value and nil are empty sets. All methods may be called
// concurrently. URIs are not validated.
//
// Prefixes stand in one radix tree, wildcards in one for each number of
// components. A change copies the nodes on the path of its URI, which have at
// most 256 children each, however many patterns there are.
type Set[V any] struct {
	prefixes  *node[V]
	wildcards []sized[V]
	patterns  int
}

// sized is the wildcards with this number of components; a set has them in
// ascending order.
type sized[V any] struct {
	components int
	root       *node[V]
}

// Len is the number of patterns.
func (s *Set[V]) Len() int {
	if s == nil {
		return 0
	}
	return s.patterns
}

// Get returns the value of this very pattern.
func (s *Set[V]) Get(uri string, m wamp.Match) (V, bool) {
	if e := s.find(uri, m); e != nil {
		return e.value, true
	}
	var none V
	return none, false
}

// With returns a set in which the pattern has this value. The match is prefix
// or wildcard: it panics if it is exact.
func (s *Set[V]) With(uri string, m wamp.Match, v V) *Set[V] {
	var next Set[V]
	if s != nil {
		next = *s
	}
	if s.find(uri, m) == nil {
		next.patterns++
	}
	next.setRoot(uri, m, next.root(uri, m).with(uri, &entry[V]{uri, v}))
	return &next
}

// Without returns a set without this pattern, s itself if it has none.
func (s *Set[V]) Without(uri string, m wamp.Match) *Set[V] {
	if s.find(uri, m) == nil {
		return s
	}
	next := *s
	next.patterns--
	next.setRoot(uri, m, s.root(uri, m).without(uri))
	return &next
}

// All calls visit for each pattern until it returns false: prefixes first, then
// wildcards by number of components, each in the order of their octets.
func (s *Set[V]) All(visit func(uri string, m wamp.Match, v V) bool) {
	if s == nil || !s.prefixes.all(wamp.Prefix, visit) {
		return
	}
	for _, w := range s.wildcards {
		if !w.root.all(wamp.Wildcard, visit) {
			return
		}
	}
}

func (s *Set[V]) find(uri string, m wamp.Match) *entry[V] {
	if s == nil {
		return nil
	}
	return s.root(uri, m).find(uri)
}

// root returns the tree in which this pattern stands, nil if there is none.
func (s *Set[V]) root(uri string, m wamp.Match) *node[V] {
	switch m {
	case wamp.Prefix:
		return s.prefixes
	case wamp.Wildcard:
		return s.wildcard(components(uri))
	}
	panic("pattern: an exact URI is no pattern")
}

func (s *Set[V]) wildcard(components int) *node[V] {
	if i, ok := s.search(components); ok {
		return s.wildcards[i].root
	}
	return nil
}

func (s *Set[V]) search(components int) (int, bool) {
	return slices.BinarySearchFunc(s.wildcards, components, func(w sized[V], n int) int { return w.components - n })
}

// setRoot puts a tree in place. The set is not published yet, its list of
// trees may be shared.
func (s *Set[V]) setRoot(uri string, m wamp.Match, root *node[V]) {
	if m == wamp.Prefix {
		s.prefixes = root
		return
	}
	n := components(uri)
	i, found := s.search(n)
	s.wildcards = slices.Clone(s.wildcards)
	switch {
	case found && root == nil:
		s.wildcards = slices.Delete(s.wildcards, i, i+1)
	case found:
		s.wildcards[i].root = root
	default:
		s.wildcards = slices.Insert(s.wildcards, i, sized[V]{n, root})
	}
}

func components(uri string) int { return strings.Count(uri, ".") + 1 }
