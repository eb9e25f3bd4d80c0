package actors_test

import (
	"sync"
	"testing"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// heard judges meta events: it knows what they have told so far.
type heard struct {
	t *testing.T

	mu         sync.Mutex
	events     int
	here       map[wamp.ID]bool // sessions
	seen       map[wamp.ID]bool // also those that have left
	topics     things
	procedures things
}

// things are topics, or registrations.
type things struct {
	here map[wamp.ID]*thing
	keys map[uri]wamp.ID
	// seen are all of them that there were, with all of their members ever.
	seen map[wamp.ID]map[wamp.ID]bool
}

type thing struct {
	key     uri
	members map[wamp.ID]bool
	last    wamp.ID // the session that was removed last
}

func newHeard(t *testing.T) *heard {
	h := &heard{t: t, here: map[wamp.ID]bool{}, seen: map[wamp.ID]bool{}}
	for _, x := range []*things{&h.topics, &h.procedures} {
		*x = things{map[wamp.ID]*thing{}, map[uri]wamp.ID{}, map[wamp.ID]map[wamp.ID]bool{}}
	}
	return h
}

// on takes the next event.
func (h *heard) on(e told) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events++
	ok := false
	if d, isDict := e.args[0].(wamp.Dict); isDict {
		ok = e.topic == lane.SessionJoined.Topic() && h.onJoin(toID(d["session"]))
	} else {
		ok = h.onOther(e, toID(e.args[0]))
	}
	if !ok {
		h.t.Errorf("event %d makes no sense: %s %v", h.events, e.topic, e.args)
	}
}

func toID(v any) wamp.ID {
	id, _ := number(v).(int64)
	return wamp.ID(id)
}

func (h *heard) onJoin(session wamp.ID) bool {
	ok := !h.seen[session]
	h.here[session], h.seen[session] = true, true
	return ok
}

func (h *heard) onOther(e told, session wamp.ID) bool {
	if !h.seen[session] {
		return false
	}
	switch e.topic {
	case lane.SessionLeft.Topic():
		ok := h.here[session] && len(e.args) == 3
		delete(h.here, session)
		return ok
	case lane.SubscriptionCreated.Topic():
		return h.topics.create(e.args[1])
	case lane.RegistrationCreated.Topic():
		return h.procedures.create(e.args[1])
	case lane.SubscriberAdded.Topic():
		return h.topics.add(toID(e.args[1]), session)
	case lane.CalleeAdded.Topic():
		return h.procedures.add(toID(e.args[1]), session)
	case lane.SubscriberRemoved.Topic():
		return h.topics.remove(toID(e.args[1]), session)
	case lane.CalleeRemoved.Topic():
		return h.procedures.remove(toID(e.args[1]), session)
	case lane.SubscriptionDeleted.Topic():
		return h.topics.delete(toID(e.args[1]), session)
	case lane.RegistrationDeleted.Topic():
		return h.procedures.delete(toID(e.args[1]), session)
	}
	return false
}

// create: a new id, and nothing else has this URI and match.
func (x *things) create(details any) bool {
	d, _ := details.(wamp.Dict)
	id := toID(d["id"])
	u, _ := d["uri"].(string)
	m, _ := d["match"].(string)
	key := uri{u, m}
	_, taken := x.keys[key]
	ok := u != "" && m != "" && !taken && x.seen[id] == nil
	x.keys[key] = id
	x.here[id] = &thing{key: key, members: map[wamp.ID]bool{}}
	x.seen[id] = map[wamp.ID]bool{}
	return ok
}

func (x *things) add(id, session wamp.ID) bool {
	it := x.here[id]
	if it == nil || it.members[session] {
		return false
	}
	it.members[session], x.seen[id][session] = true, true
	return true
}

func (x *things) remove(id, session wamp.ID) bool {
	it := x.here[id]
	if it == nil || !it.members[session] {
		return false
	}
	delete(it.members, session)
	it.last = session
	return true
}

// delete: nobody is left in it, and the event names who left last.
func (x *things) delete(id, session wamp.ID) bool {
	it := x.here[id]
	if it == nil || len(it.members) > 0 || it.last != session {
		return false
	}
	delete(x.here, id)
	delete(x.keys, it.key)
	return true
}

// empty says whether everything has gone that came.
func (h *heard) empty() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.here) == 0 && len(h.topics.here) == 0 && len(h.procedures.here) == 0
}

// complete says whether all was told that sessions know themselves.
func (h *heard) complete(c *metaChurn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range c.ids {
		if !h.seen[id] {
			return false
		}
	}
	for _, p := range c.promised {
		x := &h.topics
		if p.procedure {
			x = &h.procedures
		}
		if !x.seen[p.id][p.session] {
			return false
		}
	}
	return true
}
