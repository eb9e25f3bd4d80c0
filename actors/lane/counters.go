package lane

import "sync/atomic"

// Drop is a reason why something accepted was not delivered. Every such loss is
// counted under one of them.
type Drop uint8

// The reasons.
const (
	// DropSessionGone: the receiver's mailbox was closed.
	DropSessionGone Drop = iota
	// DropClosed: the membership ended between publish and delivery.
	DropClosed
	// DropNotRepresentable: the receiver's serializer has no such value.
	DropNotRepresentable
	// DropTooLarge: the receiver announced a smaller maximum.
	DropTooLarge
	// DropSlow: the receiver used up its outbox and was cut.
	DropSlow
	// DropLateAnswer: a RESULT or ERROR of a call that had been answered.
	DropLateAnswer
	// DropUnaskedProgress: a progressive YIELD that nobody asked for.
	DropUnaskedProgress
	// DropSlowCaller: a progressive result for a caller that does not read.
	DropSlowCaller
	// DropLateInput: a CALL that continued a call which had ended.
	DropLateInput
	// DropRefusedPublish: an unacknowledged PUBLISH that was not allowed.
	DropRefusedPublish
	// DropAfterGoodbye: a message between GOODBYE and the next HELLO.
	DropAfterGoodbye
	// DropCrash: the message that an actor failed on.
	DropCrash
	// DropUnsent: what stood in the outbox when its transport ended.
	DropUnsent
	// DropRetained: a retained event that went for want of room, or in a crash.
	DropRetained
	// DropHistory: an event that the store could not take.
	DropHistory
	// DropStoreFull: an event of a history that went because the store, as a whole,
	// is as large as it may be.
	DropStoreFull
	// DropBroken: an event of a history that the store cannot read, and so adds
	// nothing to.
	DropBroken

	drops
)

var dropNames = [drops]string{
	"session_gone", "closed", "not_representable", "too_large", "slow", "late_answer", "unasked_progress",
	"slow_caller", "late_input", "refused_publish", "after_goodbye", "crash", "unsent", "retained", "history",
	"store_full", "history_broken",
}

// String is the reason's name in metrics.
func (d Drop) String() string { return dropNames[d] }

// Counters count over the life of a router. Data path figures are added once
// per drain, not per message.
type Counters struct {
	Messages  atomic.Uint64 // received
	Events    atomic.Uint64 // posted to receivers
	Calls     atomic.Uint64
	Joins     atomic.Uint64 // sessions so far
	Sessions  atomic.Int64  // open now
	Conns     atomic.Int64  // open now
	FailedTLS atomic.Uint64 // TLS handshakes that failed
	OutOfStep atomic.Uint64
	// StoreFailing is 1 while the store takes nothing: an alarm.
	StoreFailing atomic.Int64
	// BrokenLogs are histories that the store cannot read, and so adds nothing to: an
	// alarm.
	BrokenLogs atomic.Int64
	// ResetLogs are what was corrupt in the store, and emptied.
	ResetLogs atomic.Uint64
	// HistoryUnread are questions that the store could not answer.
	HistoryUnread atomic.Uint64
	BadErrors     atomic.Uint64 // ERRORs of callees whose URI is not valid
	UnknownModes  atomic.Uint64 // CANCELs of open calls in a mode that there is not
	Unreadable    atomic.Uint64 // results in payload passthru mode for callers without it
	Floods        atomic.Uint64 // connections that ended for their control frames
	dropped       [drops]atomic.Uint64
}

// Drop counts n losses.
func (c *Counters) Drop(why Drop, n uint64) { c.dropped[why].Add(n) }

// Dropped returns the losses of this reason so far.
func (c *Counters) Dropped(why Drop) uint64 { return c.dropped[why].Load() }

// Drops returns all losses by reason, without the zeros.
func (c *Counters) Drops() map[string]uint64 {
	m := map[string]uint64{}
	for d := Drop(0); d < drops; d++ {
		if n := c.Dropped(d); n > 0 {
			m[d.String()] = n
		}
	}
	return m
}
