package netio

import "github.com/gobwas/ws"

// maxEmptyFragments bounds continuation frames without payload in one message; the number
// of others is bounded by the size of the message alone.
const maxEmptyFragments = 1024

// fragments joins the fragments of WebSocket messages (RFC 6455, 5.4). Messages
// are laid one behind the other into a chunk of their own, so that a peer who
// sends many small ones in one read cannot make us take a chunk for each. That
// chunk grows with what was received.
type fragments struct {
	chunk      *Chunk
	start, end int      // chunk.B[start:end] is the message so far
	full       []*Chunk // earlier chunks with messages that are still lent
	empty      int      // continuation frames without payload in this message
	open       bool     // between the first and the last fragment
	last       bool     // the fragment under way is the last one
	left       int      // payload of the fragment under way that is not yet here
	offset     int      // payload of it that is, for the mask
	masked     bool
	mask       [4]byte
}

// begin starts a fragment whose header was checked. False means that there
// were too many empty ones.
func (f *fragments) begin(h ws.Header) bool {
	if !f.open {
		f.open, f.start, f.empty = true, f.end, 0
	} else if h.Length == 0 {
		f.empty++
	}
	f.last, f.left, f.offset, f.masked, f.mask = h.Fin, int(h.Length), 0, h.Masked, h.Mask
	f.reserve(0)
	return f.empty <= maxEmptyFragments
}

// pull moves what is here of the fragment under way behind the message so far.
func (r *Reader) pull() {
	f := &r.fragments
	b := r.chunk.B[r.pos:min(r.end, r.pos+f.left)]
	f.reserve(len(b))
	dst := f.chunk.B[f.end : f.end+copy(f.chunk.B[f.end:], b)]
	if f.masked {
		ws.Cipher(dst, f.mask, f.offset)
	}
	f.end += len(b)
	f.offset += len(b)
	f.left -= len(b)
	r.pos += len(b)
}

// reserve makes room for n more bytes. A chunk that also holds finished
// messages is kept until they are no longer lent.
func (f *fragments) reserve(n int) {
	if f.chunk != nil && len(f.chunk.B)-f.end >= n {
		return
	}
	c := Take(max(parkedChunk, 2*(f.size()+n)))
	size := 0
	if f.chunk != nil {
		size = copy(c.B, f.chunk.B[f.start:f.end])
		f.retire()
	}
	f.chunk, f.start, f.end = c, 0, size
}

func (f *fragments) retire() {
	if f.start > 0 {
		f.full = append(f.full, f.chunk)
		return
	}
	f.chunk.Release()
}

// size is the length of the message so far.
func (f *fragments) size() int {
	if !f.open {
		return 0
	}
	return f.end - f.start
}

func (f *fragments) complete() bool { return f.open && f.last && f.left == 0 }

// finish hands out the message, which is lent until reclaim.
func (f *fragments) finish() ([]byte, *Chunk) {
	f.open = false
	return f.chunk.B[f.start:f.end:f.end], f.chunk
}

// reclaim ends the loan of finished messages. Only a message under way keeps
// its chunk.
func (f *fragments) reclaim() {
	for i, c := range f.full {
		c.Release()
		f.full[i] = nil
	}
	f.full = f.full[:0]
	if f.chunk != nil && !f.open {
		f.chunk.Release()
		f.chunk, f.start, f.end = nil, 0, 0
	}
}

// drop gives up a message under way, too.
func (f *fragments) drop() {
	f.open, f.left = false, 0
	f.reclaim()
}
