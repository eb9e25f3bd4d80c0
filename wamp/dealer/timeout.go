package dealer

import (
	"time"

	"github.com/callboard-wamp/callboard/wamp"
)

const (
	// MaxTimeout is the longest timeout of a call where a realm sets no other.
	MaxTimeout = (1 << 31) * time.Millisecond
	// Margin is how much longer than its timeout a call may last whose callee
	// watches the time: it answers by itself, and this is for the case that it
	// does not.
	Margin = 5 * time.Second
)

// Timeout is how long a call may wait for its first result, and for each one after
// it (advanced profile, "Call Timeouts", "Progressive Call Results"); 0 means for
// ever. ms is what the CALL asks for, 0 if nothing; then it is usual. What is too
// long is shortened to longest, never refused; without longest to [MaxTimeout].
func Timeout(ms uint64, usual, longest time.Duration) time.Duration {
	if longest <= 0 || longest > MaxTimeout {
		longest = MaxTimeout
	}
	switch {
	case ms == 0:
		return min(usual, longest)
	case ms > uint64(longest/time.Millisecond):
		return longest
	}
	return time.Duration(ms) * time.Millisecond
}

// Forwards says whether a callee that registered with these flags is told of the
// timeout, so that it ends the call by itself: it asked for that, and announced
// that it can.
func Forwards(registered wamp.Flags, callee wamp.Features) bool {
	return registered.Has(wamp.ForwardTimeout) && callee.Has(wamp.CalleeTimeout)
}

// AskedOf is the call with a timeout going to this callee, see [Forwards].
func (c Call) AskedOf(registered wamp.Flags, callee wamp.Features) Call {
	if Forwards(registered, callee) {
		return c | Forwarded
	}
	return c &^ Forwarded
}

// Lasts returns how long the dealer waits in a call with this timeout.
func (c Call) Lasts(timeout time.Duration) time.Duration {
	if c.Has(Forwarded) {
		return timeout + Margin
	}
	return timeout
}
