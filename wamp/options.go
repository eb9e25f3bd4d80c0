package wamp

import "fmt"

// Flags are the boolean options of a message, and which others are present.
// A flag that stands for a boolean is set when the option is present and has
// the value that is not the default.
type Flags uint32

// Booleans first, then presence.
const (
	// Acknowledge: PUBLISH acknowledge=true.
	Acknowledge Flags = 1 << iota
	// IncludeMe: PUBLISH exclude_me=false.
	IncludeMe
	// DiscloseMe: PUBLISH or CALL disclose_me=true.
	DiscloseMe
	// Retain: PUBLISH retain=true.
	Retain
	// GetRetained: SUBSCRIBE get_retained=true.
	GetRetained
	// Progress: CALL, INVOCATION, YIELD or RESULT progress=true.
	Progress
	// ReceiveProgress: CALL or INVOCATION receive_progress=true.
	ReceiveProgress
	// DiscloseCaller: REGISTER disclose_caller=true.
	DiscloseCaller
	// ForceReregister: REGISTER force_reregister=true.
	ForceReregister
	// ForwardTimeout: REGISTER forward_timeout=true.
	ForwardTimeout
	// Filtered: at least one of the six receiver lists is present.
	Filtered
	// HasTimeout: CALL timeout is present and above zero.
	HasTimeout
	// HasPassthru: ppt_scheme is a non-empty string.
	HasPassthru
	// UnknownMode: CANCEL mode is a string that the specification does not know.
	UnknownMode
)

// Has says whether all of the given flags are set.
func (f Flags) Has(g Flags) bool { return f&g == g }

// Options are the known options that are not booleans. A nil list is absent;
// an empty one that is not nil was sent empty and admits or excludes nobody.
type Options struct {
	Receivers
	Passthru
	// RoutingKey of a CALL (rkey), which invocation policy Hash goes by: text, or an
	// integer in decimal digits. The router's own; whatever else stands there is none.
	RoutingKey string
	// Concurrency of a REGISTER: how many invocations the callee has at a time, 0
	// for any number. The router's own.
	Concurrency uint64
	// Reason of an INTERRUPT or revocation, a URI.
	Reason string
}

// Receivers are the six lists that narrow the receivers of a publication
// (advanced profile, "Subscriber Black- and Whitelisting").
type Receivers struct {
	Exclude, Eligible                 []ID
	ExcludeAuthID, EligibleAuthID     []string
	ExcludeAuthRole, EligibleAuthRole []string
}

// Match says how the URI of a subscription or registration matches.
type Match uint8

// The matching policies; exact is the default.
const (
	Exact Match = iota
	Prefix
	Wildcard
)

// String returns the value of the option `match`.
func (m Match) String() string { return [...]string{"exact", "prefix", "wildcard"}[m] }

// MarshalText returns String.
func (m Match) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what ParseMatch does.
func (m *Match) UnmarshalText(text []byte) error {
	match, ok := ParseMatch(string(text))
	if !ok {
		return fmt.Errorf("must be exact, prefix or wildcard, not %q", text)
	}
	*m = match
	return nil
}

// ParseMatch returns the policy of this name.
func ParseMatch(s string) (Match, bool) {
	switch s {
	case "exact":
		return Exact, true
	case "prefix":
		return Prefix, true
	case "wildcard":
		return Wildcard, true
	}
	return 0, false
}

// Invoke is the invocation policy of a registration.
type Invoke uint8

// The invocation policies; single is the default. LeastPending and Hash are the
// router's own, their names begin with an underscore. InvokeUnknown stands for a
// name that the router does not know: REGISTER is answered with an ERROR.
const (
	Single Invoke = iota
	First
	Last
	Random
	RoundRobin
	LeastPending
	Hash
	InvokeUnknown
)

// String returns the value of the option `invoke`.
func (i Invoke) String() string {
	return [...]string{"single", "first", "last", "random", "roundrobin", "_least_pending", "_hash", "unknown"}[i]
}

// ParseInvoke returns the policy of this name, or InvokeUnknown.
func ParseInvoke(s string) Invoke {
	for i := Single; i < InvokeUnknown; i++ {
		if i.String() == s {
			return i
		}
	}
	return InvokeUnknown
}

// CancelMode is the mode of CANCEL and INTERRUPT.
type CancelMode uint8

// The modes; killnowait is what a CANCEL without a mode means.
const (
	KillNoWait CancelMode = iota
	Kill
	Skip
)

// String returns the value of the option `mode`.
func (m CancelMode) String() string { return [...]string{"killnowait", "kill", "skip"}[m] }
