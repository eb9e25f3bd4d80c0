package client

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// Session is one WAMP session. All methods may be called concurrently, also by
// handlers, except that a handler of events must not wait for another event.
// Requests leave in the order of their ids.
type Session struct {
	raw     *Raw
	id      wamp.ID
	details wamp.Dict
	ctx     context.Context // of invocations; ends with the session
	cancel  context.CancelFunc
	done    chan struct{} // closed with the session
	closed  chan struct{} // closed when the transport is given up, too

	mu            sync.Mutex // held from drawing an id until the message is queued
	err           error
	leaving       bool
	stuck         int // senders that wait for the router to take bytes
	last          wamp.ID
	pending       map[wamp.ID]*request
	subscriptions map[wamp.ID][]*Subscription
	subscribing   map[string]int // SUBSCRIBEs without a reply, by match and topic
	registrations map[wamp.ID]*Registration
	invocations   map[wamp.ID]context.CancelFunc
	events        eventQueue
}

func open(r *Raw, id wamp.ID, details wamp.Dict, maxEvents int) *Session {
	if maxEvents <= 0 {
		maxEvents = DefaultEventQueue
	}
	s := &Session{
		raw: r, id: id, details: details,
		done: make(chan struct{}), closed: make(chan struct{}),
		pending:       map[wamp.ID]*request{},
		subscriptions: map[wamp.ID][]*Subscription{},
		subscribing:   map[string]int{},
		registrations: map[wamp.ID]*Registration{},
		invocations:   map[wamp.ID]context.CancelFunc{},
		events:        eventQueue{limit: maxEvents},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.events.room.L = &s.mu
	go s.read()
	return s
}

// ID is the session id that the router chose.
func (s *Session) ID() wamp.ID { return s.id }

// Details returns a copy of WELCOME.Details.
func (s *Session) Details() wamp.Dict { return maps.Clone(s.details) }

// Done is closed when the session has ended, for whatever reason.
func (s *Session) Done() <-chan struct{} { return s.done }

// Err says why the session ended: [ErrClosed] after Leave or Close, an
// [*Error] after GOODBYE or ABORT of the router, else what happened to the
// transport. It is nil as long as the session is open.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Leave says GOODBYE, waits for the answer and closes the transport (basic
// profile, "Session Closing"). Requests without a reply fail with [ErrClosed].
// When ctx ends first, the session is closed all the same and the cause of ctx
// returned. The error is that of [Session.Err] if the session ended before.
func (s *Session) Leave(ctx context.Context) error {
	if err := s.sayGoodbye(); err != nil {
		return err
	}
	_ = s.raw.flush() // if it fails, so does the reader
	select {
	case <-s.closed:
		if err := s.Err(); err != ErrClosed {
			return err
		}
		return nil
	case <-ctx.Done():
		_ = s.Close()
		return context.Cause(ctx)
	}
}

func (s *Session) sayGoodbye() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.err != nil:
		return s.err
	case s.leaving:
		return ErrClosed
	}
	s.leaving = true
	s.events.room.Broadcast()
	return s.raw.append(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseRealm)})
}

// Close ends the session without a word to the router. It waits for nothing,
// not even handlers that run; no further ones are started. It may be called
// more than once.
func (s *Session) Close() error {
	s.events.off.Store(true)
	s.end(ErrClosed)
	return s.raw.Close()
}

// end is the one way in which sessions end. The first reason counts.
func (s *Session) end(reason error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return
	}
	s.err = reason
	for _, subs := range s.subscriptions {
		for _, sub := range subs {
			sub.close(reason)
		}
	}
	for _, reg := range s.registrations {
		reg.close(reason)
	}
	s.cancel()
	close(s.done)
	s.events.room.Broadcast()
}

// linger says that nothing follows and reads until the router has closed the
// transport too, for a moment.
func (s *Session) linger(code uint16) {
	s.raw.finish(code, "")
	_ = s.raw.conn.SetReadDeadline(time.Now().Add(linger))
	_ = s.raw.reader.Discard(netio.DefaultMaxMessage)
}
