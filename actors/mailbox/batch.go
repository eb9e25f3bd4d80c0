package mailbox

// Batch is a run of items, delivered as one message: the actor's Receive gets
// it as c.Message().(*mailbox.Batch[T]). It and its items belong to the mailbox
// and must not be kept after Receive returns.
type Batch[T any] Mailbox[T]

// Next returns the next item, or false when the batch is over. The item is
// valid until Receive returns, and has been taken out of the mailbox: if Receive
// panics now it is the failing item, and those behind it are delivered in their
// order after the restart.
//
// A waiting system message ends a batch early; the rest is delivered in a later
// one. What Receive leaves in a batch otherwise is discarded.
func (b *Batch[T]) Next() (*T, bool) {
	if b.pos >= b.end || b.urgent.Load() {
		b.busy = false
		return nil, false
	}
	b.busy = true
	b.pos++
	return &b.cur[b.pos-1], true
}

// Len is how many items Next has not returned yet.
func (b *Batch[T]) Len() int { return max(0, int(b.end-b.pos)) }

// Executor returns the executor of the goroutine that runs this drain: pass it
// to Post, and do not keep it.
func (b *Batch[T]) Executor() *Executor { return b.x }

// Owner is the owner of the mailbox: an actor that many mailboxes share learns
// from it for whom it acts.
func (b *Batch[T]) Owner() any { return b.owner }
