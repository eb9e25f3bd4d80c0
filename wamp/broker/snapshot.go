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
//
// The owner has the same groups and copies them before it changes them. Places
// from published on were never part of a snapshot and may be written in chunks and
// spine that snapshots share; in front of it only what was made since the last
// snapshot may.
type Group[K comparable, M Member] struct {
	Key       K
	members   int32
	published int32
	spine     []*chunk[M]
	// version of the topic in which the spine was made.
	version uint64
}

// Len is the number of members.
func (g *Group[K, M]) Len() int { return int(g.members) }

// Chunks yields the members in runs of at most 256, which belong to the
// snapshot and must not be changed. The order of members means nothing. It does
// not allocate:
//
//	for chunk := range g.Chunks {
func (g Group[K, M]) Chunks(yield func([]M) bool) {
	left := g.Len()
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
