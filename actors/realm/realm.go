// Package realm has the two control actors of a realm: the realm itself, which
// supervises and does nothing else, and its directory, which creates and drops
// topics and registrations.
//
// Start with [New]. Sessions route by the realm's handle, [lane.Realm]; a realm
// that is restarted gets a new one, and all its sessions are told that it closed.
package realm

import (
	"strconv"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/shard"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// Kind is the name of this kind of actor in policies and failure reports.
const Kind = supervisor.Realm

// Options are what a realm has to know of its router.
type Options struct {
	Env   *lane.Env
	URI   wamp.URI
	Rules lane.RealmRules
	// Shards is how many parents each plural kind of actor has.
	Shards int
	Kinds  Kinds
	// Archive is where the realm's events are kept; nil if none are.
	Archive *lane.Archive
	// Opened is called with the handle when the realm can be joined, and Closed
	// when it no longer can.
	Opened, Closed func(*lane.Realm)
}

// realm is the actor.
type realm struct {
	o Options
	h *lane.Realm
}

// Policies are how a realm supervises beside the configured policies: a shard
// that fails, or has given up on a child, takes the realm along. Its topics and
// registrations stand in the index and could not be reached any more.
var Policies = supervisor.Table{shard.Kind: {OnPanic: supervisor.Escalate}}

// New returns the producer of a realm's actor.
func New(o Options) func() actor.Actor {
	return func() actor.Actor { return &realm{o: o} }
}

// Receive starts and ends the realm.
func (r *realm) Receive(c actor.Context) {
	switch c.Message().(type) {
	case *actor.Started:
		r.start(c)
	case *actor.Stopping, *actor.Restarting:
		r.close()
	case actor.SystemMessage, actor.AutoReceiveMessage:
	default:
		r.o.Env.Inject(Kind, nil)
	}
}

// start builds the realm's part of the tree.
func (r *realm) start(c actor.Context) {
	env, k := r.o.Env, &r.o.Kinds
	h := lane.NewRealm(env, r.o.URI)
	h.RealmRules, h.Archive = r.o.Rules, r.o.Archive
	h.Directory, h.Meta = env.NewBox(DirectoryKind, nil), k.MetaBox(h)
	h.Events = h.Feed.Attach(h.Meta)
	h.Retention = k.RetentionBox(h)
	r.h = h
	h.SessionShards = r.shards(c, "sessions")
	h.TopicShards = r.shards(c, "topics")
	h.ProcedureShards = r.shards(c, "procedures")
	d := newDirectory(h, *k)
	d.keepHistories()
	grow(c, env.Leaf(DirectoryKind, h.Directory, func() actor.Actor { return d }), "directory")
	grow(c, env.Leaf(supervisor.Meta, h.Meta, func() actor.Actor { return k.Meta(h) }), "meta")
	grow(c, env.Leaf(supervisor.Retention, h.Retention, func() actor.Actor { return k.Retention(h) }), "retention")
	r.o.Opened(h)
}

// shards spawns the parents of one plural kind.
func (r *realm) shards(c actor.Context, name string) lane.Shards {
	shards := make(lane.Shards, r.o.Shards)
	for i := range shards {
		box, props := shard.New(r.o.Env)
		grow(c, props, name+"/"+strconv.Itoa(i))
		shards[i] = box
	}
	return shards
}

func grow(c actor.Context, props *actor.Props, name string) {
	if _, err := c.SpawnNamed(props, name); err != nil {
		panic(err)
	}
}

// close ends joining. The sessions hear of it as their actors stop; those that
// come too late to be spawned are given up by their shard.
func (r *realm) close() {
	if r.h != nil {
		r.o.Closed(r.h)
	}
}
