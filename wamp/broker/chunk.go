package broker

// chunkLen bounds what a leave copies; all chunks of a group but its last hold
// exactly this many members.
const chunkLen = 256

// chunk is a run of members. Readers of a snapshot look at members up to the
// length that the snapshot knows; version is for the owner's eyes.
type chunk[M any] struct {
	// members has spare places behind the last member, which are zero. The
	// slice itself is never replaced.
	members []M
	// version of the topic in which the chunk was made: until it is published
	// the owner may write everywhere in it.
	version uint64
}

func (g *Group[K, M]) at(i int) M { return g.spine[i/chunkLen].members[i%chunkLen] }

// set overwrites the member at i.
func (g *Group[K, M]) set(i int, m M, version uint64) {
	g.own(i, version).members[i%chunkLen] = m
}

// push adds m behind the last member.
func (g *Group[K, M]) push(m M, version uint64) {
	i := g.Len()
	switch c := i / chunkLen; {
	case c == len(g.spine):
		g.spine = append(g.spine, newChunk[M](nil, version))
	case i%chunkLen == len(g.spine[c].members):
		g.replace(c, version)
	}
	g.set(i, m, version)
	g.members++
}

// pop removes the last member. Nothing that the group still holds refers to it
// afterwards, lest a topic keep sessions alive that are gone.
func (g *Group[K, M]) pop(version uint64) {
	i := g.Len() - 1
	c := i / chunkLen
	if i%chunkLen == 0 {
		g.ownSpine(c, version)
		g.spine[c] = nil
		g.spine = g.spine[:c]
		g.members = int32(i)
		return
	}
	chunk := g.own(i, version)
	var none M
	chunk.members[i%chunkLen] = none
	g.members = int32(i)
	if i%chunkLen <= len(chunk.members)/8 {
		g.replace(c, version)
	}
}

// own returns the chunk of place i after making sure that the place may be
// written.
func (g *Group[K, M]) own(i int, version uint64) *chunk[M] {
	c := g.spine[i/chunkLen]
	if i >= int(g.published) || c.version == version {
		return c
	}
	return g.replace(i/chunkLen, version)
}

// replace puts a copy of chunk c, with room for one more member, in its place.
func (g *Group[K, M]) replace(c int, version uint64) *chunk[M] {
	used := min(g.Len()-c*chunkLen, chunkLen)
	fresh := newChunk(g.spine[c].members[:used], version)
	g.ownSpine(c, version)
	g.spine[c] = fresh
	return fresh
}

// ownSpine makes sure that the spine may be written at c.
func (g *Group[K, M]) ownSpine(c int, version uint64) {
	if c*chunkLen >= int(g.published) || g.version == version {
		return
	}
	fresh := make([]*chunk[M], len(g.spine))
	copy(fresh, g.spine)
	g.spine, g.version = fresh, version
}

// newChunk returns a chunk with these members and room for at least one more,
// unless it is full: 1, 4, 16, 64 or 256 places, for most topics are small.
func newChunk[M any](members []M, version uint64) *chunk[M] {
	n := 1
	for n <= len(members) && n < chunkLen {
		n *= 4
	}
	c := &chunk[M]{members: make([]M, n), version: version}
	copy(c.members, members)
	return c
}
