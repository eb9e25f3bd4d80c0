package session

import (
	"maps"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// Announced are the features that every realm has, in WELCOME.Details.roles
// (advanced profile, "Feature Announcement").
var Announced = wamp.Dict{
	"broker": wamp.Dict{"features": wamp.Dict{
		"publisher_identification":      true,
		"publisher_exclusion":           true,
		"subscriber_blackwhite_listing": true,
		"pattern_based_subscription":    true,
		"session_meta_api":              true,
		"subscription_meta_api":         true,
		"subscription_revocation":       true,
		"event_retention":               true,
		"payload_passthru_mode":         true,
	}},
	"dealer": wamp.Dict{"features": wamp.Dict{
		"caller_identification":        true,
		"call_reroute":                 true,
		"call_timeout":                 true,
		"call_canceling":               true,
		"progressive_call_results":     true,
		"pattern_based_registration":   true,
		"shared_registration":          true,
		"session_meta_api":             true,
		"registration_meta_api":        true,
		"registration_revocation":      true,
		"progressive_call_invocations": true,
		"testament_meta_api":           true,
		"payload_passthru_mode":        true,
	}},
}

// RolesOf are the features of a realm with these rules: those that every realm
// has, and those that it was configured for.
func RolesOf(rules *lane.RealmRules) wamp.Dict {
	roles := wamp.Dict{}
	for role, announced := range Announced {
		roles[role] = wamp.Dict{"features": maps.Clone(announced.(wamp.Dict)["features"].(wamp.Dict))}
	}
	also := func(role, feature string) { roles[role].(wamp.Dict)["features"].(wamp.Dict)[feature] = true }
	if rules.Trust.Calls != nil {
		also("dealer", "call_trustlevels")
	}
	if rules.Trust.Publications != nil {
		also("broker", "publication_trustlevels")
	}
	if len(rules.Histories) > 0 {
		also("broker", "event_history")
	}
	return roles
}

// Announce encodes what a realm announces, once for all of its sessions.
func Announce(roles wamp.Dict) (a lane.Announcement) {
	for _, s := range []codec.Serializer{codec.JSON, codec.MessagePack, codec.CBOR} {
		a[s] = lane.Greeting{Roles: encoded(s, roles), Extra: encoded(s, wamp.Dict{})}
	}
	return a
}

func encoded(s codec.Serializer, v any) string {
	b, err := s.AppendValue(nil, v)
	if err != nil {
		panic(err) // our own words
	}
	return string(b)
}

// welcome tells the peer that it has joined, and lets its reader post to this
// session from then on.
func (s *session) welcome() {
	id, g := &s.Identity, &s.Realm.Announced[s.Transport.Group.Serializer]
	t := s.Transport
	t.Raised.Store(true)
	t.Target.Store(s.Box)
	s.attach(s.Box.Executor())
	s.write(&wamp.Message{Type: wamp.Welcome, Request: s.ID, Fields: s.enc.Fields(
		wamp.Text("agent", s.env.Agent), wamp.Encoded("authextra", g.Extra),
		wamp.Text("authid", id.AuthID), wamp.Text("authmethod", id.AuthMethod),
		wamp.Text("authprovider", id.AuthProvider), wamp.Text("authrole", id.AuthRole),
		wamp.Text("realm", string(s.Realm.URI)), wamp.Encoded("roles", g.Roles),
	)})
	s.flush()
	s.Welcomed = true
	s.Realm.Feed.Post(lane.Change{Kind: lane.SessionJoined, Session: s.Session})
	if s.env.Draining.Load() { // it came after those who were told
		s.end(lane.Close{Reason: wamp.CloseSystemShutdown, Code: 1001})
		s.flush()
	}
}
