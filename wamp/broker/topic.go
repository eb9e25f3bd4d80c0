package broker

// Slot is where a member stands in its topic. Embed it in the type that M
// points to; the zero value is no member. It is read and written by the
// topic's owner only, and a member is in one topic at a time.
type Slot struct {
	group uint32
	// index is the position in the group plus one.
	index uint32
}

func (s *Slot) slot() *Slot { return s }

// Member is what a topic can hold: a pointer to a struct that embeds [Slot].
type Member interface {
	comparable
	slot() *Slot
}

// Topic is the members of one subscription, grouped by K: members of one group
// get the same bytes (serializer, framing, receive limit). The zero value is a
// topic without members.
//
// It is state of one owner. What is shared are its snapshots: an entry that a
// snapshot shows is never overwritten, a chunk of at most 256 entries is copied
// instead, at most once between two snapshots. Groups are few, they are looked
// up one by one. Every operation is complete or has not happened.
type Topic[K comparable, M Member] struct {
	groups   []group[K, M]
	members  int
	version  uint64
	snapshot *Snapshot[K, M]
}

// Len is the number of members.
func (t *Topic[K, M]) Len() int { return t.members }

// Version is the version that the next changed snapshot will have: whoever
// joins now is in every snapshot from this version on, until it leaves.
func (t *Topic[K, M]) Version() uint64 { return t.version + 1 }

// Has says whether m is a member.
func (t *Topic[K, M]) Has(m M) bool {
	at := m.slot()
	if at.index == 0 || int(at.group) >= len(t.groups) {
		return false
	}
	g := &t.groups[at.group]
	return int(at.index) <= g.members && g.at(int(at.index)-1) == m
}

// Join adds m to the group of this key. It returns false and changes nothing
// if m is a member of this or another topic.
func (t *Topic[K, M]) Join(key K, m M) bool {
	slot := m.slot()
	if slot.index != 0 {
		return false
	}
	i := t.group(key)
	g := &t.groups[i]
	g.push(m, t.Version())
	*slot = Slot{group: uint32(i), index: uint32(g.members)}
	t.members++
	t.snapshot = nil
	return true
}

// Leave removes m; the last member of its group takes its place. It returns
// false if m is not a member.
func (t *Topic[K, M]) Leave(m M) bool {
	if !t.Has(m) {
		return false
	}
	slot := m.slot()
	g := &t.groups[slot.group]
	if last := g.at(g.members - 1); last != m {
		g.set(int(slot.index)-1, last, t.Version())
		*last.slot() = *slot
	}
	g.pop(t.Version())
	*slot = Slot{}
	t.members--
	t.snapshot = nil
	return true
}

// Snapshot returns the members as they are now. It costs one entry per group,
// and nothing if no member came or left since the last one.
func (t *Topic[K, M]) Snapshot() *Snapshot[K, M] {
	if t.snapshot != nil {
		return t.snapshot
	}
	s := &Snapshot[K, M]{Version: t.Version(), Len: t.members, Groups: make([]Group[K, M], 0, len(t.groups))}
	for i := range t.groups {
		if g := &t.groups[i]; g.members > 0 {
			s.Groups = append(s.Groups, Group[K, M]{Key: g.key, Len: g.members, spine: g.spine})
			g.published = g.members
		}
	}
	t.version++
	t.snapshot = s
	return s
}

// group returns the index of the group with this key. A group that ran empty
// is used again, so that the positions of the others stay.
func (t *Topic[K, M]) group(key K) int {
	free := len(t.groups)
	for i := range t.groups {
		switch g := &t.groups[i]; {
		case g.members == 0:
			free = min(free, i)
		case g.key == key:
			return i
		}
	}
	fresh := group[K, M]{key: key}
	if free == len(t.groups) {
		t.groups = append(t.groups, fresh)
	} else {
		t.groups[free] = fresh
	}
	return free
}
