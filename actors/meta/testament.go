package meta

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
)

// The procedures of the advanced profile, "Session Testament". What they ask for
// is checked here; the session that called owns the testaments, changes them, and
// answers.

// addTestament reads the topic and the options as those of a PUBLISH. What the
// event carries is not decoded, it stays as its owner encoded it.
func addTestament(c *call) (answer, *wamp.Error) {
	scope, err := c.scope()
	if err != nil {
		return answer{}, err
	}
	topic, err := c.text(0)
	if err != nil {
		return answer{}, err
	}
	if err := broker.CheckPublish([]byte(topic), c.URIs, false); err != nil {
		return answer{}, err
	}
	t, err := c.testament(topic)
	if err != nil {
		return answer{}, err
	}
	return c.change(&lane.TestamentChange{Scope: scope, Add: t})
}

// flushTestaments takes the scope by keyword, as the text says, or as the one
// argument, as the catalog of the meta API says.
func flushTestaments(c *call) (answer, *wamp.Error) {
	if len(c.args) == 1 {
		if c.kwargs["scope"] != nil {
			return answer{}, invalid("there are two scopes")
		}
		c.kwargs = wamp.Dict{"scope": c.arg(0)}
	}
	scope, err := c.scope()
	if err != nil {
		return answer{}, err
	}
	return c.change(&lane.TestamentChange{Scope: scope})
}

func (c *call) scope() (lane.Scope, *wamp.Error) {
	name, err := c.keyword("scope", "destroyed")
	if err != nil {
		return 0, err
	}
	scope, ok := lane.ParseScope(name)
	if !ok {
		return 0, invalid("the scope is neither detached nor destroyed")
	}
	return scope, nil
}

// change has the session do it.
func (c *call) change(what *lane.TestamentChange) (answer, *wamp.Error) {
	c.caller.Box.Post(nil, lane.Item{Op: lane.OpTestament, Request: c.it.Request, Serial: c.it.Serial, Ext: what})
	return answer{later: true}, nil
}

// testament reads the event as the PUBLISH that it is going to be: what would end
// a publisher's session is an argument that is not valid.
func (c *call) testament(topic string) (*lane.Testament, *wamp.Error) {
	options := c.kwargs["publish_options"]
	if options == nil {
		options = wamp.Dict{}
	}
	s := c.it.Serializer
	head, err := s.AppendValue(nil, []any{uint64(wamp.Publish), 1, options, topic})
	if err != nil {
		return nil, invalid(err.Error())
	}
	elements, _, err := s.SplitPayload(wamp.Payload{Bytes: head, N: 1})
	if err != nil {
		return nil, invalid(err.Error())
	}
	publish := s.AppendList(nil, append(elements, c.args[1], c.args[2])...)
	var m wamp.Message
	if err := s.Parse(publish, &m); err != nil {
		return nil, invalid(err.Error())
	}
	if m.Flags.Has(wamp.HasPassthru) && !c.caller.Features.Has(wamp.PublisherPassthru) {
		return nil, invalid("ppt_scheme: the publisher has not announced payload passthru mode")
	}
	m.Payload.Opaque = m.Passthru().Opaque()
	t := &lane.Testament{
		Topic: topic, Flags: m.Flags, Serializer: s, Payload: m.Payload, Passthru: m.Passthru(), Size: len(publish),
	}
	if m.Flags.Has(wamp.Filtered) {
		t.Receivers = &m.Options.Receivers
	}
	return t, nil
}
