package meta

import (
	"slices"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

// The procedures of the advanced profile, "Registration Meta API". A
// registration is there while it has a callee.

func registrationList(c *call) (answer, *wamp.Error) {
	lists := newLists()
	note := func(p *lane.Registration) bool {
		if p.Live() {
			lists[p.Match] = append(lists[p.Match], p.ID)
		}
		return true
	}
	c.Procedures.Each(func(_ string, p *lane.Registration) bool { return note(p) })
	c.ProcedurePatterns.View().Set.All(func(_ string, _ wamp.Match, p *lane.Registration) bool { return note(p) })
	return one(lists.dict()), nil
}

// lists are ids by matching policy; none of them is nil.
type lists [3][]wamp.ID

func newLists() lists { return lists{{}, {}, {}} }

func (l lists) dict() wamp.Dict {
	d := wamp.Dict{}
	for m, ids := range l {
		slices.Sort(ids)
		d[wamp.Match(m).String()] = ids
	}
	return d
}

func registrationLookup(c *call) (answer, *wamp.Error) {
	uri, err := c.text(0)
	if err != nil {
		return answer{}, err
	}
	m, err := c.match(1)
	if err != nil {
		return answer{}, err
	}
	var p *lane.Registration
	if m == wamp.Exact {
		p, _ = c.Procedures.Get([]byte(uri))
	} else {
		p, _ = c.ProcedurePatterns.View().Set.Get(uri, m)
	}
	return registrationID(p), nil
}

// registrationID is its id, or null if it is not there.
func registrationID(p *lane.Registration) answer {
	if p == nil || !p.Live() {
		return one(nil)
	}
	return one(p.ID)
}

// registrationMatch finds the one that a call would go to: the exact one, else
// the longest prefix, else the best wildcard (advanced profile, "Pattern-based
// Registrations").
func registrationMatch(c *call) (answer, *wamp.Error) {
	text, err := c.text(0)
	if err != nil {
		return answer{}, err
	}
	uri := []byte(text)
	if p, ok := c.Procedures.Get(uri); ok && p.Live() {
		return one(p.ID), nil
	}
	var best *lane.Registration
	c.ProcedurePatterns.View().Set.Match(uri, func(pattern string, m wamp.Match, p *lane.Registration) bool {
		if m == wamp.Wildcard && best != nil {
			return false
		}
		if p.Live() && dealer.Serves(pattern, m, uri) {
			best = p // of the prefixes the longest comes last
		}
		return true
	})
	return registrationID(best), nil
}

// registration is the one whose id is the first argument.
func (c *call) registration() (*lane.Registration, *wamp.Error) {
	id, err := c.id(0)
	if err != nil {
		return nil, err
	}
	p, ok := c.RegistrationIDs.Get(id)
	if !ok || !p.Live() {
		return nil, &wamp.Error{URI: wamp.ErrNoSuchRegistration, Message: "no registration of this id is in the realm"}
	}
	return p, nil
}

func registrationGet(c *call) (answer, *wamp.Error) {
	p, err := c.registration()
	if err != nil {
		return answer{}, err
	}
	callees, _ := p.Callees()
	return one(registrationDetails(p, callees.Policy)), nil
}

// registrationDetails is what wamp.registration.get and on_create say.
func registrationDetails(p *lane.Registration, invoke wamp.Invoke) wamp.Dict {
	return wamp.Dict{
		"id": p.ID, "created": iso8601(p.Created()), "uri": p.URI, "match": p.Match.String(), "invoke": invoke.String(),
	}
}

func registrationListCallees(c *call) (answer, *wamp.Error) {
	ids, err := c.callees()
	return one(ids), err
}

func registrationCountCallees(c *call) (answer, *wamp.Error) {
	ids, err := c.callees()
	return one(len(ids)), err
}

// callees are the sessions of a registration in the order in which they
// registered.
func (c *call) callees() ([]wamp.ID, *wamp.Error) {
	p, err := c.registration()
	if err != nil {
		return nil, err
	}
	callees, _ := p.Callees()
	return memberIDs(slices.Values(callees.Callees)), nil
}

func registrationRemoveCallee(c *call) (answer, *wamp.Error) {
	p, err := c.registration()
	if err != nil {
		return answer{}, err
	}
	callees, _ := p.Callees()
	return answer{}, c.remove(slices.Values(callees.Callees))
}
