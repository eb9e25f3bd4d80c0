package session

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// Announced are the features that the router has, in WELCOME.Details.roles
// (advanced profile, "Feature Announcement").
var Announced = wamp.Dict{
	"broker": wamp.Dict{"features": wamp.Dict{
		"publisher_identification":      true,
		"publisher_exclusion":           true,
		"subscriber_blackwhite_listing": true,
		"pattern_based_subscription":    true,
	}},
	"dealer": wamp.Dict{"features": wamp.Dict{
		"caller_identification":      true,
		"call_canceling":             true,
		"progressive_call_results":   true,
		"pattern_based_registration": true,
		"shared_registration":        true,
	}},
}

// welcome tells the peer that it has joined, and lets its reader post to this
// session from then on.
func (s *session) welcome() {
	id := &s.Identity
	details := wamp.Dict{
		"roles": Announced, "realm": string(s.Realm.URI), "agent": s.env.Agent,
		"authid": id.AuthID, "authrole": id.AuthRole, "authmethod": id.AuthMethod,
		"authprovider": id.AuthProvider, "authextra": wamp.Dict{},
	}
	dict, err := s.Transport.Group.Serializer.AppendValue(nil, details)
	if err != nil {
		panic(err)
	}
	t := s.Transport
	t.Raised.Store(true)
	t.Target.Store(s.Box)
	s.enc = lane.NewEncoder(s.env, nil)
	s.write(&wamp.Message{Type: wamp.Welcome, Request: s.ID, Dict: dict})
	s.flush()
	if s.env.Draining.Load() { // it came after those who were told
		s.end(lane.Close{Reason: wamp.CloseSystemShutdown, Code: 1001})
		s.flush()
	}
	s.enc.Flush()
	s.enc = nil
}
