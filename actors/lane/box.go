package lane

import (
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/supervisor"
)

// Box is the mailbox of every actor of the router.
type Box = mailbox.Mailbox[Item]

// Batch is what the Receive of every actor of the router gets.
type Batch = mailbox.Batch[Item]

// BoxOptions are how the mailboxes of the kinds of actors differ.
type BoxOptions struct {
	Kind supervisor.Kind
	// Discarded counts what is left when the actor has ended.
	Discarded Drop
	// Drained is called at the end of each drain, also of one that a panic
	// ended: snapshots are stored and replies posted here.
	Drained func()
	// Failed is called when the actor panicked.
	Failed func()
}

// NewBox makes the mailbox of an actor. Items that it will not deliver, and the
// one that its actor failed on, are settled: see [Env.Undelivered] and
// [Env.Crashed].
func (e *Env) NewBox(o BoxOptions) *Box {
	var b *Box
	b = mailbox.New(mailbox.Options[Item]{
		Scheduler: e.Scheduler,
		OnDiscard: func(it Item) { e.Undelivered(nil, &it, o.Discarded) },
		OnDrained: o.Drained,
		OnPanic: func(it *Item, _ any) any {
			if o.Failed != nil {
				o.Failed()
			}
			var lost any
			if it != nil {
				lost = e.Crashed(o.Kind, b, it)
			}
			Of(b.Executor()).Interrupted()
			return lost
		},
	})
	return b
}
