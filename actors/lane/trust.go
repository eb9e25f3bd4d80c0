package lane

import "github.com/callboard-wamp/callboard/wamp"

// Receives is the group of receivers of EVENTs that the session belongs to
// (advanced profile, "Publication Trust Levels").
func (s *Session) Receives() Group {
	g := s.Transport.Group
	g.Trust = s.Realm.Trust.Publications != nil && s.Features.Has(wamp.SubscriberTrustLevels)
	return g
}

// PublicationTrust is how far what the session publishes is trusted.
func (s *Session) PublicationTrust() uint64 {
	return s.Realm.Trust.Publications.Of(s.Identity.AuthRole)
}

// CallTrust is how far its calls are.
func (s *Session) CallTrust() uint64 { return s.Realm.Trust.Calls.Of(s.Identity.AuthRole) }
