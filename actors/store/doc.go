// Package store is what keeps events: the history of a realm's subscriptions and,
// where it is durable, the retained events.
//
// Start with [Store], the interface of what keeps them, [Memory], which keeps
// them as long as the process lives, and [Query], a question to a history.
// Events are immutable and own their bytes. The package has no clock: time comes
// in with the events and with the question.
//
//	err := s.Apply([]store.Write{{Log: log, Events: []*store.Event{e}, Bounds: bounds}})
//	err = query.Run(s, log, func(e *store.Event) bool { … })
package store
