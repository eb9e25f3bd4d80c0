package session

import "github.com/callboard-wamp/callboard/actors/lane"

// Router looks up where the session of a handle publishes to, without an actor.
type Router struct{ s *session }

// NewRouter returns one that has looked nothing up.
func NewRouter(h *lane.Session) Router { return Router{New(h).(*session)} }

// Topics returns the topics that an event to the URI goes to, the exact one first.
func (r Router) Topics(uri []byte) []*lane.Topic {
	e := r.s.topicsOf(uri)
	if e == nil {
		return nil
	}
	return append([]*lane.Topic{e.value.exact}, e.value.patterns...)
}

// Renew looks the URI up again, as after a change of the patterns that match it.
func (r Router) Renew(uri []byte) {
	r.s.lookUpTopics(uri, r.s.Realm.TopicPatterns.View(), r.s.topics.get(uri))
}

// Kept is what stands behind the topics that were found, as long as the memory for
// them is.
func (r Router) Kept(uri []byte) []*lane.Topic {
	p := r.s.topics.get(uri).value.patterns
	return p[len(p):cap(p)]
}
