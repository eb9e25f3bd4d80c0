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
	return e.Shared(kind, func() *Box { return box }, produce)
}

// Shared is Leaf for many actors: box and produce are those of the one that is
// being spawned.
func (e *Env) Shared(kind supervisor.Kind, box func() *Box, produce func() actor.Actor) *actor.Props {
	o := e.guards[kind]
	return actor.PropsFromProducer(
		func() actor.Actor { return supervisor.Guard(produce(), o) },
		actor.WithMailbox(func() actor.Mailbox { return box() }),
	)
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
