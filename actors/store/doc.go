// Package store is what keeps events: the retained ones of a realm, and the
// history of its subscriptions.
//
// Start with [Event], one publication as it is kept, and [Bounds], how much is
// kept. Events are immutable and own their bytes.
package store
