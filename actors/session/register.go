package session

import (
	"math"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

// onRegister makes the session a callee of a registration (basic profile,
// "Registering and Unregistering").
func (s *session) onRegister(m *wamp.Message) {
	if !s.step(m.Request) {
		return
	}
	if err := s.mayRegister(m); err != nil {
		s.fail(wamp.Register, m.Request, err)
		return
	}
	l := &s.Ledger
	member := &lane.Member{
		Session: s.Session, URI: string(m.URI), Match: m.Match, Procedure: true,
		Invoke: m.Invoke, Flags: m.Flags,
	}
	member.Ask(m.Request)
	if m.Options != nil {
		member.Limit = int32(min(m.Options.Concurrency, math.MaxInt32))
	}
	if l.Registrations == nil {
		l.Registrations = map[lane.Key]*lane.Member{}
	}
	l.Registrations[member.Key()] = member
	s.join(member)
}

func (s *session) mayRegister(m *wamp.Message) *wamp.Error {
	if err := dealer.CheckRegister(m.URI, m.Match, s.Realm.URIs, false); err != nil {
		return err
	}
	if m.Invoke == wamp.InvokeUnknown {
		return &wamp.Error{URI: wamp.ErrOptionNotAllowed, Message: "invoke: unknown policy"}
	}
	if asked := m.Match == wamp.Exact && m.Flags.Has(wamp.DiscloseCaller); asked {
		if err := s.Realm.Disclosure.Callers.Of(m.URI).Refuse(asked); err != nil {
			return err
		}
	}
	if s.Ledger.Registrations[lane.Key{URI: string(m.URI), Match: m.Match}] != nil {
		return &wamp.Error{URI: wamp.ErrProcedureAlreadyExists, Message: "this session has registered it already"}
	}
	if len(s.Ledger.Registrations) >= s.env.Limits.Registrations {
		return limit("registrations per session")
	}
	return nil
}

// onUnregister ends a membership. Invocations that were written stay valid, and
// calls that come in from now on go to another callee.
func (s *session) onUnregister(m *wamp.Message) {
	if !s.step(m.Request) {
		return
	}
	member := s.Ledger.Registered[m.ID]
	if member == nil {
		s.fail(wamp.Unregister, m.Request, &wamp.Error{URI: wamp.ErrNoSuchRegistration})
		return
	}
	delete(s.Ledger.Registered, m.ID)
	delete(s.Ledger.Registrations, member.Key())
	s.leave(member)
	s.write(&wamp.Message{Type: wamp.Unregistered, Request: m.Request})
}
