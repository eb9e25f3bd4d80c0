package meta

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// retainedClear forgets the retained events of one topic, or of those that a
// pattern matches, and returns how many those were. It is the router's own: the
// specification leaves it to the broker how a retained event ends (advanced
// profile, "Event Retention").
func retainedClear(c *call) (answer, *wamp.Error) {
	uri, err := c.text(0)
	if err != nil {
		return answer{}, err
	}
	match, err := c.match(1)
	if err != nil {
		return answer{}, err
	}
	reply := c.reply()
	clear := &lane.Clear{URI: uri, Match: match, Done: func(n int, err *wamp.Error) { reply.post(one(n), err) }}
	if !c.Retention.Post(nil, lane.Item{Op: lane.OpClear, Ext: clear}) {
		return answer{}, &wamp.Error{URI: wamp.ErrNoAvailableCallee, Message: "the realm is closing"}
	}
	return answer{later: true}, nil
}

// reply is the answer that a call waits for, when somebody else gives it. It does
// not refer to the call, whose item is gone by then.
type reply struct {
	to *lane.Session
	it lane.Item
}

func (c *call) reply() *reply {
	return &reply{to: c.caller, it: lane.Item{
		Op: lane.OpResult, Request: c.it.Request, Serial: c.it.Serial, Serializer: c.it.Serializer,
	}}
}

// post answers the call, once. It may be called on any goroutine of the router.
func (r *reply) post(a answer, err *wamp.Error) {
	if err == nil {
		err = encode(&r.it, a)
	}
	if err != nil {
		r.it.Op, r.it.Ext = lane.OpError, lane.Fail(err)
	}
	if !r.to.Box.Post(nil, r.it) {
		r.it.Release()
	}
}
