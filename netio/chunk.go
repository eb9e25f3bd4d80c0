package netio

import (
	"sync"
	"sync/atomic"
)

// classes are the sizes in bytes that are pooled; what is larger belongs to
// the collector.
var classes = [...]int{4 << 10, 16 << 10, 64 << 10, 256 << 10}

const unpooled = -1

var pools [len(classes)]sync.Pool

// live counts chunks that are held by somebody. It is nil outside of tests.
var live *atomic.Int64

// Chunk is a pooled run of bytes with a count of references. Whoever calls
// [Take] or [Copy] owns one reference; whoever passes bytes of the chunk on
// passes a reference with them. The last [Chunk.Release] returns the bytes to
// the pool, so nobody may look at B or at a slice of it afterwards.
//
// Counting is safe for concurrent use. The bytes are not: write only what
// nobody else has been given.
type Chunk struct {
	// B is the space. Its end may be moved, never its start; the last Release
	// restores its length.
	B []byte

	refs  atomic.Int32
	class int8
}

// Take returns a chunk with at least n bytes in B and one reference. The bytes
// have any value.
func Take(n int) *Chunk {
	c := pick(n)
	c.refs.Store(1)
	if live != nil {
		live.Add(1)
	}
	return c
}

// Copy returns a chunk whose B is a copy of b, with one reference.
func Copy(b []byte) *Chunk {
	c := Take(len(b))
	c.B = c.B[:copy(c.B, b)]
	return c
}

func pick(n int) *Chunk {
	for class, size := range classes {
		if n > size {
			continue
		}
		if c, ok := pools[class].Get().(*Chunk); ok {
			return c
		}
		return &Chunk{B: make([]byte, size), class: int8(class)}
	}
	return &Chunk{B: make([]byte, n), class: unpooled}
}

// Retain adds n references. The caller holds one already.
func (c *Chunk) Retain(n int) {
	if c.refs.Add(int32(n)) <= int32(n) {
		panic("netio: a released chunk is retained")
	}
}

// Release gives one reference back.
func (c *Chunk) Release() { c.ReleaseN(1) }

// ReleaseN gives n references back. It panics when more are given back than
// were taken: the bytes may belong to somebody else by then.
func (c *Chunk) ReleaseN(n int) {
	switch refs := c.refs.Add(int32(-n)); {
	case refs < 0:
		panic("netio: a chunk is released more often than retained")
	case refs == 0 && n > 0:
		c.recycle()
	}
}

func (c *Chunk) recycle() {
	c.B = c.B[:cap(c.B)]
	poison(c.B)
	if live != nil {
		live.Add(-1)
	}
	if c.class != unpooled {
		pools[c.class].Put(c)
	}
}

// Exclusive says whether the caller, who holds a reference, is the only one:
// then it may overwrite the bytes.
func (c *Chunk) Exclusive() bool { return c.refs.Load() == 1 }
