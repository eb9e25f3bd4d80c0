package netio

import (
	"errors"
	"net"
	"sync"
)

const (
	record    = 16 << 10    // the most that one record carries before encryption
	sealBytes = 15 * record // encrypted at once: with its overhead it fits the largest chunk

	// mostSealed bounds the ciphertext that waits, which grows beyond what TryWrite
	// adds only by answers to a peer that changes its keys again and again.
	mostSealed = 512 << 10
)

var errAnswers = errors.New("netio: TLS: too many answers that the peer does not read")

// outbound is the ciphertext that the connection below has not yet taken, guarded
// by its mutex, which is never held while crypto/tls encrypts: that holds a lock
// of its own when it calls [wire.Write].
//
// Ciphertext cannot be taken back. So what TryWrite has encrypted is reported as
// written only when the connection below has taken it, and its bytes are skipped
// when they are tried again.
type outbound struct {
	mu       sync.Mutex
	chunk    *Chunk
	from, to int
	single   [1][]byte

	unreported int // bytes before encryption of what waits
	sealing    bool
	waiting    bool // somebody waits for the connection below, which must be left alone
	ended      bool // CloseWrite was called
	closed     bool
}

func (o *outbound) left() int { return o.to - o.from }

// add appends ciphertext.
func (o *outbound) add(b []byte) {
	if o.chunk == nil {
		o.chunk = Take(len(b))
	}
	if o.to+len(b) > len(o.chunk.B) {
		c := Take(o.left() + len(b))
		o.to = copy(c.B, o.chunk.B[o.from:o.to])
		o.chunk.Release()
		o.chunk, o.from = c, 0
	}
	o.to += copy(o.chunk.B[o.to:], b)
}

func (o *outbound) drop() {
	if o.chunk != nil {
		o.chunk.Release()
	}
	o.chunk, o.from, o.to = nil, 0, 0
}

// flush writes once, without waiting.
func (o *outbound) flush(to Conn) (int, error) {
	if o.left() == 0 {
		return 0, nil
	}
	o.single[0] = o.chunk.B[o.from:o.to]
	n, err := to.TryWrite(o.single[:])
	o.single[0] = nil
	if o.from += n; o.from == o.to {
		o.drop()
	}
	return n, err
}

// report says how many bytes a write of so many bytes of ciphertext stands for: the same
// share of those that wait, and all with the last of it.
func (o *outbound) report(sent, limit int) int {
	still := 0
	if all := o.left() + sent; o.left() > 0 {
		still = int((int64(o.unreported)*int64(o.left()) + int64(all) - 1) / int64(all))
	}
	n := min(o.unreported-still, limit)
	o.unreported -= n
	return n
}

// Write is what crypto/tls writes with. During the handshake it waits; later it
// appends, and sends what did not come from TryWrite, such as alerts, at once if
// that is possible.
func (w *wire) Write(p []byte) (int, error) {
	if !w.ready.Load() {
		n, err := w.under.Write(p)
		if err != nil {
			w.in.err = err
		}
		return n, err
	}
	o := &w.out
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		return 0, net.ErrClosed
	case o.left()+len(p) > mostSealed:
		return 0, errAnswers
	}
	o.add(p)
	if o.sealing || o.waiting {
		return len(p), nil
	}
	_, err := o.flush(w.under)
	return len(p), err
}

// Write implements [net.Conn].
func (s *secure) Write(b []byte) (int, error) {
	if err := s.handshake(); err != nil {
		return 0, err
	}
	return writeWaiting(b, func(b []byte) (int, error) { return s.TryWrite([][]byte{b}) }, s.WaitWritable)
}

// TryWrite implements [Conn]. It makes one system call for 240 KiB, and goes on
// while the connection below takes everything.
func (s *secure) TryWrite(bufs [][]byte) (int, error) {
	if !s.ready.Load() {
		return 0, errEarly
	}
	rest := run{bufs: bufs[:min(len(bufs), MaxBuffers)]}
	total := rest.size()
	for n := 0; ; {
		k, blocked, err := s.pass(total - n)
		n += k
		if err != nil || blocked || n == total {
			return n, err
		}
		rest.skip(n)
		if err := s.seal(&rest, min(total-n, sealBytes)); err != nil {
			return n, err
		}
	}
}

// pass gives ciphertext to the connection below, and says for how many bytes of at
// most limit it stands.
func (s *secure) pass(limit int) (n int, blocked bool, err error) {
	o := &s.out
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended || o.closed {
		return 0, false, net.ErrClosed
	}
	sent, err := o.flush(s.under)
	return o.report(sent, limit), o.left() > 0, err
}

// seal encrypts n bytes, in records that are as long as possible.
func (s *secure) seal(rest *run, n int) error {
	s.out.begin(n)
	defer s.out.end(n)
	for n > 0 {
		k, err := s.tls.Write(rest.next(n))
		n -= k
		if err != nil {
			rest.done()
			return err
		}
	}
	rest.done()
	return nil
}

// recordOverhead is more than any cipher adds to a record.
const recordOverhead = 128

func (o *outbound) begin(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sealing = true
	if o.chunk == nil {
		o.chunk = Take(n + recordOverhead*(n/record+1))
	}
}

func (o *outbound) end(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sealing = false
	o.unreported += n
	if o.closed || o.left() == 0 {
		o.drop()
	}
}

// WaitWritable implements [Conn].
func (s *secure) WaitWritable() error {
	o := &s.out
	o.mu.Lock()
	if o.ended || o.closed {
		o.mu.Unlock()
		return net.ErrClosed
	}
	o.waiting = true
	o.mu.Unlock()
	err := s.under.WaitWritable()
	o.mu.Lock()
	ended := o.ended && !o.closed
	o.waiting = ended
	o.mu.Unlock()
	if ended { // CloseWrite has left the rest to whoever waits
		s.finish()
		return net.ErrClosed
	}
	return err
}
