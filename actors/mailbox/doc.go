// Package mailbox is the queue of an actor and the plan by which actors run.
//
// Start with Mailbox (an actor.Mailbox with typed items), Executor (the run
// list of one goroutine) and Scheduler (the dispatcher goroutines behind them).
//
// A Mailbox has one FIFO. It holds items of type T, which Post appends, and
// ordinary actor messages, which PID.Send appends. A drain hands a run of items
// to the actor as one *Batch[T]; an ordinary message between two runs is
// delivered by itself, at its place, with its sender.
//
// Who owns what: posters share the tail of the queue under the mailbox's mutex;
// the one goroutine that runs the mailbox owns its head, the batch and every
// callback of Options. An Executor belongs to one goroutine. The Scheduler owns
// the dispatcher goroutines: they start when there is work for them and end
// when there is none.
//
// Nothing is received inside a Receive. Post appends the target to the
// executor's run list, and Executor.Run works the list off after the present
// drain. What exceeds the budget of a list is handed to the dispatchers.
//
// Every item that Post has accepted is either returned by Batch.Next or given
// to Options.OnDiscard, exactly once, whatever panics, restarts or stops. An
// actor ends with *actor.Stop only: when the mailbox takes it from its queue it
// closes, discards what is left and only then lets the actor stop. So nothing
// is delivered to a stopping actor, and who sees its Terminated knows that all
// items are accounted for.
//
// The actor itself must be guarded (supervisor.Guard): protoactor does not
// finish a stop whose Stopping or Stopped handler panics.
//
//	s := mailbox.NewScheduler(nil, mailbox.SchedulerOptions{})
//	m := mailbox.New(mailbox.Options[Item]{Scheduler: s})
//	m.Post(nil, Item{}) // before the spawn: waits for it
//	root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
//		switch msg := c.Message().(type) {
//		case *mailbox.Batch[Item]:
//			for item, ok := msg.Next(); ok; item, ok = msg.Next() {
//				handle(msg.Executor(), item)
//			}
//		case *actor.Started:
//		}
//	}, actor.WithMailbox(func() actor.Mailbox { return m })))
package mailbox
