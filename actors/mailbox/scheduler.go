package mailbox

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// slice is how many mailboxes a dispatcher goroutine takes at once.
const slice = 32

// Local is what an executing goroutine carries along, for example the arena it
// encodes into. Only one goroutine uses it at a time: the executor that Attach
// named last, until the end of its Run.
//
// Flush is called when the run list is empty or its budget is used up. The
// mailboxes that ran have been released by then, and may be running elsewhere:
// what must stay in order with later output of an actor has to be posted before
// that actor's drain ends (Options.OnDrained), not in Flush. Flush may post.
type Local interface {
	Attach(x *Executor)
	Flush()
}

// SchedulerOptions are the settings of a Scheduler. The zero value is usable.
type SchedulerOptions struct {
	// Dispatchers is the greatest number of dispatcher goroutines. 0 means GOMAXPROCS.
	Dispatchers int
	// OnPanic is told of a panic in Local.Flush, on the goroutine where it
	// happened; that Local is replaced. nil lets such a panic go on.
	OnPanic func(reason any)
}

// Scheduler runs the mailboxes that no executor runs: those posted to without
// an executor, those an executor had no budget left for, and system messages.
// All methods may be called concurrently.
type Scheduler struct {
	newLocal func() Local
	onPanic  func(any)
	max      int
	ids      atomic.Uint32
	kits     sync.Pool // of *kit

	mu      sync.Mutex
	quiet   sync.Cond
	queue   []task // queue[head:] waits for a dispatcher
	head    int
	workers int         // dispatcher goroutines alive
	idle    []*Executor // executors of dispatchers that have ended, at most max
	stats   Stats
}

// Stats counts what a Scheduler has done.
type Stats struct {
	Waiting     int    // mailboxes that wait for a dispatcher
	Dispatchers int    // dispatcher goroutines alive
	Peak        int    // most dispatcher goroutines at one time
	Dispatched  uint64 // mailboxes given to dispatchers
}

// task is a Mailbox[T] of any T.
type task interface {
	run(x *Executor) (more bool)
	fanIn() bool
}

// NewScheduler returns a scheduler without goroutines. newLocal makes a Local
// when no other is free; it must not call the scheduler. nil means that
// executors have none.
func NewScheduler(newLocal func() Local, o SchedulerOptions) *Scheduler {
	s := &Scheduler{newLocal: newLocal, onPanic: o.OnPanic, max: o.Dispatchers}
	if s.max <= 0 {
		s.max = runtime.GOMAXPROCS(0)
	}
	s.quiet.L = &s.mu
	return s
}

// Executor returns a new run list for the calling goroutine. Close it when the
// goroutine ends.
func (s *Scheduler) Executor() *Executor {
	x := &Executor{s: s, id: s.ids.Add(1)}
	x.work = func() { s.work(x) }
	return x
}

// Wait returns when no mailbox waits for a dispatcher and no dispatcher
// goroutine is left. Work that is posted later starts new ones.
func (s *Scheduler) Wait() {
	s.mu.Lock()
	for s.workers > 0 || s.head < len(s.queue) {
		s.quiet.Wait()
	}
	s.mu.Unlock()
}

// Stats returns the present counts.
func (s *Scheduler) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Waiting, st.Dispatchers = len(s.queue)-s.head, s.workers
	return st
}

// schedule puts a mailbox that has just got work on x, or hands it to a dispatcher.
func (s *Scheduler) schedule(x *Executor, t task) {
	if x != nil && !x.closed {
		x.equip()
		x.ready = append(x.ready, t)
		return
	}
	s.mu.Lock()
	s.queue = append(s.queue, t)
	s.submitted(1)
	s.mu.Unlock()
}

// submit hands mailboxes to the dispatchers and forgets them in from.
func (s *Scheduler) submit(from []task) {
	if len(from) == 0 {
		return
	}
	s.mu.Lock()
	s.queue = append(s.queue, from...)
	s.submitted(len(from))
	s.mu.Unlock()
	clear(from)
}

// submitted starts dispatchers: all that live are busy, so what waits needs new ones.
func (s *Scheduler) submitted(n int) {
	s.stats.Dispatched += uint64(n)
	s.start()
}

func (s *Scheduler) start() {
	want := (len(s.queue) - s.head + slice - 1) / slice
	for ; want > 0 && s.workers < s.max; want-- {
		s.workers++
		s.stats.Peak = max(s.stats.Peak, s.workers)
		var x *Executor
		if n := len(s.idle); n > 0 {
			x, s.idle = s.idle[n-1], s.idle[:n-1]
		} else {
			x = s.Executor()
		}
		go x.work()
	}
}

// work is the body of a dispatcher goroutine. It is started by start and ends
// when nothing waits.
func (s *Scheduler) work(x *Executor) {
	ended := false
	defer func() {
		if !ended { // runtime.Goexit in a Receive: somebody else goes on
			s.mu.Lock()
			s.workers--
			s.start()
			s.quiet.Broadcast()
			s.mu.Unlock()
		}
	}()
	for s.take(x) {
		x.Run()
	}
	ended = true
}

// take moves up to one slice to x. When nothing waits the dispatcher is over.
func (s *Scheduler) take(x *Executor) bool {
	x.equip()
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(slice, len(s.queue)-s.head)
	if n == 0 {
		s.workers--
		x.leave()
		s.idle = append(s.idle, x)
		if s.workers == 0 {
			s.quiet.Broadcast()
		}
		return false
	}
	part := s.queue[s.head : s.head+n]
	x.ready = append(x.ready, part...)
	clear(part)
	s.head += n
	s.compact()
	return true
}

// compact gives the room of taken entries back.
func (s *Scheduler) compact() {
	switch rest := len(s.queue) - s.head; {
	case rest == 0 && cap(s.queue) > keep:
		s.queue, s.head = nil, 0
	case rest == 0:
		s.queue, s.head = s.queue[:0], 0
	case s.head >= keep && s.head > rest:
		copy(s.queue, s.queue[s.head:])
		clear(s.queue[rest:])
		s.queue, s.head = s.queue[:rest], 0
	}
}
