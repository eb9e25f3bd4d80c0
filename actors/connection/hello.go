package connection

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/auth"
)

// onInput handles what comes while no session has the transport.
func (c *connection) onInput(in *lane.Input) {
	for i := range in.Messages {
		if c.phase == joined {
			in.Rest(i).PostTo(c.session.Box, nil) // came before WELCOME was written
			in.Done()
			return
		}
		c.onMessage(&in.Messages[i])
		in.Handled++
	}
	switch {
	case in.Err == nil:
	case c.phase == joined: // what could not be read stood right behind the HELLO
		in.Rest(len(in.Messages)).PostTo(c.session.Box, nil)
	case c.phase == waiting:
		c.end(lane.CloseFor(in.Err))
	}
	in.Done() // not deferred: after a crash the mailbox settles the input
}

// onMessage takes a HELLO, and knows when something else is a violation, is
// late, or is the end (basic profile, "Session Establishment" and "Closing").
func (c *connection) onMessage(m *wamp.Message) {
	switch {
	case c.phase == parting && m.Type == wamp.Goodbye:
		c.close(c.code)
	case c.phase != waiting:
		c.env.Counters.Drop(lane.DropAfterGoodbye, 1)
	case m.Type == wamp.Hello:
		c.onHello(m)
	case c.again:
		c.env.Counters.Drop(lane.DropAfterGoodbye, 1)
	case m.Type == wamp.Abort:
		c.close(netio.CloseNormal)
	default:
		c.refuse(wamp.Violation(m.Type.String() + " before HELLO"))
	}
}

// onHello starts a session, or refuses it with an ABORT.
func (c *connection) onHello(m *wamp.Message) {
	s, err := c.establish(m)
	if err != nil {
		c.refuse(err)
		return
	}
	c.session, c.phase, c.again = s, joined, true
	c.check(c.env.Limits.PingInterval / 2)
	c.settle()
	c.o.Start(c.box.Executor(), s)
}

// establish checks a HELLO and makes the handle of its session.
func (c *connection) establish(m *wamp.Message) (*lane.Session, *wamp.Error) {
	details, features, refusal := c.t.Group.Serializer.DecodeHello(m.Dict)
	if refusal != nil {
		return nil, refusal
	}
	if err := wamp.CheckURI(m.URI, wamp.Exact, wamp.Loose); err != nil {
		return nil, err
	}
	realm := c.o.Realm(m.URI)
	switch {
	case c.env.Draining.Load():
		return nil, &wamp.Error{URI: wamp.CloseSystemShutdown, Message: "the router is shutting down"}
	case realm == nil:
		return nil, &wamp.Error{URI: wamp.ErrNoSuchRealm, Message: "no realm " + string(m.URI)}
	}
	identity, refusal := auth.Anonymous(details, c.env.Random)
	if refusal != nil {
		return nil, refusal
	}
	return &lane.Session{Realm: realm, Identity: identity, Features: features, Transport: c.t}, nil
}

// refuse aborts a session before it began.
func (c *connection) refuse(err *wamp.Error) {
	code := netio.CloseNormal
	if err.URI == wamp.ErrProtocolViolation {
		code = netio.CloseProtocolError
	}
	c.end(lane.Close{Reason: err.URI, Message: err.Message, Code: code, Abort: true})
}
