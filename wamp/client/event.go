package client

import (
	"sync"
	"sync/atomic"

	"github.com/callboard-wamp/callboard/wamp"
)

// Event is one publication as a subscriber gets it. It is shared by the
// handlers of one subscription: they may keep it, but not change it.
type Event struct {
	Subscription wamp.ID
	Publication  wamp.ID
	// Topic is where it was published, also for subscriptions by pattern.
	Topic   wamp.URI
	Args    []any
	Kwargs  wamp.Dict
	Details wamp.Dict
	// Passthru is set when payload passthru mode is used.
	Passthru *wamp.Passthru
	// Err says that the payload has values which Go has no counterpart for.
	// Args and Kwargs are nil then.
	Err error
}

// eventQueue holds events for the handlers; the goroutine that calls them
// exists only while there are any. It is guarded by the session's mutex.
type eventQueue struct {
	waiting []delivery
	taken   int // by the goroutine, and not yet handed to handlers
	limit   int
	running bool
	room    sync.Cond
	off     atomic.Bool // no handler is called any more
}

type delivery struct {
	sub   *Subscription
	event *Event
}

func (s *Session) onEvent(m *wamp.Message) {
	event := s.decodeEvent(m)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waitForHandlers()
	for _, sub := range s.subscriptions[m.ID] {
		if event.Topic == "" {
			event.Topic = sub.topic
		}
		s.events.waiting = append(s.events.waiting, delivery{sub, event})
	}
	if len(s.events.waiting) > 0 && !s.events.running {
		s.events.running = true
		go s.dispatch()
	}
}

func (s *Session) decodeEvent(m *wamp.Message) *Event {
	e := &Event{Subscription: m.ID, Publication: m.Request}
	if len(m.Dict) > 0 {
		e.Details, e.Err = s.raw.agreed.Serializer.DecodeDict(m.Dict)
	}
	e.Passthru = passthruOf(e.Details)
	if topic, ok := e.Details["topic"].(string); ok {
		e.Topic = wamp.URI(topic)
	}
	if e.Err == nil {
		e.Args, e.Kwargs, e.Err = s.raw.agreed.Serializer.DecodePayload(m.Payload)
	}
	return e
}

// waitForHandlers keeps the reader from going on while too many events wait.
// It goes on when a request waits for its reply, since that may be what the
// handler waits for.
func (s *Session) waitForHandlers() {
	q := &s.events
	for len(q.waiting)+q.taken >= q.limit && len(s.pending) == 0 && s.stuck == 0 && !s.leaving && s.err == nil {
		q.room.Wait()
	}
}

// dispatch is the goroutine that calls handlers; it ends when none is to be
// called.
func (s *Session) dispatch() {
	for {
		batch := s.takeEvents()
		if batch == nil {
			return
		}
		for i, d := range batch {
			if !d.sub.silent.Load() && !s.events.off.Load() {
				d.sub.handler(d.event)
			}
			s.handled(len(batch) - i - 1)
		}
	}
}

func (s *Session) takeEvents() []delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := &s.events
	batch := q.waiting
	q.waiting, q.taken, q.running = nil, len(batch), len(batch) > 0
	return batch
}

// handled counts down, and lets the reader go on when half of the queue is free.
func (s *Session) handled(left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := &s.events
	q.taken = left
	if len(q.waiting)+left <= q.limit/2 {
		q.room.Signal()
	}
}
