// Package topic is the actor of the subscriptions of a realm, each a URI and how
// it matches. It owns the members and publishes them as a snapshot that sessions
// route by; no event passes through it.
//
// Start with [New] and [Box]. All that a topic has stands in its handle, which owns
// the mailbox: so one actor value serves all topics, and after a crash.
package topic

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
)

// Kind is the name of this kind of actor in policies and failure reports.
const Kind = supervisor.Topic

// topic is the actor.
type topic struct{ env *lane.Env }

// New returns the actor of all topics.
func New(env *lane.Env) actor.Actor { return topic{env} }

// Box makes the mailbox of a topic.
func Box(env *lane.Env, t *lane.Topic) *lane.Box { return env.NewBox(Kind, t) }

// Receive takes members in and out.
func (a topic) Receive(c actor.Context) {
	b, ok := c.Message().(*lane.Batch)
	if !ok {
		return
	}
	t := b.Owner().(*lane.Topic)
	for it, ok := b.Next(); ok; it, ok = b.Next() {
		a.env.Inject(Kind, it)
		switch it.Op {
		case lane.OpJoin:
			t.Joined(it.Member)
		case lane.OpDrop:
			c.Stop(c.Self())
		case lane.OpLeave:
			t.Left(it.Member)
		}
	}
}
