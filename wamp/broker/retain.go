package broker

import (
	"slices"

	"github.com/callboard-wamp/callboard/wamp"
)

// Receives says whether a session belongs to the audience of an event that is
// delivered later: it would have received it if it had subscribed before
// (advanced profile, "Event Retention").
func Receives(a *wamp.Audience, r *wamp.Reader) bool {
	if a.Publisher.Session != 0 && a.Publisher.Session == r.Session {
		return false
	}
	return Admits(a.Receivers, r.Session, r.AuthID, r.AuthRole)
}

// Retain returns the retained events of one topic after another one came, the
// newest first. Behind the newest stand the older ones that somebody would see
// who does not see any newer one, for each subscriber is sent the most recent
// event that it may receive. There are at most limit events, at least two; what is
// given up first is the oldest of those that are for few.
//
// The chain that is passed in belongs to the caller, who uses the result in its
// place.
func Retain[E any](chain []E, newest E, audience func(E) *wamp.Audience, limit int) []E {
	next := make([]E, 1, 2)
	next[0] = newest
	for _, old := range chain {
		a := audience(old)
		switch {
		case !needed(next, a, audience):
		case len(next) < limit:
			next = append(next, old)
		case a.Receivers == nil:
			next[limit-1] = old
			return next
		}
	}
	return next
}

// needed says whether some session may see the old event and none of the newer
// ones. It errs on the side of yes.
func needed[E any](newer []E, old *wamp.Audience, audience func(E) *wamp.Audience) bool {
	for _, e := range newer {
		a := audience(e)
		if a.Receivers != nil && !sameReceivers(a.Receivers, old.Receivers) {
			continue
		}
		// Of those who see the old event, only the publisher may miss this one.
		p := &a.Publisher
		if p.Session == 0 || !Receives(old, p) {
			return false
		}
		if slices.ContainsFunc(newer, func(e E) bool { return Receives(audience(e), p) }) {
			return false
		}
	}
	return true
}

// sameReceivers compares lists as they were sent: the same names in another
// order count as different, which costs a place in the chain and nothing else.
func sameReceivers(a, b *wamp.Receivers) bool {
	return b != nil && sameList(a.Exclude, b.Exclude) && sameList(a.Eligible, b.Eligible) &&
		sameList(a.ExcludeAuthID, b.ExcludeAuthID) && sameList(a.EligibleAuthID, b.EligibleAuthID) &&
		sameList(a.ExcludeAuthRole, b.ExcludeAuthRole) && sameList(a.EligibleAuthRole, b.EligibleAuthRole)
}

// sameList tells an absent list from an empty one.
func sameList[T comparable](a, b []T) bool { return (a == nil) == (b == nil) && slices.Equal(a, b) }
