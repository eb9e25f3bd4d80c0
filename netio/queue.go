package netio

import "sync"

const backlogChunk = 64 << 10

// entry is a span that waits. Its messages count as written with its last byte.
type entry struct {
	Span
	messages int
	private  bool // only this queue holds the chunk, the space behind Bytes is free
	head     bool // the header of a batch
	alone    bool // on its way in: a frame that is no part of a batch
}

// queue holds the spans of an [Outbox], guarded by its mutex. An empty one
// holds no memory besides its first entries.
type queue struct {
	entries  []entry
	head     int
	bytes    int
	messages int

	first   [2]entry
	spill   *spill
	batches *batches // nil unless elements are to be put into batches
}

// spill is a longer list of entries, shared by all queues.
type spill struct{ entries []entry }

const (
	spillEntries = 64
	spillKept    = 1024 // longer lists are left to the collector
)

var spills = sync.Pool{New: func() any { return &spill{make([]entry, 0, spillEntries)} }}

func (q *queue) waiting() []entry { return q.entries[q.head:] }

func (q *queue) last() *entry {
	if q.head == len(q.entries) {
		return nil
	}
	return &q.entries[len(q.entries)-1]
}

// enter tells the batches, if there are any, what comes next.
func (q *queue) enter(e entry) {
	switch {
	case q.batches == nil:
	case e.alone:
		q.batches.seal(q)
	default:
		q.batches.enter(q, e.Span)
	}
}

// push adds a shared span, as a part of the last one where it continues it.
func (q *queue) push(s Span, messages int) {
	q.bytes += len(s.Bytes)
	q.messages += messages
	if l := q.last(); l != nil && continues(l.Span, s) {
		l.Bytes = l.Bytes[:len(l.Bytes)+len(s.Bytes)]
		l.messages += messages
		s.Chunk.Release()
		return
	}
	q.add(entry{Span: s, messages: messages})
}

func continues(a, b Span) bool {
	if a.Chunk == nil || a.Chunk != b.Chunk || len(b.Bytes) == 0 {
		return false
	}
	n := len(a.Bytes)
	return n+len(b.Bytes) <= cap(a.Bytes) && &a.Bytes[: n+1 : n+1][n] == &b.Bytes[0]
}

// keep adds a span that will be held for long: its bytes are copied, unless
// nobody else holds the chunk and they are most of it.
func (q *queue) keep(s Span, messages int) {
	q.bytes += len(s.Bytes)
	q.messages += messages
	if s.Chunk != nil && s.Chunk.Exclusive() && 2*len(s.Bytes) >= cap(s.Chunk.B) {
		q.add(entry{Span: s, messages: messages, private: true})
		return
	}
	for rest := s.Bytes; len(rest) > 0; {
		l := q.lastWithSpace()
		n := min(len(rest), cap(l.Bytes)-len(l.Bytes))
		l.Bytes = append(l.Bytes, rest[:n]...)
		rest = rest[n:]
	}
	q.last().messages += messages
	s.release()
}

func (q *queue) lastWithSpace() *entry {
	if l := q.last(); l != nil && l.private && len(l.Bytes) < cap(l.Bytes) {
		return l
	}
	q.add(entry{Span: q.space(), private: true})
	return q.last()
}

// space is where the next private bytes go: behind those that stand before the
// header of a batch, or into a new chunk. So many short batches need no more
// chunks than one long run.
func (q *queue) space() Span {
	if w := q.waiting(); len(w) > 1 && w[len(w)-1].head {
		if e := &w[len(w)-2]; e.private && len(e.Bytes) < cap(e.Bytes) {
			n := len(e.Bytes)
			free := e.Bytes[n:n:cap(e.Bytes)]
			e.Bytes = e.Bytes[:n:n]
			e.Chunk.Retain(1)
			return Span{Chunk: e.Chunk, Bytes: free}
		}
	}
	c := Take(backlogChunk)
	return Span{Chunk: c, Bytes: c.B[:0]}
}

// privatize keeps everything that is shared.
func (q *queue) privatize() {
	shared := append([]entry(nil), q.waiting()...)
	q.reset()
	for _, e := range shared {
		q.uncount(e)
		q.keep(e.Span, e.messages)
	}
}

func (q *queue) add(e entry) {
	if len(q.entries) == cap(q.entries) {
		q.makeSpace()
	}
	q.entries = append(q.entries, e)
}

func (q *queue) makeSpace() {
	switch {
	case q.entries == nil:
		q.entries = q.first[:0]
	case q.head > 0:
		n := copy(q.entries, q.waiting())
		clear(q.entries[n:])
		q.entries, q.head = q.entries[:n], 0
	case q.spill == nil:
		q.spill = spills.Get().(*spill)
		q.entries = append(q.spill.entries, q.entries...)
		clear(q.first[:])
	}
}

// uncount never sets anything to zero, so that a wrong count shows.
func (q *queue) uncount(e entry) {
	q.bytes -= len(e.Bytes)
	q.messages -= e.messages
}

// advance takes n written bytes out.
func (q *queue) advance(n int) {
	q.bytes -= n
	for q.head < len(q.entries) {
		e := &q.entries[q.head]
		if n < len(e.Bytes) {
			e.Bytes = e.Bytes[n:]
			return
		}
		n -= len(e.Bytes)
		q.messages -= e.messages
		e.release()
		*e = entry{}
		q.head++
	}
	q.reset()
}

// drop takes everything out.
func (q *queue) drop() {
	for _, e := range q.waiting() {
		q.uncount(e)
		e.release()
	}
	q.reset()
}

// reset forgets the entries, whose references are somebody else's by now.
func (q *queue) reset() {
	clear(q.entries)
	if q.spill != nil && cap(q.entries) <= spillKept {
		q.spill.entries = q.entries[:0]
		spills.Put(q.spill)
	}
	q.spill, q.entries, q.head = nil, nil, 0
	if q.batches != nil {
		q.batches.forget()
	}
}
