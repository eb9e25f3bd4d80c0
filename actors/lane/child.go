package lane

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/mailbox"
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
	// returns true: it settles in slices what the actor left. The executor is that of
	// the calling goroutine, or nil.
	Stopped func(*mailbox.Executor, *Box) (done bool)
}

// Settle settles a part of what a child left, and says whether that was all.
func (k *Kin) Settle(x *mailbox.Executor, b *Box) (done bool) {
	return k.Stopped == nil || k.Stopped(x, b)
}

// SettleAll settles all of it.
func (k *Kin) SettleAll(x *mailbox.Executor, b *Box) {
	for !k.Settle(x, b) {
	}
}

// Child is what a shard is asked to spawn: an actor on a mailbox that exists
// already. Its name is its number, which no other child of the shard has.
type Child struct {
	*Kin
	Number uint64
	Box    *Box
}

// GiveUp settles a child that will never be spawned.
func (c *Child) GiveUp(x *mailbox.Executor) {
	if c.Lost != nil {
		c.Lost(c.Box)
	}
	c.Box.Close()
	c.SettleAll(x, c.Box)
}

// Shards are the mailboxes of the parents of one plural kind: all of their children
// have the same Kin.
type Shards []*Box

// Of is the shard of this number.
func (s Shards) Of(n uint64) *Box { return s[n%uint64(len(s))] }

// Spawn asks the shard of its number for a child. A shard that has stopped
// spawns nothing more: then the child is given up at once. x is the executor of the
// calling goroutine, or nil.
func (s Shards) Spawn(x *mailbox.Executor, c *Child) {
	if !s.Of(c.Number).Post(x, Item{Op: OpSpawn, Ext: c}) {
		c.GiveUp(x)
	}
}
