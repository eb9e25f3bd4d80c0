package client

import (
	"context"
	"errors"

	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// request waits for the reply to a message. Its fields are guarded by the mutex
// of the session.
type request struct {
	kind      wamp.MessageType // of the message that was sent
	abandoned bool             // nobody waits any more
	canceled  bool             // CANCEL was sent, or was not needed
	// accept is called for a reply that is no ERROR, before anything behind it
	// is read. It may be nil.
	accept  func(m *wamp.Message)
	replies []reply       // one, or several progressive ones
	ready   chan struct{} // holds a token when there are replies
}

type reply struct {
	id     wamp.ID
	result *Result
	err    error
}

func newRequest(kind wamp.MessageType) *request {
	return &request{kind: kind, ready: make(chan struct{}, 1)}
}

func (r *request) deliver(a reply) {
	r.replies = append(r.replies, a)
	select {
	case r.ready <- struct{}{}:
	default:
	}
}

// send gives m the next request id and sends it. A nil request expects no reply.
func (s *Session) send(ctx context.Context, m *wamp.Message, r *request) error {
	for {
		if err := s.room(ctx); err != nil {
			return err
		}
		s.mu.Lock()
		err := s.post(m, r)
		s.mu.Unlock()
		if !errors.Is(err, netio.ErrFull) {
			return s.flushed(err)
		}
	}
}

// room waits until the router takes bytes.
func (s *Session) room(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if s.raw.conn.open() {
		return nil
	}
	s.hold(1)
	defer s.hold(-1)
	err := s.raw.conn.room(ctx, s.raw.dead)
	if err == ErrClosed {
		return s.reason()
	}
	return err
}

// hold counts senders that wait, during which the reader must go on.
func (s *Session) hold(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stuck += n
	s.events.room.Broadcast()
}

// reason is why nothing can be sent: the reader finds out.
func (s *Session) reason() error {
	<-s.done
	return s.Err()
}

// flushed sends what was queued, unless that failed already.
func (s *Session) flushed(err error) error {
	if err == errCut {
		s.hold(1)
		defer s.hold(-1)
		return s.reason()
	}
	if err != nil {
		return err
	}
	// A connection that takes nothing more ends the session: whoever waits for
	// a reply learns of it.
	_ = s.raw.flush()
	return nil
}

// errCut says that the transport takes nothing more.
var errCut = errors.New("client: transport is cut")

// queue hands a message to the transport. The mutex is held.
func (s *Session) queue(m *wamp.Message) error {
	switch {
	case s.err != nil:
		return s.err
	case s.leaving:
		return ErrClosed
	}
	err := s.raw.append(m)
	if err == ErrClosed {
		return errCut
	}
	return err
}

// post queues m under the next id. The mutex is held.
func (s *Session) post(m *wamp.Message, r *request) error {
	m.Request = s.last.Next()
	if err := s.queue(m); err != nil {
		return err
	}
	s.last = m.Request
	if r != nil {
		s.pending[m.Request] = r
		s.events.room.Broadcast()
	}
	return nil
}

// do sends m and waits for the reply.
func (s *Session) do(ctx context.Context, m *wamp.Message, r *request) (reply, error) {
	if err := s.send(ctx, m, r); err != nil {
		return reply{}, err
	}
	return s.wait(ctx, r)
}

// wait returns the next reply. When ctx ends, the request is abandoned.
func (s *Session) wait(ctx context.Context, r *request) (reply, error) {
	for {
		if a, ok := s.take(r); ok {
			return a, a.err
		}
		select {
		case <-r.ready:
		case <-s.done:
			if a, ok := s.take(r); ok {
				return a, a.err
			}
			return reply{}, s.Err()
		case <-ctx.Done():
			if a, ok := s.abandon(r); ok {
				return a, a.err
			}
			return reply{}, context.Cause(ctx)
		}
	}
}

func (s *Session) take(r *request) (reply, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(r.replies) == 0 {
		return reply{}, false
	}
	a := r.replies[0]
	r.replies = r.replies[1:]
	return a, true
}

// abandon gives a request up, unless a reply has come after all.
func (s *Session) abandon(r *request) (reply, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(r.replies) > 0 {
		a := r.replies[0]
		r.replies = r.replies[1:]
		return a, true
	}
	r.abandoned = true
	return reply{}, false
}

// options joins what a program gave; the later ones win.
func options(dicts []wamp.Dict) wamp.Dict {
	if len(dicts) == 1 {
		return dicts[0]
	}
	all := wamp.Dict{}
	for _, d := range dicts {
		for key, value := range d {
			all[key] = value
		}
	}
	return all
}

// message makes a request with Options and a URI.
func (s *Session) message(t wamp.MessageType, uri wamp.URI, dicts []wamp.Dict) (*wamp.Message, error) {
	m := &wamp.Message{Type: t, URI: []byte(uri)}
	return m, s.raw.setDict(m, options(dicts))
}
