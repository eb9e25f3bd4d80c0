package netio

import "github.com/gobwas/ws"

const (
	shortHeader = 4  // of a frame with up to 65,535 bytes
	longHeader  = 10 // of any frame
	longMasked  = longHeader + maskSize

	// batchBytes is the payload of a batch of several messages, at most: a peer
	// shall not have to wait for more before it sees the first of them, and a
	// batch with its header is one joined write.
	batchBytes = joinBytes - shortHeader
)

// BatchLimit is how many bytes of elements (see [AppendElementHeader]) are joined
// at most for a peer that accepts messages of maxSend bytes. One that is longer
// stands alone. Without batches there is no limit.
func BatchLimit(f Framing, maxSend int) int {
	if !f.batched() {
		return NoLimit
	}
	return min(maxSend, batchBytes)
}

// batches puts the spans of elements that an [Outbox] is given into WebSocket
// messages (advanced profile, "Message Batching"). The header of a batch is an
// entry of the queue like any other; it stays empty until the batch is sealed,
// which it is before anything of it is written.
type batches struct {
	op     ws.OpCode
	masked byte // maskBit if they are a client's
	room   int  // for each header
	limit  int
	size   int // payload of the batch that is open; 0 when none is
	at     int // where the entry of its header is among those that wait

	// heads is where headers lie; the first one since the queue was empty has a
	// place of its own, for it is mostly the only one.
	first [longMasked]byte
	heads *Chunk
	used  int
}

// enter makes room for a span in the batch that is open, or opens one.
func (b *batches) enter(q *queue, s Span) {
	if b.size > 0 && b.size+len(s.Bytes) > b.limit {
		b.seal(q)
	}
	if b.size == 0 {
		b.at = len(q.waiting())
		q.add(entry{Span: b.head(), head: true})
	}
	b.size += len(s.Bytes)
}

// head returns the place of a header, without bytes so far.
func (b *batches) head() Span {
	from := b.used
	b.used += b.room
	if from == 0 {
		return Span{Bytes: b.first[:0]}
	}
	if b.heads == nil || b.used > len(b.heads.B) {
		b.giveBack()
		b.heads, from, b.used = Take(parkedChunk), 0, b.room
	}
	b.heads.Retain(1)
	return Span{Chunk: b.heads, Bytes: b.heads.B[from:from:b.used]}
}

// seal ends the batch that is open: its length is known.
func (b *batches) seal(q *queue) {
	if b.size == 0 {
		return
	}
	batch := q.waiting()[b.at:]
	e := &batch[0]
	e.Bytes = appendWebSocketHeader(e.Bytes, b.op, b.masked, b.size)
	if b.masked != 0 {
		e.Bytes = cipher(e.Bytes, batch[1:])
	}
	together(batch)
	q.bytes += len(e.Bytes)
	b.size = 0
}

// together makes the messages of a batch count as written with its last byte: a
// peer sees none of them before.
func together(batch []entry) {
	last := &batch[len(batch)-1]
	for i := range batch[:len(batch)-1] {
		last.messages += batch[i].messages
		batch[i].messages = 0
	}
}

// cipher appends a mask to the header of a batch, and masks the rest of it.
func cipher(header []byte, rest []entry) []byte {
	mask, at := NewMask(), 0
	for _, e := range rest {
		ws.Cipher(e.Bytes, mask, at)
		at += len(e.Bytes)
	}
	return append(header, mask[:]...)
}

// forget is for an empty queue: no header is in use any more.
func (b *batches) forget() {
	b.giveBack()
	b.size, b.used = 0, 0
}

func (b *batches) giveBack() {
	if b.heads != nil {
		b.heads.Release()
		b.heads = nil
	}
}
