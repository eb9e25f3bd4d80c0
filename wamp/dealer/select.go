package dealer

import (
	"math/bits"

	"github.com/callboard-wamp/callboard/wamp"
)

// Select returns the callee that gets the next invocation, and false if there
// is none (advanced profile, "Shared Registration"): the first or last to have
// registered, the next one in turn, or any. Callees for which usable is false
// do not count, as if they had not registered: they are closing, lack a
// feature, or have answered this call with wamp.error.unavailable before. Nil
// means that all are usable.
//
// Counter is a number that grows by one with each call and each further try
// (roundrobin); random is 64 random bits (random). It does not allocate, and
// looks at one callee unless that one is not usable.
func Select[M comparable](s *Snapshot[M], counter, random uint64, usable func(M) bool) (M, bool) {
	n := len(s.Callees)
	if n == 0 {
		var none M
		return none, false
	}
	switch s.Policy {
	case wamp.RoundRobin:
		return s.turn(counter-s.base, usable)
	case wamp.Random:
		return s.draw(random, usable)
	case wamp.Last:
		return s.scan(n-1, n-1, usable)
	}
	return s.scan(0, 1, usable)
}

// turn returns the callee whose turn it is. The turns of one that is not usable go
// to the others alternately: the one behind it would have the work of two.
func (s *Snapshot[M]) turn(counter uint64, usable func(M) bool) (M, bool) {
	n := uint64(len(s.Callees))
	i := counter % n
	if m := s.Callees[i]; usable == nil || usable(m) {
		return m, true
	}
	return s.scan(int((i+1+counter/n%max(n-1, 1))%n), 1, usable)
}

// scan returns the first usable callee from this index on, all round the list
// in steps of one, or of n-1, which is backwards.
func (s *Snapshot[M]) scan(i, step int, usable func(M) bool) (M, bool) {
	n := len(s.Callees)
	for range n {
		if m := s.Callees[i]; usable == nil || usable(m) {
			return m, true
		}
		i = (i + step) % n
	}
	var none M
	return none, false
}

// draw returns a random usable callee, each with the same chance.
func (s *Snapshot[M]) draw(random uint64, usable func(M) bool) (M, bool) {
	i, rest := bits.Mul64(random, uint64(len(s.Callees)))
	m := s.Callees[i]
	if usable == nil || usable(m) {
		return m, true
	}
	count := uint64(0)
	for _, m := range s.Callees {
		if usable(m) {
			count++
		}
	}
	k, _ := bits.Mul64(rest, count)
	for _, m := range s.Callees {
		if usable(m) {
			if k == 0 {
				return m, true
			}
			k--
		}
	}
	var none M
	return none, false
}
