package lane

import (
	"sync"

	"github.com/callboard-wamp/callboard/netio"
)

// Outboxes are those of all connections that are open, with the sum of what those
// that have ended wrote. Each outbox counts for itself, so that messages share no
// counter; the mutex is taken when a connection opens or ends, and to sum up.
type Outboxes struct {
	mu    sync.Mutex
	open  map[*netio.Outbox]struct{}
	ended Written
}

// Written is what went to sockets: Messages in Writes.
type Written struct {
	Messages uint64 // handed over wholly; control frames are among them
	Writes   uint64 // tries to write, successful or not
}

// PerWrite is how many messages a write carried on average; 0 before the first.
func (w Written) PerWrite() float64 { return float64(w.Messages) / float64(max(w.Writes, 1)) }

func (w *Written) add(o *netio.Outbox) {
	s := o.Stats()
	w.Messages += s.Messages - uint64(s.BacklogMessages+s.LostMessages)
	w.Writes += s.Writes
}

// Enter is told of the outbox of a connection that opens.
func (b *Outboxes) Enter(o *netio.Outbox) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == nil {
		b.open = map[*netio.Outbox]struct{}{}
	}
	b.open[o] = struct{}{}
}

// Leave is told of the end of a connection that was entered, when its outbox has
// been closed and so writes no more.
func (b *Outboxes) Leave(o *netio.Outbox) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.open, o)
	b.ended.add(o)
}

// Written sums up what all wrote so far.
func (b *Outboxes) Written() Written {
	b.mu.Lock()
	defer b.mu.Unlock()
	sum := b.ended
	for o := range b.open {
		sum.add(o)
	}
	return sum
}
