package store

import "github.com/callboard-wamp/callboard/wamp"

// Kind says what a log is for.
type Kind uint8

// History grows at its end and is trimmed at its beginning; Retained are the
// retained events of one topic, the newest first, replaced as a whole.
const (
	History Kind = iota
	Retained
)

// Log names a row of events: the history of a subscription, or what is retained
// of a topic, whose Match is exact.
type Log struct {
	Kind  Kind
	Realm string
	Match wamp.Match
	URI   string
}

// Write is one change of a log.
type Write struct {
	Log Log
	// Events are appended to a history; of a retained log they take the place of
	// all that it has, and none of them deletes it.
	Events []*Event
	// Bounds are what a history is trimmed to, the oldest first. Its age is
	// measured back from the newest event.
	Bounds Bounds
}

// Order is the direction in which a log is read.
type Order uint8

// The orders.
const (
	OldestFirst Order = iota
	NewestFirst
)

// Store keeps events. Its methods may block on a disk and are called by one
// goroutine at a time.
type Store interface {
	// Apply makes all of the changes, or none. When it returns nil they survive
	// whatever the store promises to survive. After an error it may be called with
	// the same changes again, and nothing is kept twice.
	Apply(writes []Write) error
	// Read visits the events of a log until visit returns false. A log that does
	// not exist has none.
	Read(log Log, order Order, visit func(*Event) bool) error
	// Logs lists the logs of this kind that a realm has.
	Logs(realm string, kind Kind) ([]Log, error)
}

// Bounded is a store that bounds all of its logs together, beside the bounds of
// each, and lets the oldest events go for it.
type Bounded interface {
	// TakeDropped returns how many events went since it was last called. It is
	// called after each Apply, by the same goroutine.
	TakeDropped() int
}
