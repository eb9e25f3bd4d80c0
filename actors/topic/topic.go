// Package topic is the actor of one subscription of a realm: a URI and how it
// matches. It owns the members and publishes them as a snapshot that sessions
// route by; no event passes through it.
//
// Start with [New] and [Box]. The members stand in the handle, so that a
// restarted actor finds them.
package topic

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// Kind is the name of this kind of actor in policies and failure reports.
const Kind = supervisor.Topic

// topic is the actor.
type topic struct {
	*lane.Topic
	env *lane.Env
}

// New returns the actor of a handle.
func New(env *lane.Env, t *lane.Topic) actor.Actor { return &topic{Topic: t, env: env} }

// Box makes the mailbox of a topic.
func Box(env *lane.Env, t *lane.Topic) *lane.Box { return env.NewBox(Kind, t) }

// Receive takes members in and out.
func (t *topic) Receive(c actor.Context) {
	b, ok := c.Message().(*lane.Batch)
	if !ok {
		return
	}
	for it, ok := b.Next(); ok; it, ok = b.Next() {
		t.env.Inject(Kind, it)
		switch it.Op {
		case lane.OpJoin:
			t.onJoin(it.Member)
		case lane.OpDrop:
			c.Stop(c.Self())
		case lane.OpLeave:
			t.Left(it.Member)
		}
	}
}

func (t *topic) onJoin(m *lane.Member) {
	t.Joined(m)
	t.Replies = append(t.Replies, lane.Item{Op: lane.OpJoined, Member: m})
	if m.Flags.Has(wamp.GetRetained) {
		t.Replies = append(t.Replies, lane.Item{Op: lane.OpGetRetained, Member: m})
	}
}
