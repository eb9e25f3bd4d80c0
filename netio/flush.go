package netio

import (
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

const (
	joinBytes  = 64 << 10 // up to this, several spans are copied together
	joinedSpan = 16 << 10 // spans from this on are not worth a copy
)

// write sends what is queued until the peer takes no more, and returns what is
// to be reported. Methods of this file up to resume need the lock.
func (o *Outbox) write() (failure error) {
	if o.queue.batches != nil {
		o.queue.batches.seal(&o.queue)
	}
	for o.queue.bytes > 0 {
		n, total, err := o.writeOnce()
		o.stats.Writes++
		o.queue.advance(n)
		switch {
		case err != nil:
			return o.fail(err)
		case n > 0 && o.blocked:
			o.stats.StalledSince = time.Now()
		}
		if n < total {
			o.wait()
			return nil
		}
	}
	return o.written()
}

// writeOnce makes one system call: from the shared chunk when there is one
// span, of a joined copy when there are several small ones, of a vector
// otherwise.
func (o *Outbox) writeOnce() (n, total int, err error) {
	waiting := o.queue.waiting()
	switch {
	case len(waiting) == 1:
		return o.writeSingle(waiting[0].Bytes)
	case joinable(waiting, o.queue.bytes):
		return o.writeJoined(waiting, o.queue.bytes)
	}
	return o.writeVector(waiting[:min(len(waiting), MaxBuffers)])
}

func (o *Outbox) writeSingle(b []byte) (n, total int, err error) {
	o.single[0] = b
	n, err = o.conn.TryWrite(o.single[:])
	o.single[0] = nil
	return n, len(b), err
}

func joinable(waiting []entry, bytes int) bool {
	if bytes > joinBytes {
		return false
	}
	for i := range waiting {
		if len(waiting[i].Bytes) >= joinedSpan {
			return false
		}
	}
	return true
}

func (o *Outbox) writeJoined(waiting []entry, bytes int) (n, total int, err error) {
	joined := Take(bytes)
	defer joined.Release()
	at := 0
	for i := range waiting {
		at += copy(joined.B[at:], waiting[i].Bytes)
	}
	return o.writeSingle(joined.B[:at])
}

// lists are shared by all outboxes: 12 KiB would be much for an idle one.
var lists = sync.Pool{New: func() any { return new([MaxBuffers][]byte) }}

func (o *Outbox) writeVector(waiting []entry) (n, total int, err error) {
	v := lists.Get().(*[MaxBuffers][]byte)
	for i := range waiting {
		v[i] = waiting[i].Bytes
		total += len(v[i])
	}
	n, err = o.conn.TryWrite(v[:len(waiting)])
	clear(v[:len(waiting)])
	lists.Put(v)
	return n, total, err
}

// wait leaves the rest to resume, after a write that came out short.
func (o *Outbox) wait() {
	if o.blocked {
		return
	}
	o.blocked, o.stats.StalledSince = true, time.Now()
	o.queue.privatize()
	go o.resume()
}

// written follows the last byte.
func (o *Outbox) written() (failure error) {
	o.blocked, o.stats.StalledSince = false, time.Time{}
	if o.phase != ending {
		return nil
	}
	if err := o.conn.CloseWrite(); err != nil {
		return o.fail(err)
	}
	o.enterClosed(ErrClosed)
	return nil
}

// resume is the goroutine of a blocked outbox.
func (o *Outbox) resume() {
	err := o.waitAndWrite()
	if err == nil {
		return
	}
	o.mu.Lock()
	failure := o.fail(err)
	o.mu.Unlock()
	o.report(failure)
}

func (o *Outbox) waitAndWrite() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	for {
		if err := o.conn.WaitWritable(); err != nil {
			return err
		}
		if o.goOn() {
			return nil
		}
	}
}

// goOn says whether nothing is left to wait for.
func (o *Outbox) goOn() (done bool) {
	done, failure := o.writeMore()
	o.report(failure)
	return done
}

func (o *Outbox) writeMore() (done bool, failure error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.phase == closed {
		return true, nil
	}
	failure = o.write()
	return !o.blocked, failure
}
