package lane

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/supervisor"
)

// Child is what a shard is asked to spawn: an actor on a mailbox that exists
// already.
type Child struct {
	Kind supervisor.Kind
	Name string
	Box  *Box
	// New makes the actor, anew after each crash.
	New func() actor.Actor
	// Once: its policy never restarts it, so New is called once.
	Once bool
	// Lost, if set, is called when it will never be spawned, and Stopped after it.
	Lost func()
	// Stopped, if set, is called when it has ended, again and again until it returns
	// true: it settles in slices what the actor left.
	Stopped func() (done bool)
}

// GiveUp settles a child that will never be spawned.
func (c *Child) GiveUp() {
	if c.Lost != nil {
		c.Lost()
	}
	c.Box.Close()
	c.Settle()
}

// Settle settles all that the child left.
func (c *Child) Settle() {
	for c.Stopped != nil && !c.Stopped() {
	}
}

// Shards are the mailboxes of the parents of one plural kind.
type Shards []*Box

// Spawn asks the shard of this number for a child. A shard that has stopped
// spawns nothing more: then the child is given up at once.
func (s Shards) Spawn(n uint64, c *Child) {
	if !s[n%uint64(len(s))].Post(nil, Item{Op: OpSpawn, Ext: c}) {
		c.GiveUp()
	}
}
