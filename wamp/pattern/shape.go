package pattern

import "github.com/callboard-wamp/callboard/wamp"

// Shapes counts the wildcards of a set by their shape: which of their components
// are empty. Its owner adds and removes what it adds to and removes from the set.
// The zero value counts none. It is for one goroutine at a time, and for patterns
// of at most 64 components, as many as a URI may have.
//
// The number of shapes is what bounds the cost of a match, however many patterns
// there are and whoever chose them. Of the patterns of one shape a URI can reach
// one path only, because the shape says which of its components are literals; so
// [Set.Match] and [Set.Best] walk along a URI of n components at most once for
// each shape of n components, and find one pattern there at most.
type Shapes struct {
	wildcards map[shape]int
	distinct  [wamp.MaxURIComponents + 1]int // by number of components
}

// shape has a bit for each empty component.
type shape struct {
	components int
	empty      uint64
}

func shapeOf(wildcard string) shape {
	var s shape
	literal := 0 // octets of this component
	for i := range len(wildcard) + 1 {
		if i < len(wildcard) && wildcard[i] != '.' {
			literal++
			continue
		}
		if literal == 0 {
			s.empty |= 1 << s.components
		}
		s.components++
		literal = 0
	}
	return s
}

// Fits says whether this wildcard has a shape that is there already, or one for
// which there is room: no number of components has more shapes than the limit.
func (s *Shapes) Fits(wildcard string, limit int) bool {
	k := shapeOf(wildcard)
	return s.wildcards[k] > 0 || s.distinct[k.components] < limit
}

// Add counts one more wildcard.
func (s *Shapes) Add(wildcard string) {
	k := shapeOf(wildcard)
	if s.wildcards == nil {
		s.wildcards = map[shape]int{}
	}
	if s.wildcards[k]++; s.wildcards[k] == 1 {
		s.distinct[k.components]++
	}
}

// Remove counts one less, which was added.
func (s *Shapes) Remove(wildcard string) {
	k := shapeOf(wildcard)
	if s.wildcards[k]--; s.wildcards[k] == 0 {
		delete(s.wildcards, k)
		s.distinct[k.components]--
	}
}
