package lane

import (
	"time"

	"github.com/callboard-wamp/callboard/wamp"
)

// handle is what topics and registrations have in common. The exported fields do
// not change.
type handle struct {
	ID  wamp.ID
	URI string
	// Box is the mailbox of the actor, and owned by the whole handle.
	Box *Box
	owing

	created int64   // nanoseconds since 1970
	ending  *ending // belongs to the directory
	count   int32   // members and joins under way; belongs to the directory
	Match   wamp.Match
	// known: it was created as far as others are concerned. It belongs to the actor.
	known bool
}

func newHandle(id wamp.ID, k Key, now time.Time) handle {
	return handle{ID: id, URI: k.URI, Match: k.Match, created: now.UnixNano()}
}

// Created is when it was made.
func (h *handle) Created() time.Time { return time.Unix(0, h.created) }

// Key names it within its realm.
func (h *handle) Key() Key { return Key{h.URI, h.Match} }
