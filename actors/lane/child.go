package lane

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/supervisor"
)

// Kin is what the children of one kind have in common. Either Actor or New is set.
// What these and the callbacks work for is the owner of the mailbox.
type Kin struct {
	Kind supervisor.Kind
	// Actor serves all of them, also after a crash: it has no state of its own and
	// learns from [mailbox.Batch.Owner] for whom it acts.
	Actor actor.Actor
	// New makes the actor of a child that is never restarted; it is called once.
	New func(*Box) actor.Actor
	// Lost, if set, is called when a child will never be spawned, and Stopped after it.
	Lost func(*Box)
	// Stopped, if set, is called when a child has ended, again and again until it
	// returns true: it settles in slices what the actor left.
	Stopped func(*Box) (done bool)
}

// Settle settles a part of what a child left, and says whether that was all.
func (k *Kin) Settle(b *Box) (done bool) { return k.Stopped == nil || k.Stopped(b) }

// SettleAll settles all of it.
func (k *Kin) SettleAll(b *Box) {
	for !k.Settle(b) {
	}
}

// Child is what a shard is asked to spawn: an actor on a mailbox that exists
// already.
type Child struct {
	*Kin
	Name string
	Box  *Box
}

// GiveUp settles a child that will never be spawned.
func (c *Child) GiveUp() {
	if c.Lost != nil {
		c.Lost(c.Box)
	}
	c.Box.Close()
	c.SettleAll(c.Box)
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
