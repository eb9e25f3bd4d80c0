// Package archive is the actor that owns the router's store: the history of
// subscriptions, and the retained events where they outlive the process. Who has
// something to keep posts it and goes on; nobody waits for the disk but a worker
// of the archive's own.
//
// Start with [New] and [Shelf], the queue between actor and worker. A store that
// fails is tried again until it takes what waits; meanwhile what does not fit
// into the queue is dropped and counted, and an alarm says so.
package archive

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/supervisor"
)

// Kind is the name of this kind of actor in policies and failure reports.
const Kind = supervisor.Archive

// archive is the actor.
type archive struct {
	*Shelf
	box *lane.Box
}

// New returns the actor, whose queue is s, on the mailbox that [Box] made.
func New(s *Shelf, box *lane.Box) actor.Actor { return &archive{Shelf: s, box: box} }

// Box makes its mailbox.
func Box(env *lane.Env) *lane.Box {
	return env.NewBox(Kind, nil)
}

// Receive puts what comes on the shelf, and has a worker at it.
func (a *archive) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.begin(a.box)
	case *actor.Stopping:
		a.close()
	case *lane.Batch:
		for it, ok := m.Next(); ok; it, ok = m.Next() {
			a.env.Inject(Kind, it)
			a.handle(it)
		}
		a.begin(a.box)
	}
}

// handle is the bare switch over what others and the worker post.
func (a *archive) handle(it *lane.Item) {
	switch it.Op {
	case lane.OpStore:
		a.put(it.Ext.(*store.Write))
	case lane.OpQuestion:
		a.ask(it.Ext.(*lane.Question))
	case lane.OpWorkerFailed:
		a.onWorkerFailed(it.Ext)
	}
}

// onWorkerFailed makes the worker's panic the actor's own: the supervisor decides
// when the next one begins.
func (a *archive) onWorkerFailed(reason any) { panic(reason) }
