package client

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/callboard-wamp/callboard/wamp"
)

// Subscription is one handler for a topic or pattern. Several of one session
// may share a subscription of the router, which lasts as long as one of them.
type Subscription struct {
	session *Session
	topic   wamp.URI
	key     string // match and topic
	handler func(*Event)
	silent  atomic.Bool // the handler is not called any more
	done    chan struct{}

	id     wamp.ID // this and the next ones are guarded by the session's mutex
	closed bool
	err    error
}

// Subscribe asks for the events of a topic, or of the topics that match a
// pattern (options match, get_retained). Events are handed to the handler one
// at a time, together with those of all other subscriptions of the session in
// the order of their arrival. Subscribing the same topic twice gives each
// handler every event once. When ctx ends before the reply, the subscription
// is undone.
func (s *Session) Subscribe(ctx context.Context, topic wamp.URI, handler func(*Event), o ...wamp.Dict) (*Subscription, error) {
	m, err := s.message(wamp.Subscribe, topic, o)
	if err != nil {
		return nil, err
	}
	match, _ := options(o)["match"].(string)
	sub := &Subscription{
		session: s, topic: topic, handler: handler, done: make(chan struct{}),
		key: match + " " + string(topic),
	}
	r := newRequest(wamp.Subscribe)
	r.accept = func(m *wamp.Message) { s.subscribed(sub, m.ID, r.abandoned) }
	s.announce(sub, 1)
	if _, err = s.do(ctx, m, r); err != nil {
		s.announce(sub, -1)
		return nil, err
	}
	return sub, nil
}

// announce counts subscriptions that are asked for, so that nobody ends what
// another one is about to share.
func (s *Session) announce(sub *Subscription, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(sub, n)
}

func (s *Session) count(sub *Subscription, n int) {
	if s.subscribing[sub.key] += n; s.subscribing[sub.key] == 0 {
		delete(s.subscribing, sub.key)
	}
}

// Topic is the URI that was subscribed to.
func (sub *Subscription) Topic() wamp.URI { return sub.topic }

// ID is the subscription id that the router chose.
func (sub *Subscription) ID() wamp.ID {
	sub.session.mu.Lock()
	defer sub.session.mu.Unlock()
	return sub.id
}

// Done is closed when the subscription has ended: by Unsubscribe, by the router
// or with the session.
func (sub *Subscription) Done() <-chan struct{} { return sub.done }

// Err is nil as long as the subscription lasts and after Unsubscribe, an
// [*Error] with the reason when the router revoked it, else that of the session.
func (sub *Subscription) Err() error {
	sub.session.mu.Lock()
	defer sub.session.mu.Unlock()
	return sub.err
}

// Unsubscribe ends the subscription. The handler is not called any more, except
// for a call that runs already. The second call does nothing.
func (sub *Subscription) Unsubscribe(ctx context.Context) error {
	s := sub.session
	if err := s.room(ctx); err != nil {
		return err
	}
	r, err := s.unsubscribe(sub)
	if err = s.flushed(err); err != nil || r == nil {
		return err
	}
	_, err = s.wait(ctx, r)
	return err
}

// unsubscribe returns nil when others share the router's subscription.
func (s *Session) unsubscribe(sub *Subscription) (*request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sub.closed {
		return nil, sub.err
	}
	var r *request
	if len(s.subscriptions[sub.id]) == 1 && s.subscribing[sub.key] == 0 {
		r = newRequest(wamp.Unsubscribe)
		if err := s.post(&wamp.Message{Type: wamp.Unsubscribe, ID: sub.id}, r); err != nil {
			return nil, err
		}
	}
	s.forget(sub)
	sub.silent.Store(true)
	sub.close(nil)
	return r, nil
}

func (s *Session) forget(sub *Subscription) {
	rest := slices.DeleteFunc(s.subscriptions[sub.id], func(other *Subscription) bool { return other == sub })
	if len(rest) == 0 {
		delete(s.subscriptions, sub.id)
		return
	}
	s.subscriptions[sub.id] = rest
}

// subscribed enters a subscription, or undoes it when nobody wants it any more.
// The mutex is held.
func (s *Session) subscribed(sub *Subscription, id wamp.ID, abandoned bool) {
	if abandoned {
		if len(s.subscriptions[id]) == 0 && s.subscribing[sub.key] == 0 {
			s.undo(&wamp.Message{Type: wamp.Unsubscribe, ID: id})
		}
		return
	}
	s.count(sub, -1)
	sub.id = id
	s.subscriptions[id] = append(s.subscriptions[id], sub)
}

// undo sends a request whose reply nobody waits for. The mutex is held.
func (s *Session) undo(m *wamp.Message) {
	r := newRequest(m.Type)
	r.abandoned = true
	if s.post(m, r) == nil {
		_ = s.raw.flush()
	}
}

// close is called with the mutex held.
func (sub *Subscription) close(reason error) {
	if !sub.closed {
		sub.closed, sub.err = true, reason
		close(sub.done)
	}
}

// onRevocation serves UNSUBSCRIBED and UNREGISTERED that nobody asked for
// (advanced profile, "Subscription Revocation" and "Registration Revocation").
func (s *Session) onRevocation(m *wamp.Message) {
	details, err := s.raw.agreed.Serializer.DecodeDict(m.Dict)
	if err != nil {
		return
	}
	reason, _ := details["reason"].(string)
	gone := &Error{URI: wamp.URI(reason), Details: details}
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ok := idOf(details["subscription"]); ok && m.Type == wamp.Unsubscribed {
		for _, sub := range s.subscriptions[id] {
			sub.close(gone)
		}
		delete(s.subscriptions, id)
	}
	if id, ok := idOf(details["registration"]); ok && m.Type == wamp.Unregistered {
		if reg := s.registrations[id]; reg != nil {
			reg.close(gone)
		}
		delete(s.registrations, id)
	}
}

func idOf(v any) (wamp.ID, bool) {
	id, ok := v.(int64)
	return wamp.ID(id), ok
}
