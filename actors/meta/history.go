package meta

import (
	"math"
	"time"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
)

// filters are the keyword arguments of wamp.subscription.get_events.
var filters = []string{
	"reverse", "limit", "topic",
	"from_time", "after_time", "before_time", "until_time",
	"from_publication", "after_publication", "before_publication", "until_publication",
}

// resultBytes is how much one answer holds; what is left out is asked for with
// after_publication or before_publication.
const resultBytes = 1 << 20

// subscriptionGetEvents returns events of a subscription that keeps them, as the
// Arguments themselves (advanced profile, "Event History"). ArgumentsKw say
// `more` if the answer would have been too large. A subscription that keeps none
// has none.
func subscriptionGetEvents(c *call) (answer, *wamp.Error) {
	id, err := c.id(0)
	if err != nil {
		return answer{}, err
	}
	query, err := c.query()
	if err != nil {
		return answer{}, err
	}
	t, ok := c.TopicIDs.Get(id)
	if !ok || !t.Live() {
		return answer{}, &wamp.Error{URI: wamp.ErrNoSuchSubscription}
	}
	if err := c.Forbids(c.caller, t.Key()); err != nil {
		return answer{}, err
	}
	if t.History == nil {
		return answer{}, nil
	}
	query.Admits = c.admits(t.History.Bounds)
	reply := c.reply()
	g := c.caller.Transport.Group
	c.Archive.Ask(&lane.Question{
		Log: t.History.Log, Query: query, Bytes: min(resultBytes, int(g.MaxSend)/2),
		Done: func(found []*store.Event, more bool, failure error) {
			if failure != nil {
				reply.post(answer{}, &wamp.Error{URI: wamp.ErrInternal, Message: "the history cannot be read now"})
				return
			}
			reply.post(reply.events(t, found, more), nil)
		},
	})
	return answer{later: true}, nil
}

// admits returns what the caller may see: lists of authids and authroles hold as
// they did when the event was published, sessions are not told apart.
func (c *call) admits(b store.Bounds) func(*store.Event) bool {
	id, now := &c.caller.Identity, c.Env.Now()
	return func(e *store.Event) bool {
		return !b.Expired(e, now) && broker.Admits(e.Audience.Receivers, 0, id.AuthID, id.AuthRole)
	}
}

// events writes what was found. An event with a value that the caller's serializer
// does not have is left out and counted, as a live one is.
func (r *reply) events(t *lane.Topic, found []*store.Event, more bool) (a answer) {
	for _, e := range found {
		v := past(t, e, r.to)
		if v != nil {
			if _, err := r.it.Serializer.AppendValue(nil, v); err != nil {
				v = nil
			}
		}
		if v == nil {
			r.to.Realm.Env.Counters.Drop(lane.DropNotRepresentable, 1)
			continue
		}
		a.args = append(a.args, v)
	}
	if more {
		a.kwargs = wamp.Dict{"more": true}
	}
	return a
}

// past is one event of the answer: what EVENT said, and when.
func past(t *lane.Topic, e *store.Event, to *lane.Session) wamp.Dict {
	s := codec.Serializer(e.Serializer)
	if e.Payload.Opaque { // would it have come as a live event
		if _, err := codec.Transcode(nil, s, to.Transport.Group.Serializer, e.Payload); err != nil {
			return nil
		}
	}
	args, kwargs, err := s.DecodePayload(e.Payload)
	if err != nil {
		return nil
	}
	details := wamp.Dict{}
	for _, f := range e.Details {
		details[f.Key] = f.Text
		if f.Kind == wamp.FieldInt {
			details[f.Key] = f.Int
		}
	}
	if to.Receives().Trust {
		details["trustlevel"] = e.Trust
	}
	if t.Match != wamp.Exact {
		details["topic"] = e.Topic
	}
	v := wamp.Dict{
		"timestamp": e.Time.UTC().Format("2006-01-02T15:04:05.000Z"), "subscription": uint64(t.ID),
		"publication": uint64(e.Publication), "details": details,
	}
	if args != nil {
		v["args"] = args
	}
	if kwargs != nil {
		v["kwargs"] = kwargs
	}
	return v
}

// query reads the filters. One that is null is absent.
func (c *call) query() (q store.Query, err *wamp.Error) {
	for key, v := range c.kwargs {
		if v == nil {
			continue
		}
		if err = setFilter(&q, key, v); err != nil {
			return q, err
		}
	}
	return q, nil
}

func setFilter(q *store.Query, key string, v any) *wamp.Error {
	times := map[string]**time.Time{
		"from_time": &q.FromTime, "after_time": &q.AfterTime, "before_time": &q.BeforeTime, "until_time": &q.UntilTime,
	}
	publications := map[string]*wamp.ID{
		"from_publication": &q.FromPublication, "after_publication": &q.AfterPublication,
		"before_publication": &q.BeforePublication, "until_publication": &q.UntilPublication,
	}
	ok := false
	switch {
	case key == "reverse":
		q.NewestFirst, ok = v.(bool)
	case key == "topic":
		q.Topic, ok = v.(string)
		ok = ok && q.Topic != ""
	case key == "limit":
		var n wamp.ID
		n, ok = toID(v)
		q.Limit = int(min(n, math.MaxInt32))
	case times[key] != nil:
		*times[key], ok = toTime(v)
	case publications[key] != nil:
		*publications[key], ok = toID(v)
	}
	if !ok {
		return invalid("the keyword argument " + key + " is not valid")
	}
	return nil
}

// toTime reads a timestamp of RFC 3339.
func toTime(v any) (*time.Time, bool) {
	text, ok := v.(string)
	if !ok {
		return nil, false
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return &t, err == nil
}
