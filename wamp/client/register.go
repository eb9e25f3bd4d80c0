package client

import (
	"context"

	"github.com/callboard-wamp/callboard/wamp"
)

// Handler serves the invocations of a procedure, each in a goroutine of its
// own; the router bounds how many there are at once. ctx ends when the call is
// canceled or its timeout has passed, and with the session. A nil result is an
// empty one. An error becomes the ERROR of the call: an [*Error] as it is,
// others as [RuntimeError] with their text.
type Handler func(ctx context.Context, i *Invocation) (*Result, error)

// Registration is one procedure, or pattern of procedures, that the session
// serves.
type Registration struct {
	session   *Session
	procedure wamp.URI
	handler   Handler
	done      chan struct{}

	id      wamp.ID // this and the next ones are guarded by the session's mutex
	closed  bool
	err     error
	serving int             // invocations without an answer
	idle    []chan struct{} // of those who wait until there are none
}

// Register offers a procedure (options match, invoke). When ctx ends before the
// reply, the registration is undone.
func (s *Session) Register(ctx context.Context, procedure wamp.URI, handler Handler, o ...wamp.Dict) (*Registration, error) {
	m, err := s.message(wamp.Register, procedure, o)
	if err != nil {
		return nil, err
	}
	reg := &Registration{session: s, procedure: procedure, handler: handler, done: make(chan struct{})}
	r := newRequest(wamp.Register)
	r.accept = func(m *wamp.Message) {
		if r.abandoned {
			s.undo(&wamp.Message{Type: wamp.Unregister, ID: m.ID})
			return
		}
		reg.id = m.ID
		s.registrations[m.ID] = reg
	}
	if _, err = s.do(ctx, m, r); err != nil {
		return nil, err
	}
	return reg, nil
}

// Procedure is the URI that was registered.
func (reg *Registration) Procedure() wamp.URI { return reg.procedure }

// ID is the registration id that the router chose.
func (reg *Registration) ID() wamp.ID {
	reg.session.mu.Lock()
	defer reg.session.mu.Unlock()
	return reg.id
}

// Done is closed when the registration has ended: by Unregister, by the router
// or with the session.
func (reg *Registration) Done() <-chan struct{} { return reg.done }

// Err is nil as long as the registration lasts and after Unregister, an
// [*Error] with the reason when the router revoked it, else that of the session.
func (reg *Registration) Err() error {
	reg.session.mu.Lock()
	defer reg.session.mu.Unlock()
	return reg.err
}

// Unregister ends the registration. Invocations that the router sent before its
// reply are still served.
func (reg *Registration) Unregister(ctx context.Context) error {
	s := reg.session
	r := newRequest(wamp.Unregister)
	r.accept = func(*wamp.Message) {
		delete(s.registrations, reg.id)
		reg.close(nil)
	}
	_, err := s.do(ctx, &wamp.Message{Type: wamp.Unregister, ID: reg.ID()}, r)
	return err
}

// Wait returns when no invocation is being served any more, or with the cause of
// ctx. After Unregister it is how a program ends without leaving callers alone.
func (reg *Registration) Wait(ctx context.Context) error {
	select {
	case <-reg.whenIdle():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (reg *Registration) whenIdle() <-chan struct{} {
	reg.session.mu.Lock()
	defer reg.session.mu.Unlock()
	idle := make(chan struct{})
	if reg.serving == 0 {
		close(idle)
	} else {
		reg.idle = append(reg.idle, idle)
	}
	return idle
}

// served is called with the mutex held.
func (reg *Registration) served() {
	if reg.serving--; reg.serving > 0 {
		return
	}
	for _, idle := range reg.idle {
		close(idle)
	}
	reg.idle = nil
}

// close is called with the mutex held.
func (reg *Registration) close(reason error) {
	if !reg.closed {
		reg.closed, reg.err = true, reason
		close(reg.done)
	}
}
