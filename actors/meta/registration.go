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
	return list(c.Procedures, &c.ProcedurePatterns, registrationIdentity), nil
}

func registrationLookup(c *call) (answer, *wamp.Error) {
	return lookup(c, c.Procedures, &c.ProcedurePatterns, registrationIdentity)
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
	if best == nil {
		return one(nil), nil
	}
	return one(best.ID), nil
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
