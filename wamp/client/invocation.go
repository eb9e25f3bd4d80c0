package client

import (
	"context"
	"errors"
	"time"

	"github.com/callboard-wamp/callboard/wamp"
)

// Invocation is one call of a procedure that the session serves.
type Invocation struct {
	// Procedure is what was called, also for registrations by pattern.
	Procedure wamp.URI
	Args      []any
	Kwargs    wamp.Dict
	Details   wamp.Dict
	Passthru  *wamp.Passthru // set when the call uses payload passthru mode

	session  *Session
	reg      *Registration // nil if there is none
	request  wamp.ID
	progress bool
}

// WantsProgress says whether the caller asked for progressive results.
func (i *Invocation) WantsProgress() bool { return i.progress }

// Progress sends a progressive result; nothing when the caller did not ask for
// any. It waits while the router takes no bytes.
func (i *Invocation) Progress(ctx context.Context, args []any, kwargs wamp.Dict) error {
	return i.ProgressResult(ctx, &Result{Args: args, Kwargs: kwargs})
}

// ProgressResult is Progress for a result that uses payload passthru mode.
func (i *Invocation) ProgressResult(ctx context.Context, r *Result) error {
	if !i.progress {
		return nil
	}
	m := wamp.Message{Type: wamp.Yield, Request: i.request, Fields: r.Passthru.Append([]wamp.Field{wamp.True("progress")})}
	if err := i.session.raw.setPayload(&m, r.Args, r.Kwargs); err != nil {
		return err
	}
	return i.session.answer(ctx, &m)
}

func (s *Session) onInvocation(m *wamp.Message) {
	i := &Invocation{session: s, request: m.Request, progress: m.Flags.Has(wamp.ReceiveProgress)}
	err := s.decodeInvocation(i, m)
	s.mu.Lock()
	reg := s.registrations[m.ID]
	ctx, cancel := s.invocationContext(i.Details)
	s.invocations[m.Request] = cancel
	if reg != nil {
		i.reg = reg
		reg.serving++
	}
	s.mu.Unlock()
	switch {
	case reg == nil:
		err = &Error{URI: wamp.ErrUnavailable}
	case i.Procedure == "":
		i.Procedure = reg.procedure
	}
	if err != nil {
		go s.conclude(i, nil, err)
		return
	}
	go s.serve(ctx, reg.handler, i)
}

func (s *Session) decodeInvocation(i *Invocation, m *wamp.Message) (err error) {
	if len(m.Dict) > 0 {
		i.Details, err = s.raw.agreed.Serializer.DecodeDict(m.Dict)
	}
	i.Passthru = passthruOf(i.Details)
	if procedure, ok := i.Details["procedure"].(string); ok {
		i.Procedure = wamp.URI(procedure)
	}
	if err == nil {
		i.Args, i.Kwargs, err = s.raw.agreed.Serializer.DecodePayload(m.Payload)
	}
	return err
}

// invocationContext ends with the session, with an INTERRUPT or after the
// timeout that the dealer forwarded.
func (s *Session) invocationContext(details wamp.Dict) (context.Context, context.CancelFunc) {
	if ms, ok := details["timeout"].(int64); ok && ms > 0 && ms <= int64(time.Duration(1<<62)/time.Millisecond) {
		return context.WithTimeout(s.ctx, time.Duration(ms)*time.Millisecond)
	}
	return context.WithCancel(s.ctx)
}

func (s *Session) onInterrupt(m *wamp.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.invocations[m.Request]; cancel != nil {
		cancel()
	}
}

// serve is the goroutine of one invocation.
func (s *Session) serve(ctx context.Context, handler Handler, i *Invocation) {
	result, err := handler(ctx, i)
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = &Error{URI: wamp.ErrCanceled}
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = &Error{URI: wamp.ErrTimeout}
		}
	}
	s.conclude(i, result, err)
}

// conclude sends the final answer to an invocation. Whatever cannot be sent
// becomes an ERROR, so that no caller waits for ever.
func (s *Session) conclude(i *Invocation, result *Result, err error) {
	if err == nil {
		err = s.yield(i, result)
	}
	if err != nil {
		if s.fail(i, asError(err)) != nil {
			_ = s.fail(i, &Error{URI: asError(err).URI})
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.invocations[i.request]; cancel != nil {
		cancel()
		delete(s.invocations, i.request)
	}
	if i.reg != nil {
		i.reg.served()
	}
}

func (s *Session) yield(i *Invocation, result *Result) error {
	m := wamp.Message{Type: wamp.Yield, Request: i.request}
	if result != nil {
		m.Fields = result.Passthru.Append(nil)
		if err := s.raw.setPayload(&m, result.Args, result.Kwargs); err != nil {
			return err
		}
	}
	return s.answer(s.ctx, &m)
}

func (s *Session) fail(i *Invocation, e *Error) error {
	m := wamp.Message{Type: wamp.ErrorMessage, Failed: wamp.Invocation, Request: i.request, URI: []byte(e.URI)}
	if err := s.raw.setDict(&m, e.Details); err != nil {
		return err
	}
	if err := s.raw.setPayload(&m, e.Args, e.Kwargs); err != nil {
		return err
	}
	return s.answer(s.ctx, &m)
}

// answer sends what has no request id of its own.
func (s *Session) answer(ctx context.Context, m *wamp.Message) error {
	if err := s.room(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	err := s.queue(m)
	s.mu.Unlock()
	return s.flushed(err)
}
