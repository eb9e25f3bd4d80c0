package client

import (
	"context"
	"iter"

	"github.com/callboard-wamp/callboard/wamp"
)

// Result is what a callee answers.
type Result struct {
	Args    []any
	Kwargs  wamp.Dict
	Details wamp.Dict
	// Progress says that further results follow. Handlers of invocations do not
	// set it, they call [Invocation.Progress].
	Progress bool
	// Passthru is set when payload passthru mode is used, by handlers too: see
	// [Passthru].
	Passthru *wamp.Passthru
}

// Call calls a procedure and waits for its result. When ctx ends first, the
// call is canceled at the router too and the cause of ctx returned. An ERROR is
// an [*Error]. Options are those of CALL, for example timeout in milliseconds.
func (s *Session) Call(ctx context.Context, procedure wamp.URI, args []any, kwargs wamp.Dict, o ...wamp.Dict) (*Result, error) {
	r := newRequest(wamp.Call)
	m, err := s.call(ctx, r, procedure, o, payload{args, kwargs})
	if err != nil {
		return nil, err
	}
	a, err := s.wait(ctx, r)
	if err != nil {
		s.cancelCall(m.Request, r)
		return nil, err
	}
	return a.result, nil
}

// CallProgress calls a procedure and yields its progressive results and then
// the final one (advanced profile, "Progressive Call Results"). An error comes
// last. Ending the loop early cancels the call, as the end of ctx does. Results
// that are not yet taken wait in memory.
func (s *Session) CallProgress(ctx context.Context, procedure wamp.URI, args []any, kwargs wamp.Dict, o ...wamp.Dict) iter.Seq2[*Result, error] {
	return func(yield func(*Result, error) bool) {
		r := newRequest(wamp.Call)
		o := append(o[:len(o):len(o)], wamp.Dict{"receive_progress": true})
		m, err := s.call(ctx, r, procedure, o, payload{args, kwargs})
		if err != nil {
			yield(nil, err)
			return
		}
		defer s.cancelCall(m.Request, r)
		for {
			a, err := s.wait(ctx, r)
			if !yield(a.result, err) || err != nil || !a.result.Progress {
				return
			}
		}
	}
}

type payload struct {
	args   []any
	kwargs wamp.Dict
}

func (s *Session) call(ctx context.Context, r *request, procedure wamp.URI, o []wamp.Dict, p payload) (*wamp.Message, error) {
	m, err := s.message(wamp.Call, procedure, o)
	if err == nil {
		err = s.raw.setPayload(m, p.args, p.kwargs)
	}
	if err == nil {
		err = s.send(ctx, m, r)
	}
	return m, err
}

// cancelCall gives a call up and sends CANCEL if it has no final answer.
func (s *Session) cancelCall(id wamp.ID, r *request) {
	if s.postCancel(id, r) {
		_ = s.raw.flush()
	}
}

func (s *Session) postCancel(id wamp.ID, r *request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	given := r.canceled
	r.abandoned, r.canceled, r.replies = true, true, nil
	return !given && s.pending[id] == r && s.queue(&wamp.Message{Type: wamp.Cancel, Request: id}) == nil
}

// onResult serves the final result of a call, or a progressive one.
func (s *Session) onResult(m *wamp.Message) {
	a := reply{result: &Result{Progress: m.Flags.Has(wamp.Progress)}}
	if len(m.Dict) > 0 {
		a.result.Details, a.err = s.raw.agreed.Serializer.DecodeDict(m.Dict)
		a.result.Passthru = passthruOf(a.result.Details)
	}
	if a.err == nil {
		a.result.Args, a.result.Kwargs, a.err = s.raw.agreed.Serializer.DecodePayload(m.Payload)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.pending[m.Request]
	if r == nil || r.kind != wamp.Call {
		return
	}
	if !a.result.Progress {
		delete(s.pending, m.Request)
	}
	if !r.abandoned {
		r.deliver(a)
	}
}
