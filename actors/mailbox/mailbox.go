package mailbox

import (
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
)

const (
	rounds = 8    // drains of one mailbox before it goes to the end of the list
	keep   = 1024 // buffers with more room are given back when they are empty
	fanIn  = 16   // posts by one poster until it counts as the only one
)

// Options are the settings of all mailboxes of one kind, and are not changed
// after the first New. Scheduler is required, the rest may be zero. All callbacks
// get the mailbox that they are for, whose Owner tells the actor. They run on the
// goroutine that runs it, one at a time and never at the same time as Receive.
// They may post.
type Options[T any] struct {
	// Scheduler runs the mailbox when no executor does.
	Scheduler *Scheduler
	// Buffers, if set, are what mailboxes borrow all of their room from: idle ones
	// keep none.
	Buffers *Buffers[T]
	// Limit is how many items may wait; Post refuses more. Those of the drain
	// under way are not counted. 0 means no limit. Ordinary messages are never refused.
	Limit int
	// Wrap turns an ordinary actor message (PID.Send) into an item. nil delivers
	// it by itself at its place in the FIFO. What protoactor acts on itself
	// (*actor.PoisonPill, actor.AutoRespond) is never wrapped.
	Wrap func(message any) T
	// Parent, if set, is the mailbox of the actor's parent, or nil: the executor that
	// runs the actor to its end then lets the parent hear of it.
	Parent func(m *Mailbox[T]) *Mailbox[T]
	// OnDiscard gets every item that will not be delivered: after Stop or Close,
	// or left in its batch by Receive.
	OnDiscard func(m *Mailbox[T], item T)
	// OnDiscardMessage is OnDiscard for ordinary messages that were not wrapped.
	OnDiscardMessage func(m *Mailbox[T], message any)
	// OnDrained is called once after every drain of items, ordinary messages or
	// system messages, also when it ended with a panic, and before the mailbox is
	// released or a failure is escalated. After the message that stops the actor it is
	// not called: what is left belongs to who hears of the end. The owner stores its
	// snapshot here, and posts its replies after it (Mailbox.Executor).
	OnDrained func(m *Mailbox[T])
	// OnPanic gets the failing item, which has been taken out, or nil when an
	// ordinary or a system message failed or no item was in hand. It releases
	// what the item holds; item is valid until it returns. The result is
	// escalated to the supervisor as the failing message; nil means the message
	// itself or a copy of the item.
	OnPanic func(m *Mailbox[T], item *T, reason any) any
}

// Mailbox is a typed FIFO and an actor.Mailbox. All methods may be called
// concurrently, except Executor.
type Mailbox[T any] struct {
	o     *Options[T]
	owner any

	mu        sync.Mutex
	in        []T     // posted, not yet taken by a drain
	sys       *system // nil while no system message waits
	poster    uint32
	left      int32 // items of cur that wait for the next drain
	high      int32
	dropped   uint32
	fanin     uint8
	scheduled bool // somebody runs it or has it on a list
	started   bool
	suspended bool
	closed    bool
	stopped   bool // *actor.Stop was taken

	// Owned by the goroutine that runs the mailbox.
	busy bool // Batch.Next has returned an item and has not been called since

	urgent atomic.Bool           // system messages wait
	aside  atomic.Pointer[aside] // nil until the first ordinary message is posted
	inv    actor.MessageInvoker  // guarded by mu

	// Owned by the goroutine that runs the mailbox.
	x        *Executor
	cur      []T   // cur[pos:] is still to be delivered
	pos, end int32 // end is that of the batch under way
}

// system are the system messages that wait, in a borrowed list.
type system struct {
	messages []any
	next     int
}

var systems = sync.Pool{New: func() any { return new(system) }}

// ordinary is a message that stands behind the first at items of its buffer.
type ordinary struct {
	at      int32
	message any
}

// aside holds the ordinary messages: those that stand beside the items of in,
// guarded by the mailbox's mutex, and those that were taken together with cur.
type aside struct {
	in  []ordinary
	cur []ordinary // cur[pos:] is still to be delivered
	pos int
}

var _ actor.Mailbox = (*Mailbox[int])(nil)

// New returns a mailbox for one actor: give it to actor.WithMailbox. It may be
// posted to at once; what is posted waits until the actor is spawned on it. If
// that never happens, Close it. owner is for the callbacks and may be nil.
func New[T any](o *Options[T], owner any) *Mailbox[T] {
	if o.Scheduler == nil {
		panic("mailbox: Options.Scheduler is nil")
	}
	return &Mailbox[T]{o: o, owner: owner}
}

// Post appends item. It never blocks and never runs anything: when the mailbox
// was idle it is put on x's run list, or handed to a dispatcher when x is nil.
// x must belong to the calling goroutine.
//
// False means that the mailbox is closed or full; the poster keeps the item and
// what it holds. True means that the item will be delivered or discarded.
func (m *Mailbox[T]) Post(x *Executor, item T) bool {
	m.mu.Lock()
	if m.closed || m.full() {
		m.mu.Unlock()
		return false
	}
	if len(m.in) == cap(m.in) && m.o.Buffers != nil {
		m.grow()
	}
	m.in = append(m.in, item)
	m.posted(x)
	wake := m.wake()
	m.mu.Unlock()
	if wake {
		m.o.Scheduler.schedule(x, m)
	}
	return true
}

// grow borrows room for one more item.
func (m *Mailbox[T]) grow() {
	b := m.o.Buffers
	switch n := len(m.in); n {
	case 0:
		m.in = b.few()
	case fewItems:
		few := m.in
		m.in = b.grow(few)
		clear(few)
		b.give(few)
	default:
		m.in = b.grow(m.in)
	}
}

// Owner is what New was given.
func (m *Mailbox[T]) Owner() any { return m.owner }

func (m *Mailbox[T]) full() bool {
	if m.o.Limit <= 0 || len(m.in)+int(m.left) < m.o.Limit {
		return false
	}
	m.dropped++
	return true
}

// posted remembers who posted last and how deep the queue was.
func (m *Mailbox[T]) posted(x *Executor) {
	if n := m.waiting(); n > m.high {
		m.high = n
	}
	id := uint32(0)
	if x != nil {
		id = x.id
	}
	if m.poster != id {
		m.poster, m.fanin = id, fanIn
	} else if m.fanin > 0 {
		m.fanin--
	}
}

func (m *Mailbox[T]) waiting() int32 {
	n := int32(len(m.in)) + m.left
	if a := m.aside.Load(); a != nil {
		n += int32(len(a.in))
	}
	return n
}

// wake reports whether the caller must schedule the mailbox. A closed mailbox
// is run also before its start, to discard.
func (m *Mailbox[T]) wake() bool { return m.claim(m.closed || m.started && !m.suspended) }

// claim makes the mailbox the caller's to schedule, if it has to be run and is
// nobody's. The mutex is held.
func (m *Mailbox[T]) claim(needed bool) bool {
	if m.scheduled || !needed {
		return false
	}
	m.scheduled = true
	return true
}

// items says whether there are any that wait, also those that a drain has left. The
// mutex is held, and nobody runs the mailbox but the caller.
func (m *Mailbox[T]) items() bool { return m.waiting() > 0 || m.aside.Load().has() }

// PostUserMessage appends an ordinary actor message; protoactor calls it. It is
// run by a dispatcher when the mailbox was idle.
func (m *Mailbox[T]) PostUserMessage(message any) {
	m.mu.Lock()
	if m.o.Wrap != nil && !reserved(message) {
		m.in = append(m.in, m.o.Wrap(message))
	} else {
		a := m.aside.Load()
		if a == nil {
			a = new(aside)
			m.aside.Store(a)
		}
		a.in = append(a.in, ordinary{int32(len(m.in)), message})
	}
	m.posted(nil)
	wake := m.wake()
	m.mu.Unlock()
	if wake {
		m.o.Scheduler.schedule(nil, m)
	}
}

// reserved tells the messages that protoactor acts on itself.
func reserved(message any) bool {
	switch actor.UnwrapEnvelopeMessage(message).(type) {
	case actor.AutoReceiveMessage, actor.AutoRespond:
		return true
	}
	return false
}

// PostSystemMessage appends a system message; protoactor calls it. System
// messages go before everything else and interrupt a batch between two items.
// They are run by a dispatcher when the mailbox was idle and nobody held it.
func (m *Mailbox[T]) PostSystemMessage(message any) {
	m.mu.Lock()
	if m.sys == nil {
		m.sys = systems.Get().(*system)
	}
	m.sys.messages = append(m.sys.messages, message)
	m.urgent.Store(true)
	wake := m.claim(m.started)
	m.mu.Unlock()
	if wake {
		m.o.Scheduler.schedule(nil, m)
	}
}

// Hold calls f, and puts the mailbox on x's run list if nobody else has it there or
// runs it: what f lets protoactor post to it wakes no dispatcher. x must belong to
// the calling goroutine.
func (m *Mailbox[T]) Hold(x *Executor, f func()) {
	m.mu.Lock()
	held := m.claim(true)
	m.mu.Unlock()
	if held {
		defer m.o.Scheduler.schedule(x, m)
	}
	f()
}

// RegisterHandlers connects the actor; protoactor calls it. The dispatcher of
// the Props is not used.
func (m *Mailbox[T]) RegisterHandlers(invoker actor.MessageInvoker, _ actor.Dispatcher) {
	m.mu.Lock()
	m.inv = invoker
	m.mu.Unlock()
}

// Start lets the mailbox run; protoactor calls it.
func (m *Mailbox[T]) Start() {
	m.mu.Lock()
	m.started = true
	wake := m.claim(m.sys != nil || m.waiting() > 0)
	m.mu.Unlock()
	if wake {
		m.o.Scheduler.schedule(nil, m)
	}
}

// Close makes Post return false from now on; what is queued is discarded soon,
// on the goroutine that runs the mailbox or on a dispatcher. Stopping the actor
// does the same. Closing again does nothing.
func (m *Mailbox[T]) Close() {
	m.mu.Lock()
	m.closed = true
	wake := !m.scheduled && m.claim(m.items())
	m.mu.Unlock()
	if wake {
		m.o.Scheduler.schedule(nil, m)
	}
}

// Closed reports whether Post refuses everything.
func (m *Mailbox[T]) Closed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.closed
}

// Len is how many items and ordinary messages wait. Those of the drain under
// way are not counted.
func (m *Mailbox[T]) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int(m.waiting())
}

// HighWater is the greatest Len so far.
func (m *Mailbox[T]) HighWater() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int(m.high)
}

// Dropped is how many items Post refused because of Limit.
func (m *Mailbox[T]) Dropped() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return uint64(m.dropped)
}

// UserMessageCount is Len; protoactor asks for it.
func (m *Mailbox[T]) UserMessageCount() int { return m.Len() }

// Executor returns the executor of the goroutine that runs the mailbox. It may
// be called only from Receive and from the callbacks of Options, and not kept.
func (m *Mailbox[T]) Executor() *Executor { return m.x }

func (m *Mailbox[T]) fanIn() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fanin > 0
}
