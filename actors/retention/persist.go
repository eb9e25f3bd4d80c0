package retention

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/store"
)

// Restore takes in the events of one topic that were stored, the newest first. It
// is called before the realm opens, for the topics in the order in which they were
// published to.
func (s *State) Restore(chain []*store.Event) {
	t := &topic{uri: chain[0].Topic}
	t.place = s.order.PushBack(t)
	s.topics[t.uri] = t
	events := make([]*event, len(chain))
	for i, e := range chain {
		events[i] = &event{Kept: &lane.Kept{Event: e}}
	}
	s.set(t, events)
}

// Persist makes the state tell the realm's archive of every change from now on.
func (s *State) Persist(realm string) { s.realm, s.changed = realm, map[string]struct{}{} }

// store posts the topics that changed to the archive.
func (r *retention) store() {
	for uri := range r.changed {
		var events []*store.Event
		if t := r.topics[uri]; t != nil {
			events = stored(t.chain)
		}
		log := store.Log{Kind: store.Retained, Realm: r.State.realm, URI: uri}
		r.archive.Keep(r.env, r.enc.Executor(), &store.Write{Log: log, Events: events})
	}
	clear(r.changed)
}

// stored are the events of a chain that mean the same when the sessions of today
// are gone: those that name none by its id.
func stored(chain []*event) (events []*store.Event) {
	for _, e := range chain {
		if r := e.Audience.Receivers; !e.open && (r == nil || r.Exclude == nil && r.Eligible == nil) {
			events = append(events, e.Event)
		}
	}
	return events
}
