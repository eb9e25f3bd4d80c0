// Package meta is the actor that serves a realm's own procedures, those under
// wamp. A call of one comes from the caller's session and is answered to it,
// as a callee's answer would be.
//
// Start with [New] and the table in procedures.go.
package meta

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// Kind is the name of this kind of actor in policies and failure reports.
const Kind = supervisor.Meta

// meta is the actor.
type meta struct{ *lane.Realm }

// New returns the actor of a realm.
func New(r *lane.Realm) actor.Actor { return &meta{r} }

// Box makes its mailbox.
func Box(r *lane.Realm) *lane.Box {
	return r.Env.NewBox(lane.BoxOptions{Kind: Kind})
}

// Receive answers calls.
func (m *meta) Receive(c actor.Context) {
	b, ok := c.Message().(*lane.Batch)
	if !ok {
		return
	}
	for it, ok := b.Next(); ok; it, ok = b.Next() {
		m.Env.Inject(Kind, it)
		if it.Op == lane.OpMetaCall {
			m.onCall(it)
		}
	}
}

// call is one call of a procedure, decoded.
type call struct {
	realm  *lane.Realm
	caller *lane.Session
	args   []any
	kwargs wamp.Dict
}

// onCall runs the procedure and posts its answer to the caller.
func (m *meta) onCall(it *lane.Item) {
	answer := lane.Item{Request: it.Request, Serial: it.Serial, Serializer: it.Serializer}
	result, err := m.run(it)
	if err == nil {
		err = encode(&answer, result)
	}
	if err != nil {
		answer.Op, answer.Ext = lane.OpError, lane.Fail(err)
	} else {
		answer.Op = lane.OpResult
	}
	if !it.Session.Box.Post(nil, answer) {
		answer.Release()
	}
}

func (m *meta) run(it *lane.Item) (result any, failure *wamp.Error) {
	p, ok := procedures[it.Ext.(string)]
	if !ok {
		return nil, &wamp.Error{URI: wamp.ErrNoSuchProcedure, Message: "the router has no procedure " + it.Ext.(string)}
	}
	args, kwargs, err := it.Serializer.DecodePayload(it.Payload())
	if err != nil {
		return nil, &wamp.Error{URI: wamp.ErrInvalidArgument, Message: err.Error()}
	}
	if len(args) < p.least || len(args) > p.most {
		return nil, &wamp.Error{URI: wamp.ErrInvalidArgument, Message: "wrong number of arguments"}
	}
	return p.run(&call{m.Realm, it.Session, args, kwargs})
}

// encode writes the single positional result into the answer.
func encode(answer *lane.Item, result any) *wamp.Error {
	p, err := answer.Serializer.AppendPayload(nil, []any{result}, nil)
	if err != nil {
		return &wamp.Error{URI: wamp.ErrInvalidArgument, Message: err.Error()}
	}
	answer.Chunk = netio.Copy(p.Bytes)
	answer.Bytes, answer.N = answer.Chunk.B[:len(p.Bytes)], p.N
	return nil
}
