// Package supervisor says what a crash means.
//
// Start with Policy (what to do when an actor of a kind panics), Strategy (a
// Policy or a Table at work, as an actor.SupervisorStrategy), Guard (what every
// actor is wrapped in) and Group (goroutines outside the actor system).
//
// A panic in a Receive is caught by the Guard, which adds the stack and the kind
// of the actor, then by the mailbox, which takes the failing item out, suspends
// the actor and tells its parent. The parent's Strategy decides by the policy of
// the child's kind, tells the Reporter what it does, and does it. Nothing ends
// silently: every directive, and every panic that a Guard has to swallow,
// becomes one Failure.
//
// Who owns what: a Strategy belongs to one supervising actor and remembers its
// children's failures; the Guard of that actor lets it forget a child that has
// terminated and closes it at the end. A Registry belongs to the router; it
// keeps the tree as data. Delayed restarts are timers of the Strategy and never
// outlive it.
//
// Supervised actors should live on an actors/mailbox: protoactor brings a
// stopping actor back to life when a restart reaches it, that mailbox does not
// let it through.
//
//	table := supervisor.Defaults()
//	strategy := table.Strategy(supervisor.Options{Kind: supervisor.Realm, Report: log})
//	guard := &supervisor.GuardOptions{Kind: supervisor.Realm, Report: log, Strategy: strategy}
//	props := actor.PropsFromProducer(func() actor.Actor {
//		return supervisor.Guard(newRealm(), guard)
//	}, actor.WithSupervisor(strategy))
package supervisor
