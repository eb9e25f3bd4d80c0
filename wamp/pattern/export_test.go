package pattern

import (
	"fmt"
	"slices"
)

// Check verifies what the comments promise: no node is there for nothing, and
// children stand in order.
func (s *Set[V]) Check() error {
	if s == nil {
		return nil
	}
	if err := s.prefixes.check(true); err != nil {
		return err
	}
	for i, w := range s.wildcards {
		if w.root == nil || i > 0 && s.wildcards[i-1].components >= w.components {
			return fmt.Errorf("wildcards of %d components out of place", w.components)
		}
		if err := w.root.check(true); err != nil {
			return err
		}
	}
	return nil
}

func (n *node[V]) check(root bool) error {
	if n == nil {
		return nil
	}
	if root != (n.label == "") || n.entry == nil && len(n.kids) == 0 || !root && n.entry == nil && len(n.kids) == 1 {
		return fmt.Errorf("a node too many at %q", n.label)
	}
	for i, kid := range n.kids {
		if n.first[i] != kid.label[0] || len(n.first) != len(n.kids) || i > 0 && n.first[i-1] >= n.first[i] {
			return fmt.Errorf("children %q of %q out of order", n.first, n.label)
		}
		if err := kid.check(false); err != nil {
			return err
		}
	}
	return nil
}

// Visited counts the nodes, roots aside, that match comes to in this set. The code
// that is measured has no counter: every node in turn gives its place to a trap,
// and match falls into those that are on its way. It is on none of them twice, for
// a tree has one way to each node.
func (s *Set[V]) Visited(match func()) (visited int) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	trap := &node[V]{first: string(every)} // whoever looks for a child here falls out of its kids
	falls := func() (fell bool) {
		defer func() { fell = recover() != nil }()
		match()
		return false
	}
	roots := []*node[V]{s.prefixes}
	for _, w := range s.wildcards {
		roots = append(roots, w.root)
	}
	for len(roots) > 0 {
		n := roots[len(roots)-1]
		roots = roots[:len(roots)-1]
		if n == nil {
			continue
		}
		for i, kid := range slices.Clone(n.kids) {
			n.kids[i] = trap
			if falls() {
				visited++
			}
			n.kids[i] = kid
		}
		roots = append(roots, n.kids...)
	}
	return visited
}
