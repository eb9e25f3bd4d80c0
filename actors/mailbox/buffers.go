package mailbox

import "sync"

const (
	fewItems   = 2  // what the first buffer that is borrowed has room for
	sharedRoom = 64 // and the second one, at first
)

// Buffers are room for items that many mailboxes share: they borrow it with the
// first item, more of it when they are busy, and keep none while they are idle. All
// methods may be called concurrently. The zero value is ready.
type Buffers[T any] struct {
	full, empty sync.Pool // of *[]T
	small       sync.Pool // of *[fewItems]T
}

// few returns room for fewItems.
func (b *Buffers[T]) few() []T {
	a, _ := b.small.Get().(*[fewItems]T)
	if a == nil {
		a = new([fewItems]T)
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
	if cap(s) == fewItems {
		b.small.Put((*[fewItems]T)(s[:fewItems]))
		return
	}
	w, _ := b.empty.Get().(*[]T)
	if w == nil {
		w = new([]T)
	}
	*w = s[:0]
	b.full.Put(w)
}
