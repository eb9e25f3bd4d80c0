package session

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/auth"
)

// disclosure is the realm's policy for a URI. It stands with the route in the
// cache, and is never stale: the rules of a realm do not change.
func disclosure[V any](routes *cache[V], rules *auth.Disclosures, uri []byte) auth.Disclosure {
	if rules == nil {
		return auth.OnRequest
	}
	if e := routes.get(uri); e != nil {
		return e.disclose
	}
	return rules.Of(uri)
}

func (s *session) publisherDisclosure(uri []byte) auth.Disclosure {
	return disclosure(&s.topics, s.Realm.Disclosure.Publishers, uri)
}

func (s *session) callerDisclosure(uri []byte) auth.Disclosure {
	return disclosure(&s.callees, s.Realm.Disclosure.Callers, uri)
}

// asPublisher returns what EVENT.Details disclose of this session. It is made
// once and not changed.
func (s *session) asPublisher() []wamp.Field {
	if s.disclosed == nil {
		s.disclosed = s.Identify("publisher")
	}
	return s.disclosed
}

// asCaller returns what INVOCATION.Details say of a call by an exact URI of which
// the caller is disclosed: to every callee, or to those that ask. Both are made
// once and not changed.
func (s *session) asCaller(everybody bool) *lane.CallDetails {
	i := 0
	if everybody {
		i = 1
	}
	if s.calling[i] == nil {
		s.calling[i] = &lane.CallDetails{Caller: s.Session, Asked: everybody}
	}
	return s.calling[i]
}
