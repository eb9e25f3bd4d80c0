package lane

import (
	"maps"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/supervisor"
)

// Parent returns the Props of an actor that supervises children: each failure is
// dealt with by the policy of the child's kind. change, if not nil, alters the
// policies under this parent.
func (e *Env) Parent(kind supervisor.Kind, produce func() actor.Actor, change supervisor.Table) *actor.Props {
	table := maps.Clone(e.Policies)
	maps.Copy(table, change)
	s := table.Strategy(supervisor.Options{Kind: kind, Report: e.Report, Registry: e.Registry})
	o := &supervisor.GuardOptions{Kind: kind, Report: e.Report, Registry: e.Registry, Strategy: s}
	return actor.PropsFromProducer(func() actor.Actor { return supervisor.Guard(produce(), o) }, actor.WithSupervisor(s))
}

// Leaf returns the Props of an actor without children on a mailbox of ours.
func (e *Env) Leaf(kind supervisor.Kind, box *Box, produce func() actor.Actor) *actor.Props {
	return e.props(func() actor.Actor { return e.Guard(kind, produce()) }, func() *Box { return box })
}

// Shared returns the Props of all children of a kind; box is the mailbox of the one
// that is being spawned.
func (e *Env) Shared(kin *Kin, box func() *Box) *actor.Props {
	if kin.Actor != nil {
		return e.props(supervisor.Guards(kin.Actor, e.guards[kin.Kind]), box)
	}
	return e.props(func() actor.Actor { return e.Guard(kin.Kind, kin.New(box())) }, box)
}

func (e *Env) props(produce actor.Producer, box func() *Box) *actor.Props {
	return actor.PropsFromProducer(produce, actor.WithMailbox(func() actor.Mailbox { return box() }))
}

// leaves are the kinds of actors without children.
var leaves = []supervisor.Kind{
	supervisor.Session, supervisor.Topic, supervisor.Registration, supervisor.Connection,
	supervisor.Directory, supervisor.Meta, supervisor.Retention, supervisor.Archive, supervisor.Listener,
}

// boxed are the kinds of actors with a mailbox of ours.
var boxed = append([]supervisor.Kind{supervisor.Shard}, leaves...)

// Prepare makes what actors of one kind share; it is called once, before the
// first of them is spawned. The scheduler is set before.
func (e *Env) Prepare() {
	e.boxes = map[supervisor.Kind]*mailbox.Options[Item]{}
	for _, k := range boxed {
		e.boxes[k] = e.boxOptions(k)
	}
	e.guards = map[supervisor.Kind]*supervisor.GuardOptions{}
	for _, k := range leaves {
		e.guards[k] = &supervisor.GuardOptions{Kind: k, Report: e.Report, Registry: e.Registry}
	}
}

// Guard wraps an actor without children on an ordinary mailbox.
func (e *Env) Guard(kind supervisor.Kind, a actor.Actor) actor.Actor {
	return supervisor.Guard(a, e.guards[kind])
}
