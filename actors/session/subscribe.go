package session

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
)

// onSubscribe makes the session a member of a topic. A second SUBSCRIBE to the
// same topic and policy gets the same subscription (basic profile,
// "Subscribing and Unsubscribing").
func (s *session) onSubscribe(m *wamp.Message) {
	if !s.step(m.Request) {
		return
	}
	if err := broker.CheckSubscribe(m.URI, m.Match, s.Realm.URIs); err != nil {
		s.fail(wamp.Subscribe, m.Request, err)
		return
	}
	l := &s.Ledger
	k := lane.Key{URI: string(m.URI), Match: m.Match}
	if err := s.Realm.Forbids(s.Session, k); err != nil {
		s.fail(wamp.Subscribe, m.Request, err)
		return
	}
	if old := l.Subscriptions[k]; old != nil {
		s.subscribeAgain(old, m)
		return
	}
	if len(l.Subscriptions) >= s.env.Limits.Subscriptions {
		s.fail(wamp.Subscribe, m.Request, limit("subscriptions per session"))
		return
	}
	member := &lane.Member{Session: s.Session, URI: k.URI, Match: k.Match, Flags: m.Flags}
	member.Ask(m.Request)
	if l.Subscriptions == nil {
		l.Subscriptions = map[lane.Key]*lane.Member{}
	}
	l.Subscriptions[k] = member
	s.join(member)
}

func limit(which string) *wamp.Error {
	return &wamp.Error{URI: wamp.ErrOptionNotAllowed, Message: "limit reached: " + which}
}

// join asks the directory for a membership that stands in the ledger already.
func (s *session) join(m *lane.Member) {
	if !s.Realm.Directory.Post(s.x, lane.Item{Op: lane.OpJoin, Member: m}) {
		s.onRefused(m, lane.Fail(&wamp.Error{URI: wamp.ErrInternal, Message: "the realm is closing"}))
	}
}

// onJoined writes the reply of a membership that publishers or callers see by
// now, and right after it what came for it meanwhile.
func (s *session) onJoined(m *lane.Member) {
	if m.State() != lane.Pending {
		return
	}
	m.SetState(lane.Active)
	reply := wamp.Message{Type: wamp.Subscribed, ID: m.ID()}
	if m.Procedure {
		reply.Type = wamp.Registered
		setID(&s.Ledger.Registered, m)
	} else {
		setID(&s.Ledger.Subscribed, m)
	}
	for _, request := range m.Answer() {
		reply.Request = request
		s.write(&reply)
	}
	s.beginRecall(m)
	s.unhold()
}

func setID(members *map[wamp.ID]*lane.Member, m *lane.Member) {
	if *members == nil {
		*members = map[wamp.ID]*lane.Member{}
	}
	(*members)[m.ID()] = m
}

// onRefused takes a membership back that was not granted, and says why.
func (s *session) onRefused(m *lane.Member, why *lane.Failure) {
	if m.State() != lane.Pending {
		return
	}
	m.SetState(lane.Closed)
	request := wamp.Subscribe
	if m.Procedure {
		request = wamp.Register
		delete(s.Ledger.Registrations, m.Key())
	} else {
		delete(s.Ledger.Subscriptions, m.Key())
	}
	for _, id := range m.Answer() {
		s.fail(request, id, &wamp.Error{URI: why.URI, Message: why.Message})
	}
	s.unhold()
}

// onRevoked ends a membership that an administrator took away, or whose topic or
// registration lost its actor for good (advanced profile, "Subscription
// Revocation" and "Registration Revocation"). A peer that would not understand
// the revocation is not told of the former, and sent away for the latter: it must
// not wait in vain.
func (s *session) onRevoked(m *lane.Member, why *lane.Revocation) {
	if m.State() == lane.Closed {
		return
	}
	if !why.Lost {
		s.Realm.Directory.Post(s.x, lane.Item{Op: lane.OpLeave, Member: m})
	}
	if m.State() == lane.Pending {
		s.onRefused(m, revoked(why))
		return
	}
	m.SetState(lane.Closed)
	word, key, feature := wamp.Unsubscribed, "subscription", wamp.SubscriberRevocation
	if m.Procedure {
		word, key, feature = wamp.Unregistered, "registration", wamp.CalleeRevocation
		delete(s.Ledger.Registered, m.ID())
		delete(s.Ledger.Registrations, m.Key())
	} else {
		delete(s.Ledger.Subscribed, m.ID())
		delete(s.Ledger.Subscriptions, m.Key())
	}
	switch {
	case s.Features.Has(feature):
		fields := []wamp.Field{wamp.Int(key, uint64(m.ID()))}
		if why.Reason != "" {
			fields = append(fields, wamp.Text("reason", string(why.Reason)))
		}
		s.write(&wamp.Message{Type: word, Fields: fields})
	case why.Lost:
		s.end(lane.Close{Reason: wamp.ErrInternal, Message: lost, Code: 1011, Abort: true})
	}
	s.unhold()
}

const lost = "a subscription or registration was lost in a crash of the router's own"

// revoked is what a request hears whose membership ends before its reply.
func revoked(why *lane.Revocation) *lane.Failure {
	switch {
	case why.Lost:
		return &lane.Failure{URI: why.Reason, Message: lost}
	case why.Reason == "":
		return &lane.Failure{URI: wamp.ErrCanceled, Message: "revoked"}
	}
	return &lane.Failure{URI: why.Reason, Message: "revoked"}
}

// onUnsubscribe ends a membership. Nothing of it is delivered from here on,
// whatever publishers still post.
func (s *session) onUnsubscribe(m *wamp.Message) {
	if !s.step(m.Request) {
		return
	}
	member := s.Ledger.Subscribed[m.ID]
	if member == nil {
		s.fail(wamp.Unsubscribe, m.Request, &wamp.Error{URI: wamp.ErrNoSuchSubscription})
		return
	}
	delete(s.Ledger.Subscribed, m.ID)
	delete(s.Ledger.Subscriptions, member.Key())
	s.leave(member)
	s.write(&wamp.Message{Type: wamp.Unsubscribed, Request: m.Request})
	s.unhold()
}

func (s *session) leave(m *lane.Member) {
	m.SetState(lane.Closed)
	s.Realm.Directory.Post(s.x, lane.Item{Op: lane.OpLeave, Member: m})
}
