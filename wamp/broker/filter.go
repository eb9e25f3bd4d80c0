package broker

import (
	"slices"

	"github.com/callboard-wamp/callboard/wamp"
)

// Admits says whether a session may receive a publication with these receiver
// lists: all that are present must agree (advanced profile, "Subscriber Black-
// and Whitelisting"). A nil list is absent, an eligible list that was sent
// empty admits nobody, ids that nobody has are no error; nil r admits
// everybody. It walks the lists; for many receivers make a [Filter].
func Admits(r *wamp.Receivers, session wamp.ID, authid, authrole string) bool {
	if r == nil {
		return true
	}
	return eligible(r.Eligible, session) && eligible(r.EligibleAuthID, authid) && eligible(r.EligibleAuthRole, authrole) &&
		!slices.Contains(r.Exclude, session) && !slices.Contains(r.ExcludeAuthID, authid) &&
		!slices.Contains(r.ExcludeAuthRole, authrole)
}

func eligible[T comparable](list []T, v T) bool { return list == nil || slices.Contains(list, v) }

// Filter answers [Admits] for many receivers of one publication: lists too
// long to be walked for each of them become sets, so that a publisher cannot
// multiply a long list by a large topic. The zero value admits everybody. It
// refers to the lists that it was made from and may be read concurrently.
type Filter struct {
	exclude, eligible                 list[wamp.ID]
	excludeAuthID, eligibleAuthID     list[string]
	excludeAuthRole, eligibleAuthRole list[string]
}

// NewFilter returns the filter of these lists; nil admits everybody. It does
// not allocate if all lists are short.
func NewFilter(r *wamp.Receivers) Filter {
	if r == nil {
		return Filter{}
	}
	return Filter{
		exclude: newList(r.Exclude), eligible: newList(r.Eligible),
		excludeAuthID: newList(r.ExcludeAuthID), eligibleAuthID: newList(r.EligibleAuthID),
		excludeAuthRole: newList(r.ExcludeAuthRole), eligibleAuthRole: newList(r.EligibleAuthRole),
	}
}

// Admits says whether this session may receive the publication.
func (f *Filter) Admits(session wamp.ID, authid, authrole string) bool {
	return f.eligible.eligible(session) && f.eligibleAuthID.eligible(authid) && f.eligibleAuthRole.eligible(authrole) &&
		!f.exclude.has(session) && !f.excludeAuthID.has(authid) && !f.excludeAuthRole.has(authrole)
}

// longList is the length from which on a set beats walking the list.
const longList = 32

type list[T comparable] struct {
	items []T
	set   map[T]struct{}
}

func newList[T comparable](items []T) list[T] {
	if len(items) <= longList {
		return list[T]{items: items}
	}
	set := make(map[T]struct{}, len(items))
	for _, v := range items {
		set[v] = struct{}{}
	}
	return list[T]{items: items, set: set}
}

func (l *list[T]) has(v T) bool {
	if l.set == nil {
		return slices.Contains(l.items, v)
	}
	_, ok := l.set[v]
	return ok
}

func (l *list[T]) eligible(v T) bool { return l.items == nil || l.has(v) }
