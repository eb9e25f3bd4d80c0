package session

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// onInput handles what one read brought, in order. A message that could not be
// decoded ends the session after those before it were handled.
func (s *session) onInput(in *lane.Input) {
	s.env.Counters.Messages.Add(uint64(len(in.Messages)))
	serial := s.serial
	for in.Handled < len(in.Messages) && !s.ended {
		s.onMessage(in, &in.Messages[in.Handled])
		in.Handled++
	}
	switch {
	case in.Handled == len(in.Messages) && in.Err == nil:
	case s.ended:
		in.Rest(in.Handled).PostTo(s.Transport.Box, s.x) // a HELLO may be in it
	default:
		s.end(lane.CloseFor(in.Err))
	}
	s.env.Counters.Calls.Add(uint64(s.serial - serial))
	in.Done()
}

// onMessage is the bare switch over what a peer may send in an established
// session; anything else is a violation.
func (s *session) onMessage(in *lane.Input, m *wamp.Message) {
	if m.Flags.Has(wamp.HasPassthru) && !s.mayPassThru(m) {
		return
	}
	switch m.Type {
	case wamp.Publish:
		s.onPublish(m)
	case wamp.Call:
		s.onCall(in, m)
	case wamp.Yield:
		s.onYield(in, m)
	case wamp.ErrorMessage:
		s.onCalleeError(in, m)
	case wamp.Subscribe:
		s.onSubscribe(m)
	case wamp.Unsubscribe:
		s.onUnsubscribe(m)
	case wamp.Register:
		s.onRegister(m)
	case wamp.Unregister:
		s.onUnregister(m)
	case wamp.Cancel:
		s.onCancelMessage(m)
	case wamp.Goodbye:
		s.onGoodbye()
	case wamp.Abort:
		s.end(lane.Close{Silent: true, Code: 1000})
	case wamp.EventReceived:
	default:
		s.abort(wamp.Violation(m.Type.String() + " in an established session"))
	}
}

// step judges a request id: ids of a session count up by one (basic profile,
// "IDs", session scope). What happens to others is the realm's choice. It
// returns false if the session was aborted.
func (s *session) step(id wamp.ID) bool {
	next := s.watermark.Next()
	if id > s.watermark || id == next {
		s.watermark = id
	}
	if id == next || s.Realm.RequestIDs == lane.RequestIDsOff {
		return true
	}
	if s.Realm.RequestIDs == lane.RequestIDsStrict {
		s.abort(wamp.Violation("request id out of sequence"))
		return false
	}
	s.env.Counters.OutOfStep.Add(1)
	s.first(outOfStep).Uint64("request", uint64(id)).Msg("request id out of sequence")
	return true
}

// fail answers a request with an ERROR.
func (s *session) fail(request wamp.MessageType, id wamp.ID, err *wamp.Error) {
	m := &wamp.Message{Type: wamp.ErrorMessage, Failed: request, Request: id, URI: []byte(err.URI)}
	if err.Message != "" {
		m.Fields = []wamp.Field{wamp.Text("message", err.Message)}
	}
	s.write(m)
}
