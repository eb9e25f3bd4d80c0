package realm

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// DirectoryKind is the name of this kind of actor in policies and reports.
const DirectoryKind = supervisor.Directory

// directory is the actor that creates and drops the topics and registrations of
// its realm. Every join and leave passes through it, so it knows how many are
// left; the index it keeps stands in the realm's handle.
type directory struct {
	*lane.Realm
	kinds              Kinds
	topics, procedures *lane.Kin
}

func newDirectory(h *lane.Realm, k Kinds) *directory {
	d := &directory{Realm: h, kinds: k}
	d.topics = &lane.Kin{Kind: supervisor.Topic, Actor: k.Topic(h.Env), Stopped: d.stopped}
	d.procedures = &lane.Kin{Kind: supervisor.Registration, Actor: k.Registration(h), Stopped: d.stopped}
	return d
}

// Kinds makes the actors that the directory needs, without knowing them.
type Kinds struct {
	TopicBox        func(*lane.Topic) *lane.Box
	Topic           func(*lane.Env) actor.Actor // serves all topics
	RegistrationBox func(*lane.Registration) *lane.Box
	Registration    func(*lane.Realm) actor.Actor // serves all registrations of a realm
	MetaBox         func(*lane.Realm) *lane.Box
	Meta            func(*lane.Realm) actor.Actor
	RetentionBox    func(*lane.Realm) *lane.Box
	Retention       func(*lane.Realm) actor.Actor
}

// Receive passes joins and leaves on to the topic or registration.
func (d *directory) Receive(c actor.Context) {
	b, ok := c.Message().(*lane.Batch)
	if !ok {
		return
	}
	for it, ok := b.Next(); ok; it, ok = b.Next() {
		d.Env.Inject(DirectoryKind, it)
		switch it.Op {
		case lane.OpJoin:
			d.onJoin(it.Member)
		case lane.OpLeave:
			d.onLeave(it)
		case lane.OpStopped:
			d.onStopped(it.Ext)
		}
	}
}

// onJoin finds or makes what the membership is of, counts it, and passes the
// join on.
func (d *directory) onJoin(m *lane.Member) {
	box, limit := d.target(m)
	if box == nil {
		m.Session.Box.Post(nil, lane.Item{Op: lane.OpRefused, Member: m, Ext: &lane.Failure{
			URI: wamp.ErrOptionNotAllowed, Message: "limit reached: " + limit + " per realm",
		}})
		return
	}
	m.Count()
	if !box.Post(nil, lane.Item{Op: lane.OpJoin, Member: m}) {
		d.Env.Crashed(DirectoryKind, d.Directory, &lane.Item{Op: lane.OpJoin, Member: m})
	}
}

// target returns the mailbox of the topic or registration, or nil and the limit of
// the realm that keeps it from being made.
func (d *directory) target(m *lane.Member) (box *lane.Box, limit string) {
	if m.Procedure {
		r, created := d.RegistrationFor(m.Key(), d.kinds.RegistrationBox)
		if r == nil {
			return nil, d.RegistrationLimit(m.Key())
		}
		m.Registration = r
		if created {
			d.Begin(m, d.ProcedureShards, &lane.Child{Kin: d.procedures, Number: uint64(r.ID), Box: r.Box})
		}
		return r.Box, ""
	}
	t, created := d.TopicFor(m.Key(), d.kinds.TopicBox)
	if t == nil {
		return nil, d.TopicLimit(m.Key())
	}
	m.Topic = t
	if created {
		d.Begin(m, d.TopicShards, &lane.Child{Kin: d.topics, Number: uint64(t.ID), Box: t.Box})
	}
	return t.Box, ""
}

// keepHistories makes the topics that keep their events. Each counts one more than
// its members, so that it stays when the last one leaves.
func (d *directory) keepHistories() {
	for k := range d.Histories {
		d.keepHistory(k)
	}
}

func (d *directory) keepHistory(k lane.Key) {
	m := &lane.Member{URI: k.URI, Match: k.Match}
	if box, _ := d.target(m); box != nil {
		m.Count()
	}
}

// stopped tells the directory that the actor of a handle has stopped; a shard
// calls it.
func (d *directory) stopped(x *mailbox.Executor, b *lane.Box) bool {
	d.Directory.Post(x, lane.Item{Op: lane.OpStopped, Ext: b.Owner()})
	return true
}

// onStopped drops what has lost its actor for good: no member could come or
// leave any more. Nothing is left to do for a handle that was dropped before.
func (d *directory) onStopped(handle any) {
	var members []*lane.Member
	switch h := handle.(type) {
	case *lane.Topic:
		if members = d.StopTopic(h); h.History != nil {
			d.keepHistory(h.Key())
		}
	case *lane.Registration:
		members = d.StopRegistration(h)
	}
	for _, m := range members {
		m.Session.Box.Post(nil, lane.Item{
			Op: lane.OpRevoked, Member: m, Ext: &lane.Revocation{Reason: wamp.ErrInternal, Lost: true},
		})
	}
}

// onLeave takes a member out, and drops what nobody is left in. It may come
// again after a crash: then it is passed on and not counted.
func (d *directory) onLeave(it *lane.Item) {
	m := it.Member
	m.Uncount()
	var box *lane.Box
	empty := false
	switch {
	case m.Registration != nil:
		box, empty = m.Registration.Box, d.DropRegistration(m.Registration)
	case m.Topic != nil:
		box, empty = m.Topic.Box, d.DropTopic(m.Topic)
	default:
		return
	}
	box.Post(nil, *it)
	if empty {
		box.Post(nil, lane.Item{Op: lane.OpDrop})
	}
}
