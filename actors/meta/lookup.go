package meta

import (
	"slices"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// identify returns the id of a topic or registration and how it matches; the id is
// zero if it is not there any more.
type identify[H any] func(H) (wamp.ID, wamp.Match)

func topicIdentity(t *lane.Topic) (id wamp.ID, m wamp.Match) {
	if t.Live() {
		id = t.ID
	}
	return id, t.Match
}

func registrationIdentity(p *lane.Registration) (id wamp.ID, m wamp.Match) {
	if p.Live() {
		id = p.ID
	}
	return id, p.Match
}

// list lists all ids by matching policy.
func list[H any](exact *lane.Index[H], patterns *lane.Patterns[H], of identify[H]) answer {
	lists := [3][]wamp.ID{{}, {}, {}} // none is nil
	note := func(h H) bool {
		if id, m := of(h); id != 0 {
			lists[m] = append(lists[m], id)
		}
		return true
	}
	exact.Each(func(_ string, h H) bool { return note(h) })
	patterns.View().Set.All(func(_ string, _ wamp.Match, h H) bool { return note(h) })
	d := wamp.Dict{}
	for m, ids := range lists {
		slices.Sort(ids)
		d[wamp.Match(m).String()] = ids
	}
	return one(d)
}

// lookup finds the id of the URI and policy that are the arguments, or null.
func lookup[H any](c *call, exact *lane.Index[H], patterns *lane.Patterns[H], of identify[H]) (answer, *wamp.Error) {
	uri, err := c.text(0)
	if err != nil {
		return answer{}, err
	}
	m, err := c.match(1)
	if err != nil {
		return answer{}, err
	}
	var h H
	var ok bool
	if m == wamp.Exact {
		h, ok = exact.Get([]byte(uri))
	} else {
		h, ok = patterns.View().Set.Get(uri, m)
	}
	if !ok {
		return one(nil), nil
	}
	if id, _ := of(h); id != 0 {
		return one(id), nil
	}
	return one(nil), nil
}
