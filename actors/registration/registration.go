// Package registration is the actor of the registrations of a realm, each a URI,
// how it matches, and the callees that serve it by the registration's policy. It
// owns the callees and publishes them as a snapshot that callers choose from; no
// call passes through it.
//
// Start with [New] and [Box]. All that a registration has stands in its handle,
// which owns the mailbox: so one actor value serves all registrations of a realm,
// and after a crash.
package registration

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
)

// Kind is the name of this kind of actor in policies and failure reports.
const Kind = supervisor.Registration

// registration is the actor.
type registration struct{ realm *lane.Realm }

// New returns the actor of all registrations of a realm.
func New(realm *lane.Realm) actor.Actor { return registration{realm} }

// Box makes the mailbox of a registration.
func Box(env *lane.Env, r *lane.Registration) *lane.Box { return env.NewBox(Kind, r) }

// Receive takes callees in and out.
func (a registration) Receive(c actor.Context) {
	b, ok := c.Message().(*lane.Batch)
	if !ok {
		return
	}
	r := b.Owner().(*lane.Registration)
	for it, ok := b.Next(); ok; it, ok = b.Next() {
		a.realm.Env.Inject(Kind, it)
		switch it.Op {
		case lane.OpJoin:
			a.onJoin(r, it.Member)
		case lane.OpDrop:
			c.Stop(c.Self())
		case lane.OpLeave:
			r.Left(it.Member)
		}
	}
}

// onJoin takes a callee in; one that is refused the directory takes off the count.
func (a registration) onJoin(r *lane.Registration, m *lane.Member) {
	if !r.Joined(m) {
		a.realm.Directory.Post(nil, lane.Item{Op: lane.OpLeave, Member: m})
	}
}
