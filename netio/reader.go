package netio

import (
	"io"
)

const (
	// DefaultMaxMessage is the longest message that is accepted unless an
	// option says otherwise.
	DefaultMaxMessage = 4 << 20

	defaultChunk = 16 << 10
	largeChunk   = 64 << 10  // after a read that filled its chunk
	hugeChunk    = 256 << 10 // after a message that did not fit into a large one
	parkedChunk  = 4 << 10   // holds the first bytes of a frame while waiting for more

	minRoom    = 2 << 10 // reading into less space than this is not worth a system call
	smallRead  = 4 << 10
	smallReads = 8 // as many small reads in a row bring the chunk back to its first size
	growth     = 4 // a frame under way occupies at most this many times what was received of it
)

// ReaderOptions say what a [Reader] expects. The zero value is a server that
// reads text frames of up to 4 MiB.
type ReaderOptions struct {
	Framing Framing
	Role    Role
	// MaxMessage bounds one message in bytes, fragments added up, and a whole
	// batch where there are batches; exactly this length is accepted. Zero means [DefaultMaxMessage].
	MaxMessage int
	// ChunkSize is the space for one read; zero means 16 KiB.
	ChunkSize int
	// Rest are the bytes that came right behind the handshake
	// ([Handshake.Rest]). They are copied.
	Rest []byte
}

// Reader cuts frames out of what a connection delivers, in place. It is used
// by one goroutine:
//
//	for {
//		if err := r.Fill(); err != nil { … }
//		for {
//			frame, ok, err := r.Next()
//			if err != nil { … }
//			if !ok { break }
//			…
//		}
//	}
//
// The reader owns one reference to the chunk that it reads into, and holds it
// only while the connection is readable or a frame is incomplete: an idle
// connection costs no buffer. Memory follows what the peer sent, never what it
// announced.
type Reader struct {
	conn      Conn
	space     func() []byte // method values made once: Fill does not allocate
	park      func()
	framing   Framing
	role      Role
	fresh     bool // bytes of the handshake wait: the next Fill does not read
	small     uint8
	limit     int
	base      int // the chunk size to come back to
	size      int // of the next chunk
	chunk     *Chunk
	pos, end  int // chunk.B[pos:end] is received and not yet consumed
	need      int // whole length of the frame at pos; 0 when its header is incomplete
	err       error
	fragments fragments
	batch     batch
}

// NewReader returns a reader of c. It takes over no ownership of c.
func NewReader(c Conn, o ReaderOptions) *Reader {
	r := &Reader{conn: c, framing: o.Framing, role: o.Role, limit: o.MaxMessage, base: o.ChunkSize}
	if r.limit <= 0 {
		r.limit = DefaultMaxMessage
	}
	if r.base <= 0 {
		r.base = defaultChunk
	}
	r.size = r.base
	r.space, r.park = r.makeSpace, r.giveBack
	if len(o.Rest) > 0 {
		r.chunk, r.fresh = Take(max(len(o.Rest), r.size)), true
		r.end = copy(r.chunk.B, o.Rest)
	}
	return r
}

// SetMaxMessage changes the limit for messages whose header [Reader.Next] has
// not yet seen: small before WELCOME, larger afterwards.
func (r *Reader) SetMaxMessage(n int) { r.limit = n }

// Fill waits until bytes arrive and reads once; frames handed out before are
// no longer lent. At the end of the stream it returns io.EOF between frames and
// io.ErrUnexpectedEOF within one; else what the connection reports, for example
// a deadline that has passed, after which it may be called again. After a
// [FrameError] or a Close frame it returns that error or io.EOF and does not
// read.
func (r *Reader) Fill() error {
	if len(r.batch.rest) > 0 {
		return nil // its messages are still to be handed out
	}
	r.fragments.reclaim()
	if r.err != nil {
		return r.err
	}
	if r.fresh {
		r.fresh = false
		return nil
	}
	n, err := r.conn.ReadReady(r.space, r.park)
	if n > 0 {
		r.end += n
		r.adapt(n)
		return nil
	}
	if err == io.EOF && r.midFrame() {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Next returns the next complete frame; false means that Fill must bring more
// bytes. The error is a *[FrameError], which every later call repeats, or
// io.EOF behind a Close frame.
func (r *Reader) Next() (Frame, bool, error) {
	if r.err != nil {
		return Frame{}, false, r.err
	}
	if r.chunk == nil {
		return Frame{}, false, nil
	}
	if r.framing == RawSocket {
		return r.nextRawSocket()
	}
	if r.framing.batched() {
		return r.nextBatched()
	}
	return r.nextWebSocket()
}

// NextPlain is Next for what nearly all frames of WebSocket are: a message in one
// frame, shorter than 64 KiB. The message lives in the chunk, as [Frame] says. false
// means that Next has to be asked.
func (r *Reader) NextPlain() (message []byte, chunk *Chunk, ok bool) {
	if r.chunk == nil || r.err != nil || r.framing == RawSocket || r.framing.batched() {
		return nil, nil, false
	}
	message, ok = r.nextPlain()
	return message, r.chunk, ok
}

// Discard drops what is buffered, then reads and drops until the peer closes
// (nil), maxBytes were read ([ErrDiscardLimit]) or the deadline that the caller
// has set on the connection passes. Called after a final message and CloseWrite,
// it keeps the kernel from answering the peer's unread bytes with a reset that
// would destroy that message on its way. No frame is read afterwards.
func (r *Reader) Discard(maxBytes int) error {
	r.Close()
	return Discard(r.conn, maxBytes)
}

// Close gives the buffers back; the connection stays open. No frame is read
// afterwards.
func (r *Reader) Close() {
	if r.err == nil {
		r.err = io.EOF
	}
	r.batch = batch{}
	r.drop()
	r.fragments.drop()
}

// midFrame says whether the stream would be cut within a frame or a message.
func (r *Reader) midFrame() bool { return r.pos < r.end || r.fragments.open }

// makeSpace is called when the connection is readable: it returns where to read
// to, and finds, moves or enlarges the chunk for it.
func (r *Reader) makeSpace() []byte {
	if r.chunk == nil {
		r.move(r.size)
	}
	rest, free := r.end-r.pos, len(r.chunk.B)-r.end
	switch alone := r.chunk.Exclusive(); {
	case rest == 0 && alone && len(r.chunk.B) == r.size:
		r.pos, r.end = 0, 0
	case rest == 0 && (alone || free < minRoom):
		r.move(r.size)
	case rest == 0:
	case r.pos == 0 && free > 0 && len(r.chunk.B) >= r.size:
	case free >= minRoom && r.pos+r.need <= len(r.chunk.B) && len(r.chunk.B) >= r.size:
	default:
		r.enlarge(rest, alone)
	}
	return r.chunk.B[r.end:]
}

// enlarge makes space behind an incomplete frame: at the front of the chunk
// when nobody else looks at it and it is long enough, else in another one.
func (r *Reader) enlarge(rest int, alone bool) {
	n := max(r.size, min(max(r.need, rest+1), growth*rest))
	if alone && len(r.chunk.B) >= n {
		r.end = copy(r.chunk.B, r.chunk.B[r.pos:r.end])
		r.pos = 0
		return
	}
	r.move(n)
}

// giveBack is called when the connection is about to wait. What is left of an
// incomplete frame moves to a small chunk, so that many slow peers do not hold
// a large one each.
func (r *Reader) giveBack() {
	if r.chunk == nil {
		return
	}
	rest := r.end - r.pos
	if rest == 0 {
		r.drop()
	} else if n := max(rest+1, parkedChunk); n <= len(r.chunk.B)/growth {
		r.move(n)
	}
}

// move takes a chunk for n bytes and brings along what is not yet consumed.
func (r *Reader) move(n int) {
	c := Take(n)
	if r.chunk != nil {
		n = copy(c.B, r.chunk.B[r.pos:r.end])
		r.chunk.Release()
	} else {
		n = 0
	}
	r.chunk, r.pos, r.end = c, 0, n
}

func (r *Reader) drop() {
	if r.chunk != nil {
		r.chunk.Release()
	}
	r.chunk, r.pos, r.end, r.need = nil, 0, 0, 0
}

// adapt chooses the size of the next chunk after a read of n bytes.
func (r *Reader) adapt(n int) {
	switch {
	case r.end == len(r.chunk.B):
		r.grow(len(r.chunk.B))
	case n >= smallRead:
		r.small = 0
	case r.size > r.base:
		if r.small++; r.small >= smallReads {
			r.size, r.small = r.base, 0
		}
	}
}

// grow makes the next chunk larger than one that a read has filled: what a peer
// sends at once shall be one read, one batch and one write for each receiver.
func (r *Reader) grow(filled int) {
	next := largeChunk
	if filled >= largeChunk {
		next = hugeChunk
	}
	r.size, r.small = max(r.size, next), 0
}

// take consumes a frame whose data begins after header bytes at pos.
func (r *Reader) take(header, n int) []byte {
	from, to := r.pos+header, r.pos+header+n
	r.pos, r.need = to, 0
	if n > largeChunk-minRoom {
		r.size, r.small = max(r.size, hugeChunk), 0
	}
	return r.chunk.B[from:to:to]
}

func (r *Reader) fail(err error) (Frame, bool, error) {
	r.err, r.batch = err, batch{}
	return Frame{}, false, err
}
