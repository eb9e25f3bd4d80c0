package netio

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// ring carries the bytes of one direction of a [Pipe]. It is owned by nobody
// and guarded by mu; changed is broadcast with every change somebody may wait
// for.
type ring struct {
	mu      sync.Mutex
	changed sync.Cond

	buf      []byte // allocated with the first byte
	capacity int
	start, n int

	writesEnded  bool // CloseWrite
	writerClosed bool // Close of the writing side
	readerClosed bool // Close of the reading side

	readDeadline, writeDeadline deadline
}

// deadline is guarded by the mutex of its ring.
type deadline struct {
	timer  *time.Timer
	passed bool
}

func newRing(capacity int) *ring {
	r := &ring{capacity: capacity}
	r.changed.L = &r.mu
	return r
}

// readable says whether waitReadable would return at once.
func (r *ring) readable() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	ready, _ := r.readState()
	return ready
}

func (r *ring) waitReadable() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if ready, err := r.readState(); ready {
			return err
		}
		r.changed.Wait()
	}
}

func (r *ring) readState() (ready bool, err error) {
	switch {
	case r.readerClosed:
		return true, net.ErrClosed
	case r.readDeadline.passed:
		return true, os.ErrDeadlineExceeded
	case r.n > 0:
		return true, nil
	case r.writesEnded || r.writerClosed:
		return true, io.EOF
	}
	return false, nil
}

func (r *ring) waitWritable() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if err := r.writeState(); err != nil {
			return err
		}
		if r.n < r.capacity {
			return nil
		}
		r.changed.Wait()
	}
}

func (r *ring) writeState() error {
	switch {
	case r.writerClosed:
		return net.ErrClosed
	case r.writesEnded || r.readerClosed:
		return io.ErrClosedPipe
	case r.writeDeadline.passed:
		return os.ErrDeadlineExceeded
	}
	return nil
}

// read takes what is there, up to len(b).
func (r *ring) read(b []byte) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	total := 0
	for r.n > 0 && total < len(b) {
		run := r.buf[r.start:min(r.start+r.n, r.capacity)]
		n := copy(b[total:], run)
		r.start, r.n, total = (r.start+n)%r.capacity, r.n-n, total+n
	}
	r.changed.Broadcast()
	return total
}

// write puts in what there is space for.
func (r *ring) write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.writeState(); err != nil {
		return 0, err
	}
	if r.buf == nil {
		r.buf = make([]byte, r.capacity)
	}
	total := 0
	for total < len(b) && r.n < r.capacity {
		from := (r.start + r.n) % r.capacity
		to := min(from+r.capacity-r.n, r.capacity)
		n := copy(r.buf[from:to], b[total:])
		r.n, total = r.n+n, total+n
	}
	r.changed.Broadcast()
	return total, nil
}

func (r *ring) endWrites() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.writerClosed {
		return net.ErrClosed
	}
	r.writesEnded = true
	r.changed.Broadcast()
	return nil
}

func (r *ring) closeWriter() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writerClosed = true
	r.writeDeadline.stop()
	r.changed.Broadcast()
}

func (r *ring) closeReader() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.readerClosed = true
	r.readDeadline.stop()
	r.changed.Broadcast()
}

func (r *ring) setReadDeadline(t time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.readerClosed {
		return net.ErrClosed
	}
	r.set(&r.readDeadline, t)
	return nil
}

func (r *ring) setWriteDeadline(t time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.writerClosed {
		return net.ErrClosed
	}
	r.set(&r.writeDeadline, t)
	return nil
}

// set replaces a deadline; the zero time is none.
func (r *ring) set(d *deadline, t time.Time) {
	d.stop()
	d.passed = false
	if t.IsZero() {
		return
	}
	left := time.Until(t)
	if left <= 0 {
		d.passed = true
		r.changed.Broadcast()
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(left, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if d.timer == timer { // not replaced while it fired
			d.passed = true
			r.changed.Broadcast()
		}
	})
	d.timer = timer
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}
