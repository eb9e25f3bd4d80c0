package broker

import "slices"

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
	groups   []Group[K, M]
	version  uint64
	snapshot *Snapshot[K, M]
}

// Len is the number of members.
func (t *Topic[K, M]) Len() int {
	n := 0
	for i := range t.groups {
		n += t.groups[i].Len()
	}
	return n
}

// Untouched says whether nobody has ever joined.
func (t *Topic[K, M]) Untouched() bool { return t.groups == nil }

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
	return int(at.index) <= g.Len() && g.at(int(at.index)-1) == m
}

// Join adds m to the group of this key. It returns false and changes nothing
// if m is a member of this or another topic.
func (t *Topic[K, M]) Join(key K, m M) bool {
	slot := m.slot()
	if slot.index != 0 {
		return false
	}
	t.touch()
	i := t.group(key)
	g := &t.groups[i]
	g.push(m, t.Version())
	*slot = Slot{group: uint32(i), index: uint32(g.Len())}
	return true
}

// Leave removes m; the last member of its group takes its place. It returns
// false if m is not a member.
func (t *Topic[K, M]) Leave(m M) bool {
	if !t.Has(m) {
		return false
	}
	t.touch()
	slot := m.slot()
	g := &t.groups[slot.group]
	if last := g.at(g.Len() - 1); last != m {
		g.set(int(slot.index)-1, last, t.Version())
		*last.slot() = *slot
	}
	g.pop(t.Version())
	*slot = Slot{}
	return true
}

// touch begins a change: what the last snapshot shows stays as it is.
func (t *Topic[K, M]) touch() {
	if t.snapshot != nil && len(t.snapshot.Groups) == len(t.groups) {
		t.groups = slices.Clone(t.groups)
	}
	t.snapshot = nil
}

// Snapshot returns the members as they are now. It costs next to nothing, and the
// next change one entry per group.
func (t *Topic[K, M]) Snapshot() *Snapshot[K, M] {
	if t.snapshot != nil {
		return t.snapshot
	}
	empty := false
	for i := range t.groups {
		g := &t.groups[i]
		g.published = g.members
		empty = empty || g.members == 0
	}
	s := &Snapshot[K, M]{Version: t.Version(), Len: t.Len(), Groups: t.groups}
	if empty {
		s.Groups = slices.DeleteFunc(slices.Clone(t.groups), func(g Group[K, M]) bool { return g.members == 0 })
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
		case g.Key == key:
			return i
		}
	}
	fresh := Group[K, M]{Key: key}
	if free == len(t.groups) {
		t.groups = append(t.groups, fresh)
	} else {
		t.groups[free] = fresh
	}
	return free
}
