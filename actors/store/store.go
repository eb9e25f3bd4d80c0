package store

import (
	"fmt"

	"github.com/callboard-wamp/callboard/wamp"
)

// Kind says what a log is for.
type Kind uint8

// History grows at its end and is trimmed at its beginning; Retained are the
// retained events of one topic, the newest first, replaced as a whole.
const (
	History Kind = iota
	Retained
)

// String is how logs call it.
func (k Kind) String() string {
	if k == Retained {
		return "retained events"
	}
	return "history"
}

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

// Broken is an error that concerns one log; the others can be read and written.
// [Store.Apply] returns it, for [errors.As] to find, for a log among its changes,
// of which none was made.
type Broken struct {
	Log Log
	Err error
	// Corrupt says that what is stored is not what was written, which time does not
	// mend.
	Corrupt bool
}

func (b *Broken) Error() string {
	return fmt.Sprintf("the %v of %q in realm %q cannot be read: %v", b.Log.Kind, b.Log.URI, b.Log.Realm, b.Err)
}

func (b *Broken) Unwrap() error { return b.Err }

// Resetter is a store that can empty a log without reading it.
type Resetter interface {
	// Reset removes all that a log has, durably. It is called as Apply is.
	Reset(log Log) error
}

// Bounded is a store that bounds all of its logs together, beside the bounds of
// each, and lets the oldest events go for it.
type Bounded interface {
	// TakeDropped returns how many events went since it was last called. It is
	// called after each Apply, by the same goroutine.
	TakeDropped() int
}
