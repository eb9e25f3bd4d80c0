package lane

import (
	"maps"

	"github.com/asynkron/protoactor-go/actor"
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
	o := e.guards[kind]
	return actor.PropsFromProducer(
		func() actor.Actor { return supervisor.Guard(produce(), o) },
		actor.WithMailbox(func() actor.Mailbox { return box }),
	)
}

// leaves are the kinds of actors without children.
var leaves = []supervisor.Kind{
	supervisor.Session, supervisor.Topic, supervisor.Registration, supervisor.Connection,
	supervisor.Directory, supervisor.Meta, supervisor.Retention, supervisor.Listener,
}

// Prepare makes what actors of one kind share; it is called once, before the
// first of them is spawned.
func (e *Env) Prepare() {
	e.guards = map[supervisor.Kind]*supervisor.GuardOptions{}
	for _, k := range leaves {
		e.guards[k] = &supervisor.GuardOptions{Kind: k, Report: e.Report, Registry: e.Registry}
	}
}

// Guard wraps an actor without children on an ordinary mailbox.
func (e *Env) Guard(kind supervisor.Kind, a actor.Actor) actor.Actor {
	return supervisor.Guard(a, e.guards[kind])
}
