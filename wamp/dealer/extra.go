package dealer

// The invocation policies that the specification does not have. As [Select] they
// do not allocate; callees for which usable is false do not count.

// SelectLeast returns the callee with the fewest open invocations (policy
// _least_pending). Those with equally few take turns: counter is that of
// [Select]. It looks at every callee.
func SelectLeast[M comparable](s *Snapshot[M], counter uint64, usable func(M) bool, open func(M) int64) (best M, ok bool) {
	n := len(s.Callees)
	if n == 0 {
		return best, false
	}
	var least int64
	for k := range n {
		m := s.Callees[(int((counter-s.base)%uint64(n))+k)%n]
		if !usable(m) {
			continue
		}
		if o := open(m); !ok || o < least {
			best, least, ok = m, o, true
		}
	}
	return best, ok
}

// SelectByKey returns the callee that calls with this key go to (policy _hash),
// by rendezvous hashing: a callee that comes takes over a fair share of the
// keys, those of one that leaves are spread over the others, and all other keys
// stay where they are. id numbers a callee for as long as it is one. It looks at
// every callee.
func SelectByKey[M comparable](s *Snapshot[M], key uint64, usable func(M) bool, id func(M) uint64) (best M, ok bool) {
	var highest uint64
	for _, m := range s.Callees {
		if !usable(m) {
			continue
		}
		if weight := mix(key ^ mix(id(m))); !ok || weight > highest {
			best, highest, ok = m, weight, true
		}
	}
	return best, ok
}

// Key makes a number of a routing key, always the same: FNV-1a of 64 bits.
func Key(text string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h
}

// mix spreads what is in few bits over all of them: the end of SplitMix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
