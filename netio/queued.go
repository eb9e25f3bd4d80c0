package netio

import (
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"sync"
)

const (
	queuedBytes = 64 << 10 // what TryWrite takes while the writer is busy
	peekBytes   = 1 << 10  // held per connection to wait for something to read
)

// queued is a [Conn] over a [net.Conn] that cannot be written to without
// waiting, such as a [crypto/tls.Conn]: TryWrite fills a buffer, a goroutine
// writes it. It starts with the first TryWrite, CloseWrite or Close and ends with
// Close, with the end of the writes, or with the first write that fails.
// That failure stays: later writes return it as well.
type queued struct {
	net.Conn

	mu      sync.Mutex
	changed sync.Cond
	started bool
	away    bool // the writer waits for a write, or has ended
	closed  bool
	ended   bool // CloseWrite was called
	err     error
	pending *Chunk // filled by TryWrite, taken by the writer
	filled  int

	// Of the goroutine that reads.
	peek       []byte
	peeked     []byte
	moreLikely bool
}

// NewQueued makes a [Conn] of any connection, with one goroutine that writes.
// Close drops what that goroutine has not written yet; CloseWrite comes behind
// it. A connection that cannot be closed in one direction is closed in both.
// The connection belongs to the Conn from then on.
func NewQueued(c net.Conn) Conn {
	q := &queued{Conn: c}
	q.changed.L = &q.mu
	return q
}

// Read implements [net.Conn].
func (q *queued) Read(b []byte) (int, error) {
	if len(q.peeked) == 0 {
		return q.Conn.Read(b)
	}
	n := copy(b, q.peeked)
	q.peeked = q.peeked[n:]
	return n, nil
}

// ReadReady implements [Conn]. Readiness cannot be asked for, so it waits with
// a small buffer of its own, and asks for space when that was not enough.
func (q *queued) ReadReady(buf func() []byte, idle func()) (int, error) {
	if len(q.peeked) == 0 && !q.moreLikely {
		idle()
		if q.peek == nil {
			q.peek = make([]byte, peekBytes)
		}
		n, err := q.Conn.Read(q.peek)
		if n == 0 {
			return 0, err
		}
		q.peeked, q.moreLikely = q.peek[:n], n == len(q.peek)
	}
	b := buf()
	if len(b) == 0 {
		return 0, errNoSpace
	}
	if len(q.peeked) > 0 {
		return q.Read(b)
	}
	n, err := q.Conn.Read(b)
	q.moreLikely = n == len(b)
	return n, err
}

// Write implements [net.Conn]. It goes behind what TryWrite took.
func (q *queued) Write(b []byte) (int, error) {
	q.mu.Lock()
	direct := !q.started
	q.mu.Unlock()
	if direct {
		return q.Conn.Write(b)
	}
	return writeWaiting(b, func(b []byte) (int, error) { return q.TryWrite([][]byte{b}) }, q.WaitWritable)
}

// TryWrite implements [Conn].
func (q *queued) TryWrite(bufs [][]byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.writeState(); err != nil {
		return 0, err
	}
	if q.pending == nil {
		q.pending, q.filled = Take(queuedBytes), 0
	}
	before := q.filled
	for _, b := range bufs[:min(len(bufs), MaxBuffers)] {
		n := copy(q.pending.B[q.filled:], b)
		q.filled += n
		if n < len(b) {
			break
		}
	}
	q.start()
	q.changed.Broadcast()
	return q.filled - before, nil
}

func (q *queued) writeState() error {
	switch {
	case q.closed:
		return net.ErrClosed
	case q.err != nil:
		return q.err
	case q.ended:
		return net.ErrClosed
	}
	return nil
}

// WaitWritable implements [Conn].
func (q *queued) WaitWritable() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if err := q.writeState(); err != nil {
			return err
		}
		if q.pending == nil || q.filled < len(q.pending.B) {
			return nil
		}
		q.changed.Wait()
	}
}

// CloseWrite implements [Conn].
func (q *queued) CloseWrite() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return net.ErrClosed
	}
	q.ended = true
	q.start()
	q.changed.Broadcast()
	return q.err
}

// Close implements [net.Conn]. The writer closes the connection below, which may
// wait for the peer to hear of it, as TLS does. A write that waits is ended at once.
func (q *queued) Close() error {
	q.mu.Lock()
	q.closed = true
	q.drop()
	q.start()
	q.changed.Broadcast()
	away := q.away
	q.mu.Unlock()
	if away {
		return q.Conn.Close()
	}
	return nil
}

func (q *queued) drop() {
	if q.pending != nil {
		q.pending.Release()
		q.pending = nil
	}
}

// start is called with the lock held.
func (q *queued) start() {
	if !q.started {
		q.started = true
		go q.writer()
	}
}

func (q *queued) writer() {
	err := guarded(q.writeAll)
	q.mu.Lock()
	q.err = err
	q.away = true
	q.drop()
	q.changed.Broadcast()
	closed := q.closed
	q.mu.Unlock()
	if closed {
		_ = guarded(q.Conn.Close)
	}
}

// guarded makes a panic an error.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("netio: panic in the writer of a connection: %v\n%s", r, debug.Stack())
		}
	}()
	return f()
}

// writeAll writes until the connection is closed, which is no error.
func (q *queued) writeAll() error {
	for {
		chunk, n, state := q.next()
		if state != nil {
			return q.finish(state)
		}
		_, err := q.Conn.Write(chunk.B[:n])
		chunk.Release()
		if err != nil {
			return err
		}
	}
}

var errWritesEnded = errors.New("netio: no more writes")

// next waits for bytes; the caller owns the chunk.
func (q *queued) next() (*Chunk, int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.away = false
	for {
		switch {
		case q.closed:
			return nil, 0, net.ErrClosed
		case q.pending != nil:
			chunk, n := q.pending, q.filled
			q.pending, q.away = nil, true
			q.changed.Broadcast()
			return chunk, n, nil
		case q.ended:
			return nil, 0, errWritesEnded
		}
		q.changed.Wait()
	}
}

func (q *queued) finish(state error) error {
	if state != errWritesEnded {
		return state
	}
	if half, ok := q.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return q.Conn.Close()
}
