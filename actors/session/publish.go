package session

import (
	"slices"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
)

// route is where a PUBLISH to one URI goes: the topic of that URI, and the
// topics whose pattern matches it.
type route struct {
	exact    *lane.Topic
	patterns []*lane.Topic
}

// onPublish sends an event to the members of every matching topic, and answers
// if the publisher asked for it (basic profile, "Publish & Subscribe").
func (s *session) onPublish(m *wamp.Message) {
	if !s.step(m.Request) {
		return
	}
	if s.topics.get(m.URI) == nil { // what is in the cache was checked before
		if err := broker.CheckPublish(m.URI, s.Realm.URIs, false); err != nil {
			s.refusePublish(m, err)
			return
		}
	}
	disclose := s.publisherDisclosure(m.URI)
	if err := disclose.Refuse(m.Flags.Has(wamp.DiscloseMe)); err != nil {
		s.refusePublish(m, err)
		return
	}
	p := lane.Publication{
		ID: wamp.GlobalID(s.enc.Random()), Topic: m.URI, From: s.Session, Serializer: s.Transport.Group.Serializer,
		Payload: m.Payload, IncludeMe: m.Flags.Has(wamp.IncludeMe), Trust: s.PublicationTrust(),
	}
	if m.Flags.Has(wamp.Filtered) {
		p.Receivers = &m.Options.Receivers
	}
	if disclose.Discloses(m.Flags.Has(wamp.DiscloseMe)) {
		p.Disclosed = s.asPublisher()
	}
	p.Disclosed = m.Passthru().Append(slices.Clip(p.Disclosed))
	if m.Flags.Has(wamp.Retain) {
		p.Retain(s.Realm, s.x, func() { s.fanOut(&p, m.URI) })
	} else {
		s.fanOut(&p, m.URI)
	}
	if m.Flags.Has(wamp.Acknowledge) {
		s.write(&wamp.Message{Type: wamp.Published, Request: m.Request, ID: p.ID})
	}
}

// refusePublish answers only a publisher that asked for an answer.
func (s *session) refusePublish(m *wamp.Message, err *wamp.Error) {
	if m.Flags.Has(wamp.Acknowledge) {
		s.fail(wamp.Publish, m.Request, err)
		return
	}
	s.env.Counters.Drop(lane.DropRefusedPublish, 1)
}

// fanOut hands the event to the encoder, once for each matching topic.
func (s *session) fanOut(p *lane.Publication, uri []byte) {
	e := s.topicsOf(uri)
	if e == nil {
		return
	}
	s.enc.BeginPublication()
	if t := e.value.exact; t != nil {
		s.enc.Send(p, t, p.Disclosed)
	}
	if len(e.value.patterns) == 0 {
		return
	}
	details := append(s.served[:0], wamp.Text("topic", e.uri))
	details = append(details, p.Disclosed...)
	s.served = details[:0]
	for _, t := range e.value.patterns {
		s.enc.Send(p, t, details)
	}
}

// topicsOf returns the topics that an event to this URI goes to, or nil. What
// was found before is used if no pattern that matches has come or gone since,
// and if the exact topic was not dropped; that there is none is looked up again
// each time.
func (s *session) topicsOf(uri []byte) *cached[route] {
	view := s.Realm.TopicPatterns.View()
	e := s.topics.get(uri)
	if e != nil && (e.seq == view.Seq || view.Same(uri, e.seq)) {
		e.seq = view.Seq
		if t := e.value.exact; t == nil {
			e.value.exact, _ = s.Realm.Topics.Get(uri)
			return e
		} else if _, ok := t.Subscribers(); ok {
			return e
		}
	}
	return s.lookUpTopics(uri, view, e)
}

func (s *session) lookUpTopics(uri []byte, view *lane.View[*lane.Topic], old *cached[route]) *cached[route] {
	var r route
	if old != nil {
		r.patterns = old.value.patterns[:0]
	}
	r.exact, _ = s.Realm.Topics.Get(uri)
	view.Set.Match(uri, func(p string, m wamp.Match, t *lane.Topic) bool {
		if broker.DeliversTo(p, m, uri) {
			r.patterns = append(r.patterns, t)
		}
		return true
	})
	if r.exact == nil && len(r.patterns) == 0 {
		if old != nil {
			s.topics.drop(old)
		}
		return nil
	}
	if old != nil && len(r.patterns) < len(old.value.patterns) {
		clear(old.value.patterns[len(r.patterns):]) // nothing of a dropped topic is kept
	}
	e := s.topics.put(key(old, uri), r, view.Seq)
	e.disclose = s.Realm.Disclosure.Publishers.Of(uri)
	return e
}
