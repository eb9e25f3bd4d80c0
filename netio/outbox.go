package netio

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// What [Outbox.Append] refuses with.
var (
	ErrFull   = errors.New("netio: outbox is full")
	ErrClosed = errors.New("netio: outbox is closed")
)

// Defaults of [Limits].
const (
	DefaultOutboxBytes    = 16 << 20
	DefaultOutboxMessages = 65536
)

// Span is a run of bytes that shall be sent. With a Chunk, Bytes lie in it and
// the span owns one reference; without one, Bytes never change.
type Span struct {
	Chunk *Chunk
	Bytes []byte
}

func (s Span) release() {
	if s.Chunk != nil {
		s.Chunk.Release()
	}
}

// Limits bound what an outbox holds: bytes, and messages as counted by those
// who append. Zero means the default.
type Limits struct {
	Bytes    int
	Messages int
}

// OutboxStats says what went through an outbox. Messages divided by Writes are
// the deliveries per system call.
type OutboxStats struct {
	Spans, Messages, Bytes uint64 // accepted by Append; headers of batches are not among them
	Writes                 uint64 // tries to write, successful or not

	BacklogBytes    int // accepted and not yet written
	BacklogMessages int
	// LostMessages were accepted and not yet written, at least not wholly, when the
	// outbox was closed.
	LostMessages int
	// StalledSince is when the peer took the last bytes while there were more
	// for it, or when it took none at first. It is zero unless the outbox waits
	// for the peer.
	StalledSince time.Time
}

// phase only grows.
type phase uint8

const (
	open   phase = iota
	ending       // CloseAfterFlush: the queue is written, nothing is added
	closed
)

// Outbox holds what one connection has to send, in the order of the appends.
// It is safe for concurrent use and never waits for the peer: the mutex is held
// for appends and for writes that do not block. While the peer takes nothing
// more, what is left stays in private copies, so that no shared chunk is kept,
// and one goroutine waits until it can go on; it starts with the first write
// that comes out short and ends when everything is written, with an error, or
// with Close.
type Outbox struct {
	conn    Conn
	limits  Limits
	onError func(error)

	mu      sync.Mutex
	phase   phase
	blocked bool  // resume runs, and only resume writes
	err     error // what Flush returns when closed
	queue   queue
	stats   OutboxStats
	single  [1][]byte
}

// NewOutbox makes the outbox of a connection, whose only writer it is from then
// on. The connection is not closed by it. onError (may be nil) is called at
// most once, when a write fails or panics; the outbox is closed then. It is
// called without a lock by the goroutine that found out, and shall not wait.
func NewOutbox(c Conn, l Limits, onError func(error)) *Outbox {
	if l.Bytes <= 0 {
		l.Bytes = DefaultOutboxBytes
	}
	if l.Messages <= 0 {
		l.Messages = DefaultOutboxMessages
	}
	return &Outbox{conn: c, limits: l, onError: onError}
}

// Batch makes the outbox put what is appended into batches, if f has any, for a
// peer that accepts messages of maxSend bytes. It is called before the first
// Append, whose spans are elements from then on: messages between
// [AppendElementHeader] and [AppendTrailer]. A batch ends before [BatchLimit],
// and with each write; what one span has is never divided.
func (o *Outbox) Batch(f Framing, maxSend int) {
	if f.batched() {
		o.queue.batches = &batches{op: f.opCode(), limit: BatchLimit(f, maxSend), room: longHeader}
	}
}

// BatchMasked is [Outbox.Batch] for a client, whose batches are masked when they
// end, where they lie: a span then is the outbox's alone, and has a chunk that
// nobody else holds. Its elements are made with [AppendMaskedElementHeader].
func (o *Outbox) BatchMasked(f Framing, maxSend int) {
	o.Batch(f, maxSend)
	if b := o.queue.batches; b != nil {
		b.masked, b.room = maskBit, longMasked
	}
}

// Append queues a span with this many messages; [Outbox.Flush] sends it. One
// reference to the chunk is taken over in any case, also with an error. A span
// is admitted, whatever its size, as long as what waits before it is below both
// limits; otherwise the error is [ErrFull]. After Close, CloseAfterFlush or a
// failed write it is [ErrClosed].
func (o *Outbox) Append(s Span, messages int) error {
	return o.append(entry{Span: s, messages: messages})
}

// AppendControl queues a control frame, as Append does, which goes between
// batches. The bytes never change.
func (o *Outbox) AppendControl(frame []byte) error {
	return o.AppendFrame(Span{Bytes: frame})
}

// AppendFrame queues a span that is a whole frame already, as Append does; it goes
// between batches, as it is.
func (o *Outbox) AppendFrame(s Span) error {
	return o.append(entry{Span: s, messages: 1, alone: true})
}

func (o *Outbox) append(e entry) error {
	failure, err := o.admit(e)
	if err != nil {
		e.release()
	}
	o.report(failure)
	return err
}

func (o *Outbox) admit(e entry) (failure, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.full() && o.phase == open && !o.blocked { // nobody has flushed for long: is the peer slow at all?
		failure = o.write()
	}
	switch {
	case o.phase != open:
		return failure, ErrClosed
	case o.full():
		return nil, ErrFull
	}
	o.take(e)
	return nil, nil
}

func (o *Outbox) take(e entry) {
	o.stats.Spans++
	o.stats.Messages += uint64(e.messages)
	o.stats.Bytes += uint64(len(e.Bytes))
	if len(e.Bytes) == 0 {
		e.release()
		return
	}
	o.queue.enter(e)
	if o.blocked {
		o.queue.keep(e.Span, e.messages)
		return
	}
	o.queue.push(e.Span, e.messages)
}

func (o *Outbox) full() bool {
	return o.queue.bytes >= o.limits.Bytes || o.queue.messages >= o.limits.Messages
}

// Flush writes what is queued as far as the peer takes it; the outbox sends the
// rest by itself. The error is what made a write fail, or [ErrClosed] after
// Close.
func (o *Outbox) Flush() error {
	failure, err := o.flush()
	o.report(failure)
	return err
}

func (o *Outbox) flush() (failure, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.phase != closed && !o.blocked {
		failure = o.write()
	}
	return failure, o.err
}

// Lagging says that the peer does not keep up: what it has not taken uses up half
// of a limit. What was merely not flushed yet is sent first.
func (o *Outbox) Lagging() bool {
	lagging, failure := o.lagging()
	o.report(failure)
	return lagging
}

func (o *Outbox) lagging() (lagging bool, failure error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.halfFull() && o.phase == open && !o.blocked {
		failure = o.write()
	}
	return o.halfFull(), failure
}

func (o *Outbox) halfFull() bool {
	return o.queue.bytes >= o.limits.Bytes/2 || o.queue.messages >= o.limits.Messages/2
}

// Stats returns counters and gauges of this moment.
func (o *Outbox) Stats() OutboxStats {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.stats
	s.BacklogBytes, s.BacklogMessages = o.queue.bytes, o.queue.messages
	return s
}

// CloseAfterFlush refuses further appends, sends what is queued and then ends
// the connection's writes ([Conn.CloseWrite]). It does not wait for that.
func (o *Outbox) CloseAfterFlush() { o.report(o.end()) }

func (o *Outbox) end() (failure error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.phase != open {
		return nil
	}
	o.phase = ending
	if o.blocked {
		return nil
	}
	return o.write()
}

// Close drops what is queued. It never waits, not even for the goroutine that
// it ends. The connection can be read from afterwards, and is its owner's to
// close.
func (o *Outbox) Close() {
	if o.shut() {
		// An error means that the connection is closed, which ends the wait too.
		_ = o.conn.SetWriteDeadline(longAgo)
	}
}

var longAgo = time.Unix(1, 0)

// shut says whether somebody is waiting for the peer.
func (o *Outbox) shut() (waiting bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.phase == closed {
		return false
	}
	waiting = o.blocked
	o.enterClosed(ErrClosed)
	return waiting
}

// enterClosed releases everything.
func (o *Outbox) enterClosed(err error) {
	o.phase, o.err = closed, err
	o.blocked, o.stats.StalledSince = false, time.Time{}
	o.stats.LostMessages += o.queue.messages
	o.queue.drop()
}

// fail closes the outbox because of err and returns what is to be reported:
// nothing when it was closed already. It is called with the lock held.
func (o *Outbox) fail(err error) error {
	if o.phase == closed {
		return nil
	}
	err = fmt.Errorf("netio: write: %w", err)
	o.enterClosed(err)
	return err
}

// report is called without the lock.
func (o *Outbox) report(failure error) {
	if failure != nil && o.onError != nil {
		o.onError(failure)
	}
}
