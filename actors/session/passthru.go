package session

import (
	"slices"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// The functions of this file are about payloads that the router does not look
// into (advanced profile, "Payload Passthru Mode"). Their attributes travel with
// them. Between serializers one binary item stays what it is; a payload that is
// something else would be changed, and does not reach who has another serializer.

var (
	noPassthru     = &wamp.Error{URI: wamp.ErrFeatureNotSupported, Message: "no callee of it that takes the call has announced payload passthru mode"}
	callerPassthru = &wamp.Error{URI: wamp.ErrFeatureNotSupported, Message: "the result uses payload passthru mode, which the caller has not announced"}
	metaPassthru   = &wamp.Error{URI: wamp.ErrFeatureNotSupported, Message: "the router's own procedures have no payload passthru mode"}
)

// mayPassThru marks a payload that is not to be changed. It aborts a session that
// uses payload passthru mode and did not announce it in the role that it uses it in;
// of ERROR the chapter does not say that it has to be.
func (s *session) mayPassThru(m *wamp.Message) bool {
	m.Payload.Opaque = m.Passthru().Opaque()
	need := wamp.PublisherPassthru
	switch m.Type {
	case wamp.Call:
		need = wamp.CallerPassthru
	case wamp.Yield:
		need = wamp.CalleePassthru
	case wamp.ErrorMessage:
		return true
	}
	if s.Features.Has(need) {
		return true
	}
	s.abort(wamp.Violation(m.Type.String() + ".Options.ppt_scheme: the session has not announced payload passthru mode"))
	return false
}

// withPassthru returns the details of a call with these attributes, if there are
// any. Details that are there are not changed.
func withPassthru(details any, p *wamp.Passthru) any {
	if p == nil {
		return details
	}
	var d lane.CallDetails
	if plain, ok := details.(*lane.CallDetails); ok {
		d = *plain
	}
	d.Passthru = p
	return &d
}

// takesPassthru narrows the callees that may be asked to those that announced
// payload passthru mode.
func takesPassthru(usable func(*lane.Member) bool) func(*lane.Member) bool {
	return func(m *lane.Member) bool { return m.TakesPassthru() && usable(m) }
}

// notConverted is the ERROR for a payload that whoever it is for could not read, in
// whose serializer it cannot be said. what is the payload, whose the one it is for.
func notConverted(p wamp.Payload, what, whose string) *wamp.Error {
	if p.Opaque {
		return &wamp.Error{URI: wamp.ErrInvalidArgument, Message: what + " uses payload passthru mode, is not one binary item, and the " + whose + " has another serializer"}
	}
	return &wamp.Error{URI: wamp.ErrInvalidArgument, Message: what + " has a value that the " + whose + "'s serializer does not have"}
}

// attributes are those that a YIELD has for its RESULT, or nil.
func attributes(m *wamp.Message) any {
	if p := m.Passthru(); p != nil {
		return p
	}
	return nil
}

// withAttributes adds the attributes of a result to its message. A caller that did
// not announce payload passthru mode could not make anything of it. There is no
// ERROR in answer to a YIELD, so it is the caller who hears of it.
func (s *session) withAttributes(it *lane.Item, m *wamp.Message) *wamp.Error {
	p, ok := it.Ext.(*wamp.Passthru)
	if !ok {
		return nil
	}
	if !s.Features.Has(wamp.CallerPassthru) {
		s.env.Counters.Unreadable.Add(1)
		s.first(unreadable).Uint64("callee", uint64(it.Session.ID)).Msg("YIELD with payload passthru for a caller that has not announced it")
		return callerPassthru
	}
	m.Fields = p.Append(slices.Clip(m.Fields))
	return nil
}
