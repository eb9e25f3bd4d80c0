// Package registration is the actor of one registration of a realm: a URI, how
// it matches, and the callees that serve it by the registration's policy. It
// owns the callees and publishes them as a snapshot that callers choose from;
// no call passes through it.
//
// Start with [New] and [Box]. The callees stand in the handle, so that a
// restarted actor finds them.
package registration

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// Kind is the name of this kind of actor in policies and failure reports.
const Kind = supervisor.Registration

// registration is the actor.
type registration struct {
	*lane.Registration
	realm *lane.Realm
}

// New returns the actor of a handle.
func New(realm *lane.Realm, r *lane.Registration) actor.Actor {
	return &registration{Registration: r, realm: realm}
}

// Box makes the mailbox of a registration.
func Box(env *lane.Env, r *lane.Registration) *lane.Box { return env.NewBox(Kind, r) }

// Receive takes callees in and out.
func (r *registration) Receive(c actor.Context) {
	b, ok := c.Message().(*lane.Batch)
	if !ok {
		return
	}
	for it, ok := b.Next(); ok; it, ok = b.Next() {
		r.realm.Env.Inject(Kind, it)
		switch it.Op {
		case lane.OpJoin:
			r.onJoin(it.Member)
		case lane.OpDrop:
			c.Stop(c.Self())
		case lane.OpLeave:
			r.Left(it.Member)
		}
	}
}

// onJoin takes a callee in, or refuses it by the rules of shared registration;
// the directory then takes it off the count. Those that it replaces by force are
// told so behind the snapshot without them, and give their memberships back.
func (r *registration) onJoin(m *lane.Member) {
	replaced, err := r.Joined(m)
	if err != nil {
		r.Replies = append(r.Replies, lane.Item{Op: lane.OpRefused, Member: m, Ext: lane.Fail(err)})
		r.realm.Directory.Post(nil, lane.Item{Op: lane.OpLeave, Member: m})
		return
	}
	for _, old := range replaced {
		r.Replies = append(r.Replies, lane.Item{Op: lane.OpRevoked, Member: old, Ext: &lane.Revocation{Reason: wamp.ErrReplaced}})
	}
	r.Replies = append(r.Replies, lane.Item{Op: lane.OpJoined, Member: m})
}
