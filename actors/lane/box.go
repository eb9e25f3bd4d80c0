package lane

import (
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/supervisor"
)

// Box is the mailbox of every actor of the router.
type Box = mailbox.Mailbox[Item]

// Batch is what the Receive of every actor of the router gets.
type Batch = mailbox.Batch[Item]

// Keeper is the owner of a mailbox whose state outlives its actor. Drained is
// called at the end of each drain, also of one that a panic ended: snapshots are
// stored and replies posted there.
type Keeper interface{ Drained() }

// child is the owner of a mailbox whose actor comes and goes with a peer. Parent is
// the mailbox of its shard.
type child interface{ Parent() *Box }

// NewBox makes the mailbox of an actor. Items that it will not deliver, and the
// one that its actor failed on, are settled: see [Env.Undelivered] and
// [Env.Crashed]. owner is the actor's handle, or nil: a [Session] is told when its
// actor has failed, and a [Keeper] of each drain of its topic or registration.
func (e *Env) NewBox(kind supervisor.Kind, owner any) *Box {
	return mailbox.New(e.boxes[kind], owner)
}

// boxOptions are what the mailboxes of one kind of actor share.
func (e *Env) boxOptions(kind supervisor.Kind) *mailbox.Options[Item] {
	why := DropSessionGone
	switch kind {
	case supervisor.Connection:
		why = DropAfterGoodbye
	case supervisor.Retention:
		why = DropRetained
	}
	o := &mailbox.Options[Item]{
		Scheduler: e.Scheduler, Buffers: &e.buffers,
		OnDiscard: func(_ *Box, it Item) { e.Undelivered(nil, &it, why) },
		OnPanic:   func(b *Box, it *Item, _ any) any { return e.panicked(kind, b, it) },
	}
	if kind == supervisor.Session || kind == supervisor.Connection {
		o.Parent = func(b *Box) *Box {
			if c, ok := b.Owner().(child); ok {
				return c.Parent()
			}
			return nil
		}
	}
	if kind == supervisor.Topic || kind == supervisor.Registration {
		o.OnDrained = func(b *Box) { b.Owner().(Keeper).Drained() }
	}
	return o
}

// panicked settles what the actor of a mailbox failed on, and ends the runs that
// it left open.
func (e *Env) panicked(kind supervisor.Kind, b *Box, it *Item) (lost any) {
	if s, ok := b.Owner().(*Session); ok {
		s.Failed.Store(true)
	}
	if it != nil {
		lost = e.Crashed(kind, b, it)
	}
	Of(b.Executor()).Interrupted()
	return lost
}
