package pattern

import (
	"slices"
	"strings"

	"github.com/callboard-wamp/callboard/wamp"
)

// node is a node of a radix tree over the octets of patterns. It is never
// changed; nil is an empty tree. But for the root every node has an entry or
// at least two children, so there are fewer than two nodes for each pattern.
type node[V any] struct {
	// label is what stands on the edge to this node, empty at the root only.
	label string
	// entry is the pattern that ends here, if one does.
	entry *entry[V]
	// first has the first octet of each child's label, ascending.
	first string
	kids  []*node[V]
}

type entry[V any] struct {
	uri   string
	value V
}

func (n *node[V]) kid(c byte) *node[V] {
	if i := strings.IndexByte(n.first, c); i >= 0 {
		return n.kids[i]
	}
	return nil
}

// find returns the entry at the end of this path below n.
func (n *node[V]) find(path string) *entry[V] {
	for n != nil && path != "" {
		n = n.kid(path[0])
		if n == nil || !strings.HasPrefix(path, n.label) {
			return nil
		}
		path = path[len(n.label):]
	}
	if n == nil {
		return nil
	}
	return n.entry
}

// with returns n with e at the end of this path.
func (n *node[V]) with(path string, e *entry[V]) *node[V] {
	if n == nil {
		n = &node[V]{}
	}
	next := *n
	if path == "" {
		next.entry = e
		return &next
	}
	i := strings.IndexByte(n.first, path[0])
	if i < 0 {
		return n.withKid(&node[V]{label: path, entry: e})
	}
	kid := n.kids[i]
	if common := commonPrefix(kid.label, path); common < len(kid.label) {
		kid = kid.split(common)
	}
	next.kids = slices.Clone(n.kids)
	next.kids[i] = kid.with(path[len(kid.label):], e)
	return &next
}

// without returns n without the entry at the end of this path, which exists,
// and nil if nothing is left.
func (n *node[V]) without(path string) *node[V] {
	next := *n
	if path == "" {
		next.entry = nil
		return next.joined()
	}
	i := strings.IndexByte(n.first, path[0])
	kid := n.kids[i].without(path[len(n.kids[i].label):])
	next.kids = slices.Clone(n.kids)
	if kid != nil {
		next.kids[i] = kid
		return &next
	}
	next.kids = slices.Delete(next.kids, i, i+1)
	next.first = n.first[:i] + n.first[i+1:]
	return next.joined()
}

// withKid returns n with one more child.
func (n *node[V]) withKid(kid *node[V]) *node[V] {
	next := *n
	i := 0
	for i < len(n.first) && n.first[i] < kid.label[0] {
		i++
	}
	next.first = n.first[:i] + kid.label[:1] + n.first[i:]
	next.kids = make([]*node[V], 0, len(n.kids)+1)
	next.kids = append(append(append(next.kids, n.kids[:i]...), kid), n.kids[i:]...)
	return &next
}

// split returns two nodes for n, the upper one with this much of the label.
func (n *node[V]) split(at int) *node[V] {
	lower := *n
	lower.label = n.label[at:]
	return &node[V]{label: n.label[:at], first: lower.label[:1], kids: []*node[V]{&lower}}
}

// joined returns what a node that lost something becomes: nothing, one with
// its only child, or itself.
func (n *node[V]) joined() *node[V] {
	switch {
	case n.entry != nil || len(n.kids) > 1:
		return n
	case len(n.kids) == 0:
		return nil
	case n.label == "":
		return n
	}
	only := *n.kids[0]
	only.label = n.label + only.label
	return &only
}

func (n *node[V]) all(m wamp.Match, visit func(string, wamp.Match, V) bool) bool {
	if n == nil {
		return true
	}
	if n.entry != nil && !visit(n.entry.uri, m, n.entry.value) {
		return false
	}
	for _, kid := range n.kids {
		if !kid.all(m, visit) {
			return false
		}
	}
	return true
}

func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
