package lane

import (
	"slices"
	"strings"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/pattern"
)

// The functions of this file are the directory's: they create and drop topics
// and registrations, and only its actor calls them, one at a time. They keep
// their state in the realm's handle, so that it outlives a crash of the actor.

// TopicFor returns the topic of this URI and policy. created says that it is
// new: its mailbox exists and the caller spawns the actor onto it. It is nil
// when [Realm.TopicLimit] keeps it from being made.
func (r *Realm) TopicFor(k Key, box func(*Topic) *Box) (t *Topic, created bool) {
	if t := r.topic(k); t != nil {
		return t, false
	}
	if r.TopicLimit(k) != "" {
		return nil, false
	}
	r.lastTopic++
	t = &Topic{handle: newHandle(r.lastTopic, k, r.Env.Now())}
	t.members.Store(nobody)
	if !wamp.Reserved([]byte(k.URI)) {
		t.feed = &r.Feed
	}
	if h := r.Histories[k]; h != nil {
		t.History, t.archive = h, r.Archive
		t.known = true // it is there before anybody subscribes, and nobody created it
	}
	t.Box = box(t)
	r.topics.Add(1)
	r.TopicIDs.put(t.ID, t)
	if k.Match == wamp.Exact {
		r.Topics.Put(k.URI, t)
	} else {
		r.patternTopics[k] = t
		r.TopicPatterns.Add(k.URI, k.Match, t)
	}
	r.listen(t, +1)
	return t, true
}

// TopicLimit names the limit of the realm that leaves no room for a further topic
// of this URI and policy; it is empty if none does. The subscriptions whose events
// are kept are the operator's own, who may have wildcards of any shape.
func (r *Realm) TopicLimit(k Key) string {
	switch limits := &r.Env.Limits; {
	case int(r.topics.Load()) >= limits.RealmSubscriptions:
		return "subscriptions"
	case r.Histories[k] == nil && !r.TopicPatterns.fits(k.URI, k.Match, limits.WildcardShapes):
		return wildcardShapes
	}
	return ""
}

const wildcardShapes = "shapes of wildcards"

func (r *Realm) topic(k Key) *Topic {
	if k.Match == wamp.Exact {
		t, _ := r.Topics.Get([]byte(k.URI))
		return t
	}
	return r.patternTopics[k]
}

// RegistrationFor is TopicFor for procedures.
func (r *Realm) RegistrationFor(k Key, box func(*Registration) *Box) (p *Registration, created bool) {
	if p := r.registration(k); p != nil {
		return p, false
	}
	if r.RegistrationLimit(k) != "" {
		return nil, false
	}
	r.lastRegistration++
	p = &Registration{handle: newHandle(r.lastRegistration, k, r.Env.Now())}
	p.feed = &r.Feed
	p.Box = box(p)
	r.procedures.Add(1)
	r.RegistrationIDs.put(p.ID, p)
	if k.Match == wamp.Exact {
		r.Procedures.Put(k.URI, p)
	} else {
		r.patternProcedures[k] = p
		r.ProcedurePatterns.Add(k.URI, k.Match, p)
	}
	return p, true
}

// RegistrationLimit is TopicLimit for procedures.
func (r *Realm) RegistrationLimit(k Key) string {
	switch limits := &r.Env.Limits; {
	case int(r.procedures.Load()) >= limits.RealmRegistrations:
		return "registrations"
	case !r.ProcedurePatterns.fits(k.URI, k.Match, limits.WildcardShapes):
		return wildcardShapes
	}
	return ""
}

func (r *Realm) registration(k Key) *Registration {
	if k.Match == wamp.Exact {
		p, _ := r.Procedures.Get([]byte(k.URI))
		return p
	}
	return r.patternProcedures[k]
}

// Count counts a join under way. It comes before the join is passed on, so that
// the handle cannot be dropped in between.
func (m *Member) Count() {
	m.counted = true
	m.handle().count++
}

// Uncount takes a membership off its handle's count, once, however often it is
// called.
func (m *Member) Uncount() {
	if !m.counted {
		return
	}
	m.counted = false
	m.handle().count--
}

// DropTopic takes a topic out of the index and leaves the sentinel in it, if
// nobody is left in it. From now on its URI makes a new topic with a new id. It
// says whether it did.
func (r *Realm) DropTopic(t *Topic) bool {
	if _, in := t.Subscribers(); !in || t.count > 0 {
		return false
	}
	if t.Match == wamp.Exact {
		r.Topics.Delete(t.URI)
	} else {
		delete(r.patternTopics, t.Key())
		r.TopicPatterns.Remove(t.URI, t.Match)
	}
	t.retire()
	r.topics.Add(-1)
	r.TopicIDs.delete(t.ID)
	t.ending = r.end(endingKey{t.Key(), false})
	r.listen(t, -1)
	return true
}

// StopTopic drops a topic whose actor has stopped, tells of its end, and returns
// the members that have to hear of it. One that was dropped before may have members
// all the same, which left when the actor took nothing any more.
func (r *Realm) StopTopic(t *Topic) (members []*Member) {
	t.count = 0
	dropped := r.DropTopic(t)
	if t.Members.Len() > 0 {
		members = slices.Collect(t.Members.Snapshot().All)
	}
	t.deleted(members)
	r.ended(t.ending)
	if !dropped {
		return nil
	}
	return members
}

// DropRegistration is DropTopic for procedures.
func (r *Realm) DropRegistration(p *Registration) bool {
	if _, in := p.Callees(); !in || p.count > 0 {
		return false
	}
	if p.Match == wamp.Exact {
		r.Procedures.Delete(p.URI)
	} else {
		delete(r.patternProcedures, p.Key())
		r.ProcedurePatterns.Remove(p.URI, p.Match)
	}
	p.retire()
	r.procedures.Add(-1)
	r.RegistrationIDs.delete(p.ID)
	p.ending = r.end(endingKey{p.Key(), true})
	return true
}

// StopRegistration is StopTopic for procedures.
func (r *Realm) StopRegistration(p *Registration) (callees []*Member) {
	p.count = 0
	dropped := r.DropRegistration(p)
	callees = p.Rules.Snapshot().Callees
	p.deleted(callees)
	r.ended(p.ending)
	if !dropped {
		return nil
	}
	return callees
}

// listen counts a topic that meta events go to, as one more or one less, so that
// the feed knows whether anybody wants them.
func (r *Realm) listen(t *Topic, more int) {
	if r.Events == nil || !strings.HasPrefix(t.URI, "wamp.") {
		return
	}
	for k := range ChangeKinds {
		if pattern.Matches([]byte(t.URI), t.Match, []byte(k.Topic())) {
			r.listeners[k] += more
		}
	}
	r.Events.Want(func(k ChangeKind) bool { return r.listeners[k] > 0 })
}
