package client

import (
	"errors"
	"fmt"

	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// errLeft ends the reading when both sides have said GOODBYE.
var errLeft = errors.New("client: goodbye")

// read is the goroutine of a session; it ends with the transport.
func (s *Session) read() {
	defer close(s.closed)
	s.ended(s.readFrames())
	s.raw.reader.Close()
	_ = s.raw.Close()
}

// ended ends the session for what stopped the reading.
func (s *Session) ended(err error) {
	if err == errLeft {
		s.linger(netio.CloseNormal)
		return
	}
	s.end(fmt.Errorf("client: connection lost: %w", err))
	if _, ok := errors.AsType[*CloseError](err); ok {
		s.linger(netio.CloseNormal)
	}
	if e, ok := errors.AsType[*netio.FrameError](err); ok {
		s.linger(e.Code)
	}
}

func (s *Session) readFrames() error {
	for {
		if err := s.raw.reader.Fill(); err != nil {
			return err
		}
		if err := s.readBuffered(); err != nil {
			return err
		}
	}
}

func (s *Session) readBuffered() error {
	for {
		f, ok, err := s.raw.reader.Next()
		if err != nil || !ok {
			return err
		}
		switch f.Kind {
		case netio.Message:
			err = s.onMessage(f.Data)
		case netio.Ping:
			s.raw.pong(f.Data)
		case netio.Close:
			err = &CloseError{Code: f.Code, Reason: string(f.Data)}
		}
		if err != nil {
			return err
		}
	}
}

// onMessage serves one message, whose bytes are lent.
func (s *Session) onMessage(b []byte) error {
	var m wamp.Message
	if err := s.raw.agreed.Serializer.Parse(b, &m); err != nil {
		return s.violation(err.Error())
	}
	switch m.Type {
	case wamp.Event:
		s.onEvent(&m)
	case wamp.Invocation:
		s.onInvocation(&m)
	case wamp.Interrupt:
		s.onInterrupt(&m)
	case wamp.Result:
		s.onResult(&m)
	case wamp.ErrorMessage:
		s.onError(&m)
	case wamp.Published, wamp.Subscribed, wamp.Registered, wamp.Unsubscribed, wamp.Unregistered:
		s.onReply(&m)
	case wamp.Goodbye:
		return s.onGoodbye(&m)
	case wamp.Abort:
		s.end(s.raw.errorOf(&m))
		return errLeft
	default:
		return s.violation(m.Type.String() + " in an open session")
	}
	return nil
}

// violation ends the session because of what the router did.
func (s *Session) violation(text string) error {
	s.end(s.raw.abort(text))
	return errLeft
}

// onGoodbye serves the answer to ours, or answers the router's.
func (s *Session) onGoodbye(m *wamp.Message) error {
	s.mu.Lock()
	leaving := s.leaving
	s.leaving = true
	s.mu.Unlock()
	if leaving {
		s.end(ErrClosed)
		return errLeft
	}
	_ = s.raw.append(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseGoodbyeAndOut)})
	s.end(s.raw.errorOf(m))
	return errLeft
}

// requestOf is the type of the request that a message replies to.
var requestOf = map[wamp.MessageType]wamp.MessageType{
	wamp.Published: wamp.Publish, wamp.Subscribed: wamp.Subscribe, wamp.Registered: wamp.Register,
	wamp.Unsubscribed: wamp.Unsubscribe, wamp.Unregistered: wamp.Unregister, wamp.Result: wamp.Call,
}

// onReply serves what ends a request well. A reply that nobody expects is
// dropped: the request may have been answered by an ERROR before.
func (s *Session) onReply(m *wamp.Message) {
	if m.Request == 0 {
		s.onRevocation(m)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.settle(m.Request, requestOf[m.Type])
	if r == nil {
		return
	}
	if r.accept != nil {
		r.accept(m)
	}
	r.deliver(reply{id: m.ID})
}

func (s *Session) onError(m *wamp.Message) {
	err := s.raw.errorOf(m)
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.settle(m.Request, m.Failed); r != nil {
		r.deliver(reply{err: err})
	}
}

// settle takes the request with this id out, if it is of this kind. The mutex
// is held.
func (s *Session) settle(id wamp.ID, kind wamp.MessageType) *request {
	r := s.pending[id]
	if r == nil || r.kind != kind {
		return nil
	}
	delete(s.pending, id)
	return r
}
