package session

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// end says the last word to the peer and hands the transport back to its
// connection. The actor stops after the drain; its shard settles the ledger.
func (s *session) end(c lane.Close) {
	if s.ended {
		return
	}
	s.ended = true
	s.clock.Stop()
	s.Leave()
	t := s.Transport
	t.Target.Store(t.Box)
	if !c.Silent {
		s.enc.Write(t, lastWord(c))
		s.enc.EndOwn()
	}
	t.Box.Post(s.x, lane.Item{Op: lane.OpSessionEnded, Session: s.Session, Ext: &c})
}

func lastWord(c lane.Close) *wamp.Message {
	m := &wamp.Message{Type: wamp.Goodbye, URI: []byte(c.Reason)}
	if c.Abort {
		m.Type = wamp.Abort
	}
	if c.Message != "" {
		m.Fields = []wamp.Field{wamp.Text("message", c.Message)}
	}
	return m
}

// abort ends the session for a violation of the protocol (basic profile,
// "Protocol Violations"): ABORT, then nothing more is read or handled.
func (s *session) abort(err *wamp.Error) {
	s.env.Log.Info().Uint64("session", uint64(s.ID)).Str("remote", s.Transport.Remote).
		Str("reason", string(err.URI)).Msg("session aborted: " + err.Message)
	s.end(lane.Close{Reason: err.URI, Message: err.Message, Code: 1002, Abort: true})
}

// stopping runs when the actor is stopped, however that came about. A session
// that did not end by itself has failed, or its realm goes.
func (s *session) stopping() {
	if s.ended {
		return
	}
	c := lane.Close{Reason: wamp.CloseRealm, Message: "the realm is closed", Code: 1001}
	if s.Failed.Load() {
		c = lane.Close{Reason: wamp.ErrInternal, Message: "the session crashed in the router", Code: 1011, Abort: true}
	} else if s.env.Draining.Load() {
		c = lane.Close{Reason: wamp.CloseSystemShutdown, Code: 1001}
	}
	s.attach(s.Box.Executor())
	s.end(c)
	s.Transport.Outbox.Flush()
}

// Refuse aborts a session whose actor will never be started, because its realm
// closed at that moment.
func Refuse(h *lane.Session) {
	s := &session{Session: h, env: h.Realm.Env, enc: lane.NewEncoder(h.Realm.Env)}
	c := lane.Close{Reason: wamp.ErrNoSuchRealm, Message: "the realm is closed", Code: 1000, Abort: true}
	if s.env.Draining.Load() {
		c.Reason, c.Message = wamp.CloseSystemShutdown, "the router is shutting down"
	}
	s.end(c)
	s.Transport.Outbox.Flush()
	s.enc.Flush()
}

// onGoodbye answers the peer's GOODBYE, the last thing that it hears of this
// session (basic profile, "Session Closing").
func (s *session) onGoodbye() {
	s.end(lane.Close{Reason: wamp.CloseGoodbyeAndOut, Code: 1000, Answered: true})
}
