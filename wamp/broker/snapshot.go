package broker

// Snapshot is the members of a topic at one moment. It never changes and may be
// read by any number of goroutines.
type Snapshot[K comparable, M Member] struct {
	// Version grows with every change that was published.
	Version uint64
	// Groups are the groups that have members.
	Groups []Group[K, M]
	// Len is the number of members of all groups.
	Len int
}

// Group is the members of a snapshot that get the same bytes.
type Group[K comparable, M Member] struct {
	Key K
	// Len is the number of members.
	Len   int
	spine []*chunk[M]
}

// Chunks yields the members in runs of at most 256, which belong to the
// snapshot and must not be changed. The order of members means nothing. It does
// not allocate:
//
//	for chunk := range g.Chunks {
func (g Group[K, M]) Chunks(yield func([]M) bool) {
	left := g.Len
	for _, c := range g.spine {
		n := min(left, chunkLen)
		if !yield(c.members[:n:n]) {
			return
		}
		left -= n
	}
}

// All yields every member of the snapshot, group by group.
func (s *Snapshot[K, M]) All(yield func(M) bool) {
	for _, g := range s.Groups {
		for chunk := range g.Chunks {
			for _, m := range chunk {
				if !yield(m) {
					return
				}
			}
		}
	}
}
