package client

import (
	"context"
	"errors"
	"iter"

	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// ErrAnswered is what [Stream.Send] returns when the call has its final answer, so that
// no more input is wanted. What the answer is, [Stream.Results] tells.
var ErrAnswered = errors.New("client: the call has its answer")

// Stream is a call whose input is sent piece by piece (advanced profile, "Progressive
// Call Invocations"). One goroutine may send while another one takes the results:
//
//	upload, err := s.Stream(ctx, "com.example.upload", []any{first}, nil)
//	...
//	err = upload.Send(ctx, []any{next}, nil)
//	err = upload.CloseSend(ctx, []any{last}, nil)
//	for result, err := range upload.Results() { ... }
type Stream struct {
	session *Session
	ctx     context.Context
	cancel  context.CancelFunc
	id      wamp.ID
	uri     wamp.URI
	r       *request
}

// Stream begins a call with its first input, which more follows; options are those of
// CALL, for example receive_progress, and stay as they are. When ctx ends before the
// call does, the call is canceled. Somebody must take the results, or cancel: until
// then they wait in memory.
func (s *Session) Stream(ctx context.Context, procedure wamp.URI, args []any, kwargs wamp.Dict, o ...wamp.Dict) (*Stream, error) {
	r := newRequest(wamp.Call)
	o = append(o[:len(o):len(o)], wamp.Dict{"progress": true})
	m, err := s.call(ctx, r, procedure, o, payload{args, kwargs})
	if err != nil {
		return nil, err
	}
	c := &Stream{session: s, id: m.Request, uri: procedure, r: r}
	c.ctx, c.cancel = context.WithCancel(ctx)
	context.AfterFunc(c.ctx, func() { s.cancelCall(c.id, r) })
	return c, nil
}

// Send sends more input. It waits while the router takes no bytes, until ctx ends; then
// nothing was sent, and the call goes on. Input that crosses the answer is dropped by
// the router; after the answer the error is [ErrAnswered].
func (c *Stream) Send(ctx context.Context, args []any, kwargs wamp.Dict) error {
	return c.send(ctx, wamp.Dict{"progress": true}, args, kwargs)
}

// CloseSend sends the last input, as Send does, and leaves the call to its callee.
func (c *Stream) CloseSend(ctx context.Context, args []any, kwargs wamp.Dict) error {
	return c.send(ctx, nil, args, kwargs)
}

func (c *Stream) send(ctx context.Context, o wamp.Dict, args []any, kwargs wamp.Dict) error {
	s := c.session
	m := &wamp.Message{Type: wamp.Call, Request: c.id, URI: []byte(c.uri)}
	err := s.raw.setDict(m, o)
	if err == nil {
		err = s.raw.setPayload(m, args, kwargs)
	}
	for err == nil {
		if err = s.room(ctx); err != nil {
			break
		}
		if err = c.post(m); err == nil {
			return s.flushed(nil)
		}
		if errors.Is(err, netio.ErrFull) {
			err = nil
			continue
		}
		return s.flushed(err)
	}
	return err
}

// post queues m if the call is open.
func (c *Stream) post(m *wamp.Message) error {
	s := c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && !s.leaving && (s.pending[c.id] != c.r || c.r.abandoned) {
		return ErrAnswered
	}
	return s.queue(m)
}

// Results yields the progressive results, if they were asked for, and then the final
// one; an error comes last. Ending the loop early cancels the call. It is for one loop.
func (c *Stream) Results() iter.Seq2[*Result, error] {
	return func(yield func(*Result, error) bool) {
		defer c.Cancel()
		for {
			a, err := c.session.wait(c.ctx, c.r)
			if !yield(a.result, err) || err != nil || !a.result.Progress {
				return
			}
		}
	}
}

// Cancel gives the call up, if it has no final answer yet. It may be called more than
// once, and does not wait.
func (c *Stream) Cancel() {
	c.cancel()
	c.session.cancelCall(c.id, c.r)
}
