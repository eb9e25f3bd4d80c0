// Package meta is the actor that speaks for a realm: it serves the procedures
// under wamp., and publishes the meta events. A call comes from the caller's
// session and is answered to it, as a callee's answer would be; the events come
// from the realm's feed.
//
// Start with [New], the table in procedures.go, and events.go. The actor has no
// state of its own: all that it tells of stands in the realm's handles.
package meta

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// Kind is the name of this kind of actor in policies and failure reports.
const Kind = supervisor.Meta

// meta is the actor.
type meta struct {
	*lane.Realm
	enc *lane.Encoder // of the drain under way
}

// New returns the actor of a realm.
func New(r *lane.Realm) actor.Actor { return &meta{Realm: r} }

// Box makes its mailbox.
func Box(r *lane.Realm) *lane.Box {
	return r.Env.NewBox(Kind, nil)
}

// Receive answers calls and publishes events.
func (m *meta) Receive(c actor.Context) {
	switch b := c.Message().(type) {
	case *lane.Batch:
		m.drain(b)
	case *actor.Started:
		if m.Events.Resume() {
			m.Env.Counters.Drop(lane.DropCrash, 1)
		}
	}
}

func (m *meta) drain(b *lane.Batch) {
	m.enc = lane.Of(b.Executor())
	for it, ok := b.Next(); ok; it, ok = b.Next() {
		m.Env.Inject(Kind, it)
		switch it.Op {
		case lane.OpMetaCall:
			m.onCall(it)
		case lane.OpChanges:
			m.onChanges()
		case lane.OpKill:
			m.onKill(it.Ext.(*kills))
		}
	}
	m.enc.EndRun()
}

// call is one call of a procedure, decoded.
type call struct {
	*meta
	it     *lane.Item
	caller *lane.Session
	args   [][]byte // each as it was encoded, see arg
	kwargs wamp.Dict
}

// answer is what a procedure returns: Arguments, ArgumentsKw. The zero value is
// a RESULT without either.
type answer struct {
	args   []any
	kwargs wamp.Dict
	// later: somebody else answers, who knows [lane.Item] of the call.
	later bool
}

// one is an answer of a single positional result.
func one(v any) answer { return answer{args: []any{v}} }

// onCall runs the procedure and posts its answer to the caller.
func (m *meta) onCall(it *lane.Item) {
	result, err := m.run(it)
	if err == nil && result.later {
		return
	}
	reply := lane.Item{Op: lane.OpResult, Request: it.Request, Serial: it.Serial, Serializer: it.Serializer}
	if err == nil {
		err = encode(&reply, result)
	}
	if err != nil {
		reply.Op, reply.Ext = lane.OpError, lane.Fail(err)
	}
	if !it.Session.Box.Post(nil, reply) {
		reply.Release()
	}
}

func (m *meta) run(it *lane.Item) (answer, *wamp.Error) {
	name := it.Ext.(string)
	p, ok := procedures[name]
	if !ok {
		return answer{}, &wamp.Error{URI: wamp.ErrNoSuchProcedure, Message: "the router has no procedure " + name}
	}
	c := &call{meta: m, it: it, caller: it.Session}
	if err := c.decode(p); err != nil {
		return answer{}, err
	}
	return p.run(c)
}

// encode writes the result into the reply.
func encode(reply *lane.Item, a answer) *wamp.Error {
	p, err := reply.Serializer.AppendPayload(nil, a.args, a.kwargs)
	if err != nil {
		return invalid(err.Error())
	}
	if p.N == 0 {
		return nil
	}
	reply.Chunk = netio.Copy(p.Bytes)
	reply.Bytes, reply.N = reply.Chunk.B[:len(p.Bytes)], p.N
	return nil
}

// source is the serializer that meta events are made in; each is said in others
// as they are needed.
const source = codec.MessagePack
