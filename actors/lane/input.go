package lane

import (
	"sync"

	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// Input is the messages of one read, in the order they came. Their bytes stand
// in Chunk, of which the input owns one reference. Whoever handles it calls
// [Input.Done], which also tells the reader that it may read on.
type Input struct {
	Messages []wamp.Message
	// Handled is how many of them have been handled, or are accounted for.
	Handled int
	Chunk   *netio.Chunk
	// Err is why the reader stopped after the last message; nil if it did not.
	Err error
	// Credit is given back by Done.
	Credit *Credit
}

var inputs = sync.Pool{New: func() any { return new(Input) }}

// NewInput returns an empty input; its message slice is reused.
func NewInput() *Input { return inputs.Get().(*Input) }

// Add returns a message to parse into; Drop takes it back.
func (in *Input) Add() *wamp.Message {
	if n := len(in.Messages); n < cap(in.Messages) {
		in.Messages = in.Messages[:n+1]
	} else {
		in.Messages = append(in.Messages, wamp.Message{})
	}
	return &in.Messages[len(in.Messages)-1]
}

// Drop takes the last message back.
func (in *Input) Drop() { in.Messages = in.Messages[:len(in.Messages)-1] }

// Rest returns a new input with the messages from the given one on, and with
// the reason why nothing follows. The old one stays as it is.
func (in *Input) Rest(from int) *Input {
	rest := NewInput()
	rest.Messages = append(rest.Messages, in.Messages[from:]...)
	rest.Err, rest.Chunk = in.Err, in.Chunk
	if rest.Chunk != nil {
		rest.Chunk.Retain(1)
	}
	return rest
}

// PostTo posts the input, or is done with it when the mailbox is closed.
func (in *Input) PostTo(box *Box, x *mailbox.Executor) {
	if !box.Post(x, Item{Op: OpInput, Ext: in}) {
		in.Done()
	}
}

// Done gives back the bytes, the credit and the input itself.
func (in *Input) Done() {
	if in.Chunk != nil {
		in.Chunk.Release()
	}
	if in.Credit != nil {
		in.Credit.Give()
	}
	in.Chunk, in.Credit, in.Err, in.Handled = nil, nil, nil, 0
	clear(in.Messages)
	in.Messages = in.Messages[:0]
	if cap(in.Messages) > 256 {
		in.Messages = nil
	}
	inputs.Put(in)
}

// credits is how many inputs of one reader may wait in mailboxes.
const credits = 8

// Credit holds a reader back while the session behind it is busy: bytes then
// stay in the socket, and the peer's writes slow down. The zero value is ready.
type Credit struct {
	mu      sync.Mutex
	used    int
	waiting chan struct{}
	idle    chan struct{} // a reader waits until nothing is under way
}

// Full says whether the next Take may have to wait.
func (c *Credit) Full() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.used >= credits-1
}

// Take counts one more input under way. A reader that used up its credit waits
// until an input is done; stop ends the wait.
func (c *Credit) Take(stop <-chan struct{}) {
	c.mu.Lock()
	c.used++
	if c.used < credits {
		c.mu.Unlock()
		return
	}
	if c.waiting == nil {
		c.waiting = make(chan struct{}, 1)
	}
	wait := c.waiting
	c.mu.Unlock()
	select {
	case <-wait:
	case <-stop:
	}
}

// Settle waits until no input is under way: each was handled, or was passed on to
// who handles it. stop ends the wait.
func (c *Credit) Settle(stop <-chan struct{}) {
	c.mu.Lock()
	if c.used == 0 {
		c.mu.Unlock()
		return
	}
	c.idle = make(chan struct{})
	idle := c.idle
	c.mu.Unlock()
	select {
	case <-idle:
	case <-stop:
	}
}

// Give gives back what Take took.
func (c *Credit) Give() {
	c.mu.Lock()
	c.used--
	if c.used == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
	if c.used == credits-1 && c.waiting != nil {
		select {
		case c.waiting <- struct{}{}:
		default:
		}
	}
	c.mu.Unlock()
}
