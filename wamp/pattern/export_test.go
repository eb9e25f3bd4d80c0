package pattern

import "fmt"

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
