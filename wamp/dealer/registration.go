package dealer

import (
	"slices"

	"github.com/callboard-wamp/callboard/wamp"
)

// Registration is the callees of one procedure in the order in which they
// registered, and their invocation policy (advanced profile, "Shared
// Registration"). The zero value has no callees, and the first one to join
// sets the policy.
//
// It is state of one owner; what is shared are its snapshots. M names one
// callee and is compared with ==. Every operation is complete or has not
// happened.
//
// The counter that some methods take is the number of calls so far, the one
// that the next [Select] will get. It keeps the roundrobin pointer where it is
// while the list changes; calls under way at that moment may see the old list.
type Registration[M comparable] struct {
	policy  wamp.Invoke
	callees []M
	// base is the counter at which the first callee has its turn.
	base     uint64
	snapshot *Snapshot[M]
}

// Snapshot is a registration at one moment. It never changes and may be read
// by any number of goroutines.
type Snapshot[M comparable] struct {
	// Policy is the invocation policy; it means nothing without callees.
	Policy wamp.Invoke
	// Callees in the order in which they registered.
	Callees []M
	base    uint64
}

// Len is the number of callees.
func (r *Registration[M]) Len() int { return len(r.callees) }

// Has says whether m is one of the callees.
func (r *Registration[M]) Has(m M) bool { return slices.Contains(r.callees, m) }

// Join adds m behind the other callees. It is refused, and nothing changes,
// if the policy is unknown or if there are callees with the policy single or
// another one than asked for, or m among them.
func (r *Registration[M]) Join(m M, invoke wamp.Invoke, counter uint64) *wamp.Error {
	if invoke >= wamp.InvokeUnknown {
		return &wamp.Error{URI: wamp.ErrOptionNotAllowed, Message: "unknown invocation policy"}
	}
	if len(r.callees) == 0 {
		r.change(invoke, []M{m}, counter, 0)
		return nil
	}
	if text := r.refusal(m, invoke); text != "" {
		return &wamp.Error{URI: wamp.ErrProcedureAlreadyExists, Message: text}
	}
	r.change(invoke, appended(r.callees, m), counter, r.turn(counter))
	return nil
}

// Replace is Join with the option force_reregister: all callees leave, m is
// the first one under its own policy. It returns who left, to be told by a
// revocation; the list is the caller's. It is refused if the policy is unknown
// or m is a callee already.
func (r *Registration[M]) Replace(m M, invoke wamp.Invoke, counter uint64) ([]M, *wamp.Error) {
	if invoke < wamp.InvokeUnknown && r.Has(m) {
		return nil, &wamp.Error{URI: wamp.ErrProcedureAlreadyExists, Message: alreadyCallee}
	}
	old := *r
	r.callees = nil
	if err := r.Join(m, invoke, counter); err != nil {
		*r = old
		return nil, err
	}
	return slices.Clone(old.callees), nil
}

// Leave removes m; the others keep their order, and the one whose turn it is
// keeps its turn, or the next one gets it if m had it. It returns false if m
// is no callee.
func (r *Registration[M]) Leave(m M, counter uint64) bool {
	i := slices.Index(r.callees, m)
	if i < 0 {
		return false
	}
	turn := r.turn(counter)
	if i < turn {
		turn--
	}
	rest := make([]M, 0, len(r.callees)-1)
	rest = append(append(rest, r.callees[:i]...), r.callees[i+1:]...)
	r.change(r.policy, rest, counter, turn)
	return true
}

// Snapshot returns the registration as it is now, without copying: the list of
// callees is replaced when it changes, never written.
func (r *Registration[M]) Snapshot() *Snapshot[M] {
	if r.snapshot == nil {
		n := len(r.callees)
		r.snapshot = &Snapshot[M]{Policy: r.policy, Callees: r.callees[:n:n], base: r.base}
	}
	return r.snapshot
}

const alreadyCallee = "the session has registered this procedure already"

func (r *Registration[M]) refusal(m M, invoke wamp.Invoke) string {
	switch {
	case r.Has(m):
		return alreadyCallee
	case r.policy == wamp.Single:
		return "registered with the invocation policy single"
	case r.policy != invoke:
		return "registered with the invocation policy " + r.policy.String()
	}
	return ""
}

// turn is the index of the callee whose turn it is.
func (r *Registration[M]) turn(counter uint64) int {
	return int((counter - r.base) % uint64(len(r.callees)))
}

// change puts a new list in place, in which it is the turn of this index.
func (r *Registration[M]) change(policy wamp.Invoke, callees []M, counter uint64, turn int) {
	r.policy, r.callees, r.base, r.snapshot = policy, callees, counter-uint64(turn), nil
}

// appended may write behind the end of a list that snapshots share: nobody
// sees that place. The list is new after every Leave, so it was never seen.
func appended[M any](list []M, m M) []M { return append(list, m) }
