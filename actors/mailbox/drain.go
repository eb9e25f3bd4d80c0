package mailbox

import (
	"errors"

	"github.com/asynkron/protoactor-go/actor"
)

// ErrGoexit is the reason of a failure by runtime.Goexit in a Receive.
var ErrGoexit = errors.New("mailbox: runtime.Goexit called in an actor")

type work uint8

const (
	workNone work = iota
	workSystem
	workDiscard
	workItems
)

// run does up to rounds drains. more means that the mailbox is still scheduled
// and the caller must run it again.
func (m *Mailbox[T]) run(x *Executor) (more bool) {
	m.x = x
	for range rounds {
		switch m.nextWork() {
		case workNone:
			return false
		case workSystem:
			m.system()
		case workDiscard:
			m.discardAll()
		case workItems:
			m.drain()
		}
	}
	m.x = nil
	return true
}

// nextWork decides what the next round does. Releasing the mailbox and finding
// it without work are one step, so that no post is missed.
func (m *Mailbox[T]) nextWork() work {
	m.recycle()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left = int32(len(m.cur)) - m.pos
	if m.started && m.sys != nil {
		return workSystem
	}
	any := m.items()
	switch {
	case any && m.closed:
		return workDiscard
	case any && m.started && !m.suspended:
		m.swap()
		m.left = 0
		return workItems
	}
	m.x = nil
	m.scheduled = false
	return workNone
}

func (a *aside) has() bool { return a != nil && a.pos < len(a.cur) }

// recycle makes the buffers of a finished drain ready to be filled again.
func (m *Mailbox[T]) recycle() {
	a := m.aside.Load()
	if int(m.pos) < len(m.cur) || a.has() {
		return
	}
	if len(m.cur) > 0 {
		m.cur = emptied(m.cur)
		if m.o.Buffers != nil && m.cur != nil {
			m.o.Buffers.give(m.cur)
			m.cur = nil
		}
	}
	m.pos = 0
	if a != nil {
		a.cur = emptied(a.cur)
		a.pos = 0
	}
}

// emptied returns the room of s for reuse, unless it is big, or much bigger
// than what is needed now.
func emptied[E any](s []E) []E {
	if len(s) == 0 {
		return s
	}
	if c := cap(s); c > keep || c > keep/8 && len(s) < c/32 {
		return nil
	}
	clear(s)
	return s[:0]
}

// swap takes what was posted, when the former drain is finished.
func (m *Mailbox[T]) swap() {
	a := m.aside.Load()
	if int(m.pos) < len(m.cur) || a.has() {
		return
	}
	m.in, m.cur = m.cur, m.in
	if a != nil {
		a.in, a.cur = a.cur, a.in
	}
}

// system invokes the waiting system messages.
func (m *Mailbox[T]) system() {
	delivered := false
	for msg := m.popSystem(); msg != nil; msg = m.popSystem() {
		deliver := m.deliverSystem
		if _, stop := msg.(*actor.Stop); stop {
			if delivered {
				m.drained()
			}
			deliver = m.deliverStop
		}
		delivered = !m.stopped
		if !deliver(msg) {
			return
		}
	}
	// Suspend alone is no drain: an OnDrained that always fails would never end.
	if delivered {
		m.drained()
	}
}

// deliverStop delivers the message of the end, and lets the parent hear of it. What
// the actor leaves then belongs to who has heard: nothing is drained any more.
func (m *Mailbox[T]) deliverStop(msg any) (ok bool) {
	m.discardAll()
	if m.o.Parent != nil {
		if parent := m.o.Parent(m); parent != nil {
			parent.Hold(m.x, func() { ok = m.deliverSystem(msg) })
			return ok
		}
	}
	return m.deliverSystem(msg)
}

// popSystem returns the next system message that concerns the actor; those that
// concern the mailbox take effect here.
func (m *Mailbox[T]) popSystem() any {
	m.mu.Lock()
	defer m.mu.Unlock()
	for s := m.sys; s != nil && s.next < len(s.messages); {
		msg := s.messages[s.next]
		s.messages[s.next] = nil
		s.next++
		if m.concernsActor(msg) {
			return msg
		}
	}
	m.noSystem()
	m.urgent.Store(false)
	return nil
}

// noSystem gives the list of system messages back, which is empty.
func (m *Mailbox[T]) noSystem() {
	if s := m.sys; s != nil && cap(s.messages) <= keep {
		s.messages, s.next = s.messages[:0], 0
		systems.Put(s)
	}
	m.sys = nil
}

func (m *Mailbox[T]) concernsActor(msg any) bool {
	switch msg.(type) {
	case *actor.SuspendMailbox:
		m.suspended = true
		return false
	case *actor.ResumeMailbox:
		m.suspended = false
		return false
	case *actor.Restart:
		// protoactor would bring a stopping or stopped actor back to life.
		if m.stopped {
			return false
		}
		// Until its children have gone, the old incarnation waits in the state
		// Restarting and must get nothing. A restart ends with ResumeMailbox.
		m.suspended = true
	case *actor.Stop:
		m.closed, m.stopped = true, true
	}
	return true
}

// drain delivers what swap took: runs of items as batches, ordinary messages
// between them by themselves. A system message interrupts it.
func (m *Mailbox[T]) drain() {
	delivered := false
	for !m.urgent.Load() {
		end, message := m.segment()
		if message == nil && m.pos == end {
			break
		}
		delivered = true
		if message == nil {
			message = m.open(end)
		}
		if !m.deliver(message) {
			return
		}
		m.leftovers(end)
	}
	if delivered {
		m.drained()
	}
}

// segment returns the next ordinary message, or how far the run of items goes.
func (m *Mailbox[T]) segment() (end int32, message any) {
	a := m.aside.Load()
	if !a.has() {
		return int32(len(m.cur)), nil
	}
	if at := a.cur[a.pos].at; at > m.pos {
		return at, nil
	}
	message = a.cur[a.pos].message
	a.cur[a.pos].message = nil
	a.pos++
	return m.pos, message
}

func (m *Mailbox[T]) open(end int32) *Batch[T] {
	m.end, m.busy = end, false
	return (*Batch[T])(m)
}

// deliver invokes the actor once. False means that it failed, and that the
// failure has been dealt with.
func (m *Mailbox[T]) deliver(message any) (ok bool) {
	defer m.caught(&ok, message)
	m.inv.InvokeUserMessage(message)
	return true
}

// deliverSystem is deliver for a system message.
func (m *Mailbox[T]) deliverSystem(message any) (ok bool) {
	defer m.caught(&ok, message)
	m.inv.InvokeSystemMessage(message)
	return true
}

func (m *Mailbox[T]) caught(ok *bool, message any) {
	if *ok {
		return
	}
	reason := recover()
	if reason == nil {
		reason = ErrGoexit
	}
	m.fail(reason, message)
}

// fail stores the owner's snapshot, then tells the supervisor.
func (m *Mailbox[T]) fail(reason, message any) {
	var item *T
	if message == any((*Batch[T])(m)) {
		message = nil
		if m.busy {
			item = &m.cur[m.pos-1]
			message = *item
		}
		m.end, m.busy = 0, false
	}
	m.drained()
	if m.o.OnPanic != nil {
		m.protect(func() {
			if v := m.o.OnPanic(m, item, reason); v != nil {
				message = v
			}
		})
	}
	m.escalate(reason, message)
}

// drained tells the owner that a drain is over.
func (m *Mailbox[T]) drained() {
	if m.o.OnDrained == nil {
		return
	}
	defer m.guard()
	m.o.OnDrained(m)
}

// guard ends a callback; its panic is a failure of the actor too.
func (m *Mailbox[T]) guard() {
	if r := recover(); r != nil {
		m.escalate(r, nil)
	}
}

// protect runs a callback under guard.
func (m *Mailbox[T]) protect(f func()) {
	defer m.guard()
	f()
}

// escalate suspends the mailbox and asks the supervisor. An actor whose failure
// cannot be escalated is stopped.
func (m *Mailbox[T]) escalate(reason, message any) {
	m.mu.Lock()
	inv := m.inv
	m.mu.Unlock()
	if inv == nil { // closed before its actor was spawned
		return
	}
	defer func() {
		if r := recover(); r != nil {
			m.PostSystemMessage(&actor.Stop{})
		}
	}()
	inv.EscalateFailure(reason, message)
}
