package lane

import (
	"slices"

	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
)

// Publication is one PUBLISH on its way to the members of the matching topics.
type Publication struct {
	ID wamp.ID
	// Topic is the URI; it may alias what was read.
	Topic      []byte
	From       *Session
	Serializer codec.Serializer
	Payload    wamp.Payload
	// IncludeMe delivers to the publisher too.
	IncludeMe bool
	// Receivers narrows who gets it; nil for everybody.
	Receivers *wamp.Receivers
	// Disclosed are the attributes in EVENT.Details of the publisher, and those of
	// payload passthru mode.
	Disclosed []wamp.Field
	// Trust is the level that subscribers are told who announced that they want
	// to know, where the realm has levels; see [Session.PublicationTrust].
	Trust uint64

	kept   *Kept        // set while it is fanned out, if it is to be retained
	stored *store.Event // its copy, once there is one
}

// eventRun is a row of consecutive events of one publisher to one state of one
// topic. They stand one after the other in the arenas and leave as one span for
// each member.
type eventRun struct {
	open      bool
	includeMe bool
	to        *Subscribers
	from      *Session
	receivers *wamp.Receivers
	filter    broker.Filter // of receivers
	spans     [kinds]span
}

type span struct {
	chunk    *netio.Chunk
	from, to int
	count    uint32
	// size of the one message, when it is too large for some group.
	size int
}

// BeginPublication forgets what was converted for the publication before.
func (e *Encoder) BeginPublication() { e.converted = [4]wamp.Payload{} }

// Send publishes the event to the members that a topic has at this moment.
func (e *Encoder) Send(p *Publication, t *Topic, details []wamp.Field) {
	if t.History != nil {
		e.archive(p, t)
	}
	to, ok := t.Subscribers()
	if !ok || to == nil {
		return
	}
	if p.kept != nil {
		p.kept.Reached = append(p.kept.Reached, Reached{Topic: t.ID, Version: to.Version})
	}
	e.Publish(p, t, to, details)
}

// Publish encodes the event once for each serializer that the members of t use, and
// frames it once for each framing; it reaches them when the run ends, see [Encoder.EndRun]. details are the
// entries of EVENT.Details.
func (e *Encoder) Publish(p *Publication, t *Topic, to *Subscribers, details []wamp.Field) {
	r := &e.events
	if !r.open || r.to != to || r.from != p.From || r.includeMe != p.IncludeMe || p.Receivers != nil || r.receivers != nil {
		e.EndRun()
		r.open, r.to, r.from, r.includeMe, r.receivers = true, to, p.From, p.IncludeMe, p.Receivers
		if p.Receivers != nil {
			r.filter = broker.NewFilter(p.Receivers)
		}
	}
	m := &e.message
	m.Type, m.ID, m.Request, m.Fields = wamp.Event, t.ID, p.ID, details
	var done [kinds]bool
	var bodies [kinds / framings][]byte
	for i := range to.Groups {
		if g := to.Groups[i].Key; !done[g.Kind()] && r.reaches(&to.Groups[i]) {
			done[g.Kind()] = true
			m.Fields = e.withTrust(details, p, g)
			e.encodeEvent(p, g, &bodies[g.Kind()/framings])
		}
	}
	m.Fields, m.Payload = nil, wamp.Payload{}
}

// reaches says whether the event is for anybody of a group: nothing is encoded for
// members that are all excluded by lists.
func (r *eventRun) reaches(g *broker.Group[Group, *Member]) bool {
	if r.receivers == nil {
		return true
	}
	for members := range g.Chunks {
		if slices.ContainsFunc(members, r.isFor) {
			return true
		}
	}
	return false
}

// isFor says whether a member is among those that the event is for.
func (r *eventRun) isFor(m *Member) bool {
	return (r.includeMe || m.Session != r.from) && (r.receivers == nil || admits(&r.filter, m.Session))
}

// withTrust returns the details for a group, with the level of trust if its
// members want it.
func (e *Encoder) withTrust(details []wamp.Field, p *Publication, g Group) []wamp.Field {
	if !g.Trust {
		return details
	}
	e.trusting = append(append(e.trusting[:0], details...), wamp.Int("trustlevel", p.Trust))
	return e.trusting
}

// encodeEvent appends the event to the run for one encoding. What was encoded for
// another framing stands in body, and is copied: the arena that has it keeps it
// until the next publication.
func (e *Encoder) encodeEvent(p *Publication, g Group, body *[]byte) {
	r := &e.events
	limit, members := r.ofKind(g.Kind())
	size := len(*body)
	if size == 0 {
		var ok bool
		if e.message.Payload, ok = e.convert(p.Payload, p.Serializer, g.Serializer); !ok {
			e.env.Counters.Drop(DropNotRepresentable, members)
			return
		}
		size = g.Serializer.Size(&e.message)
	}
	whole := netio.ElementSize(g.Framing, size)
	s := &r.spans[g.Kind()]
	a := &e.eventArenas[g.Kind()]
	if s.size > 0 || size > limit || !a.fits(whole) || s.to-s.from+whole > netio.BatchLimit(g.Framing, limit) {
		e.post(g.Kind())
		a.room(whole)
	}
	from, end := e.appendEvent(a, g, size, body)
	if s.count == 0 {
		s.chunk, s.from = a.chunk, from
	}
	s.to = end
	s.count++
	if size > limit {
		s.size = size
	}
}

func (e *Encoder) appendEvent(a *arena, g Group, size int, body *[]byte) (from, end int) {
	if len(*body) > 0 {
		return a.copy(g, *body)
	}
	e.encoded++
	from, end = a.append(g, &e.message, size)
	*body = a.chunk.B[a.body:][:size]
	return from, end
}

// ofKind returns the smallest receive limit among the groups of an encoding, and
// the number of their members.
func (r *eventRun) ofKind(kind int) (limit int, members uint64) {
	limit = netio.NoLimit
	for i := range r.to.Groups {
		if g := &r.to.Groups[i]; g.Key.Kind() == kind {
			limit = min(limit, int(g.Key.MaxSend))
			members += uint64(g.Len())
		}
	}
	return limit, members
}

// EndRun posts the events that were collected: one item for each member. It is
// called when the topic changes and at the end of each drain.
func (e *Encoder) EndRun() {
	r := &e.events
	if !r.open {
		return
	}
	for kind := range r.spans {
		e.post(kind)
	}
	r.open, r.to, r.from, r.receivers, r.filter = false, nil, nil, nil, broker.Filter{}
}

// post posts what was collected for one encoding.
func (e *Encoder) post(kind int) {
	r := &e.events
	s := r.spans[kind]
	if s.count == 0 {
		return
	}
	r.spans[kind] = span{} // first of all, so that after a panic nothing is posted twice
	it := Item{Op: OpEvent, Count: s.count, Chunk: s.chunk, Bytes: s.chunk.B[s.from:s.to:s.to]}
	for i := range r.to.Groups {
		g := &r.to.Groups[i]
		if g.Key.Kind() != kind {
			continue
		}
		if s.size > int(g.Key.MaxSend) {
			e.env.Counters.Drop(DropTooLarge, uint64(g.Len()))
			continue
		}
		it.Chunk.Retain(g.Len())
		if unused := g.Len() - e.postTo(g, &it); unused > 0 {
			it.Chunk.ReleaseN(unused)
		}
	}
}

// postTo posts the item to the members that the publication is for, and returns
// how many got it.
func (e *Encoder) postTo(g *broker.Group[Group, *Member], it *Item) (posted int) {
	r := &e.events
	gone := 0
	for members := range g.Chunks {
		for _, m := range members {
			if !r.isFor(m) {
				continue
			}
			it.Member = m
			if m.Session.Box.Post(e.x, *it) {
				posted++
			} else {
				gone++
			}
		}
	}
	e.env.Counters.Events.Add(uint64(posted) * uint64(it.Count))
	if gone > 0 {
		e.env.Counters.Drop(DropSessionGone, uint64(gone)*uint64(it.Count))
	}
	return posted
}

func admits(f *broker.Filter, s *Session) bool {
	return f.Admits(s.ID, s.Identity.AuthID, s.Identity.AuthRole)
}
