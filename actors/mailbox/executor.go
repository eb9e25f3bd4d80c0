package mailbox

import (
	"runtime"
	"time"
)

// The budget of one Run. What is left then goes to the dispatchers, so that a
// reader returns to its socket.
const (
	listActors = 64
	listTime   = 500 * time.Microsecond
	timeEvery  = 8 // mailboxes between two looks at the clock
)

// Executor is the run list of one goroutine: a reader, or a dispatcher. It is
// not safe for concurrent use. It is a list and never a stack: posting appends,
// and only Run receives.
//
// An executor without work is small: what it works with is borrowed from the
// scheduler by the first post and given back at the end of Run.
type Executor struct {
	s  *Scheduler
	id uint32 // mailboxes remember posters by id and so do not keep them alive
	*kit
	work    func() // made once, so that starting a dispatcher does not allocate
	next    int    // ready[next:] is to be run
	current task
	running bool
	closed  bool
}

// kit is what an executor works with, shared by all that have no work now.
type kit struct {
	local Local
	ready []task
}

// Local returns what the scheduler's newLocal made, or nil. It is this
// executor's own from a Post with it to the end of Run.
func (x *Executor) Local() Local {
	if x.kit == nil {
		return nil
	}
	return x.local
}

func (x *Executor) equip() {
	if x.kit != nil {
		return
	}
	x.kit, _ = x.s.kits.Get().(*kit)
	if x.kit == nil {
		x.kit = new(kit)
		if x.s.newLocal != nil {
			x.local = x.s.newLocal()
		}
	}
	if x.local != nil {
		x.local.Attach(x)
	}
}

// Run runs the mailboxes that were posted to with x, and those they post to,
// until none is left or the budget (64 mailboxes or 500 µs) is used up; the rest
// goes to the dispatchers. It returns at once when called from inside a Receive.
func (x *Executor) Run() {
	if x.running || x.kit == nil {
		return
	}
	x.running = true
	defer x.leave()
	b := budget{left: listActors, look: timeEvery}
	for {
		spent := x.runReady(&b)
		x.flush()
		if x.next == len(x.ready) {
			return
		}
		if spent {
			return // leave hands the rest over
		}
	}
}

// Close hands what has not been run to the dispatchers. A mailbox posted to with
// a closed executor is run by a dispatcher. Close may be deferred by a goroutine
// that can panic between Post and Run.
func (x *Executor) Close() {
	x.closed = true
	if !x.running {
		x.leave()
	}
}

// leave ends a run. One that runtime.Goexit cut short keeps its kit from others:
// nobody knows what the Receive has left in it.
func (x *Executor) leave() {
	x.running = false
	k := x.kit
	if k == nil {
		return
	}
	cut := x.current != nil
	if cut {
		k.ready = append(k.ready, x.current)
		x.current = nil
	}
	x.s.submit(k.ready[x.next:])
	x.next, x.kit = 0, nil
	if cut {
		return
	}
	if cap(k.ready) > keep {
		k.ready = nil
	} else {
		k.ready = k.ready[:0]
	}
	x.s.kits.Put(k)
}

type budget struct {
	left, look int // mailboxes until the end, and until the next look at the clock
	start      time.Time
}

// spent looks at the clock for the first time after timeEvery mailboxes, or one
// that used up its rounds: a short list of short work does without.
func (b *budget) spent() bool {
	if b.left <= 0 {
		return true
	}
	if b.look > 0 {
		return false
	}
	b.look = timeEvery
	if b.start.IsZero() {
		b.start = time.Now()
		return false
	}
	return time.Since(b.start) > listTime
}

// runReady runs the list and reports whether the budget ended before it did.
func (x *Executor) runReady(b *budget) (spent bool) {
	for x.next < len(x.ready) {
		if b.spent() {
			return true
		}
		x.shareTail(b.left)
		x.current = x.ready[x.next]
		x.ready[x.next] = nil
		x.next++
		more := x.current.run(x)
		b.left--
		b.look--
		if more {
			x.ready = append(x.ready, x.current)
			b.look = 0
		}
		x.current = nil
		if b.left == listActors-1 {
			x.yield()
		}
	}
	x.ready, x.next = x.ready[:0], 0
	return false
}

// shareTail gives away at once what the budget cannot cover, so that idle cores
// share a wide fan-out from its beginning.
func (x *Executor) shareTail(left int) {
	end := x.next + left
	if len(x.ready)-end < slice {
		return
	}
	x.s.submit(x.ready[end:])
	x.ready = x.ready[:end]
}

// yield lets readers that are already runnable add to the mailboxes that the
// first one posted to, when one of them has fan-in: their output then leaves in
// the same write. Four samples are enough.
func (x *Executor) yield() {
	rest := x.ready[x.next:]
	if len(rest) == 0 {
		return
	}
	step := len(rest)/4 + 1
	for i := 0; i < len(rest); i += step {
		if rest[i].fanIn() {
			runtime.Gosched()
			return
		}
	}
}

func (x *Executor) flush() {
	if x.local == nil {
		return
	}
	if x.s.onPanic != nil {
		defer func() {
			if r := recover(); r != nil {
				x.local = x.s.newLocal()
				x.local.Attach(x)
				x.s.onPanic(r)
			}
		}()
	}
	x.local.Flush()
}
