package mailbox

import "sync"

const (
	ownRoom    = 2  // items that an idle mailbox keeps room for
	sharedRoom = 64 // items that a borrowed buffer has room for at first
)

// Buffers are room for items that many mailboxes share: one with few items uses
// its own, a busy one borrows, and an idle one keeps next to nothing. All
// methods may be called concurrently. The zero value is ready.
type Buffers[T any] struct {
	full, empty sync.Pool // of *[]T
	small       sync.Pool // of *[ownRoom]T
}

// few returns room for as many items as an idle mailbox keeps room for.
func (b *Buffers[T]) few() []T {
	a, _ := b.small.Get().(*[ownRoom]T)
	if a == nil {
		a = new([ownRoom]T)
	}
	return a[:0]
}

// grow returns the items of s in a buffer with room for more.
func (b *Buffers[T]) grow(s []T) []T {
	if len(s) >= sharedRoom {
		return s // append doubles it
	}
	w, _ := b.full.Get().(*[]T)
	if w == nil {
		return append(make([]T, 0, sharedRoom), s...)
	}
	room := append(*w, s...)
	*w = nil
	b.empty.Put(w)
	return room
}

// give takes a buffer back, whose items have been cleared.
func (b *Buffers[T]) give(s []T) {
	if cap(s) == ownRoom {
		b.small.Put((*[ownRoom]T)(s[:ownRoom]))
		return
	}
	w, _ := b.empty.Get().(*[]T)
	if w == nil {
		w = new([]T)
	}
	*w = s[:0]
	b.full.Put(w)
}
