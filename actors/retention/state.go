package retention

import (
	"cmp"
	"container/list"
	"iter"
	"slices"
	"time"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
	"github.com/callboard-wamp/callboard/wamp/pattern"
)

// Defaults are the bounds of a realm without configuration. What a newcomer may
// be sent at once fits into the outbox of its session.
var Defaults = store.Bounds{Events: 10_000, Bytes: 8 << 20}

// chainLen is how many events of one topic are kept, for subscribers who may not
// see the newest.
const chainLen = 16

// State is the retained events of a realm. It belongs to the actor and outlives
// it.
type State struct {
	bounds   store.Bounds
	topics   map[string]*topic
	order    *list.List // of topics, the one that was published to last at the back
	events   int
	bytes    int
	arrivals uint64
	open     map[*lane.Kept]*event // not settled yet

	realm   string              // where it is kept, if it outlives the process
	changed map[string]struct{} // topics whose events are to be stored
}

// topic is the retained events of one URI, the newest first.
type topic struct {
	uri   string
	chain []*event // replaced and not written
	place *list.Element
}

// event is one retained event.
type event struct {
	*lane.Kept
	arrived uint64
	open    bool     // whom it reaches live is not known yet
	waiting []*query // until then
}

// query is a newcomer that waits for its retained events.
type query struct {
	to      *lane.Member
	again   bool
	arrived uint64 // of the last event that was announced before
	pending int    // events that are not settled
}

// NewState returns a state without events.
func NewState(b store.Bounds) *State {
	return &State{
		bounds: b.Or(Defaults), topics: map[string]*topic{}, order: list.New(), open: map[*lane.Kept]*event{},
	}
}

// live says whether the newcomer gets this event as a live one: it was announced
// later than the newcomer joined, or fanned out to a snapshot that has it. Who
// asks again has had what came before.
func (q *query) live(e *event) bool {
	return e.arrived > q.arrived || !q.again && e.Live(q.to)
}

// newest returns the newest event of a topic that this session may see, or nil.
func (s *State) newest(t *topic, r *wamp.Reader, now time.Time) *event {
	for _, e := range t.chain {
		if broker.Receives(&e.Audience, r) && !s.bounds.Expired(e.Event, now) {
			return e
		}
	}
	return nil
}

// add puts an event in front of its topic's chain. While it is open nothing that
// is older goes for it: it may yet be withdrawn.
func (s *State) add(k *lane.Kept, open bool) {
	s.arrivals++
	e := &event{Kept: k, arrived: s.arrivals, open: open}
	t := s.topics[k.Topic]
	if t == nil {
		t = &topic{uri: k.Topic}
		t.place = s.order.PushBack(t)
		s.topics[k.Topic] = t
	}
	s.order.MoveToBack(t.place)
	if open {
		s.open[k] = e
	}
	s.set(t, reduce(append([]*event{e}, t.chain...)))
}

// close makes an event count that was open, or takes it out if it was withdrawn,
// wherever it stands by now.
func (s *State) close(e *event) {
	delete(s.open, e.Kept)
	e.open = false
	t := s.topics[e.Topic]
	if t == nil || !slices.Contains(t.chain, e) {
		return
	}
	chain := slices.Clone(t.chain)
	if e.Withdrawn {
		chain = slices.DeleteFunc(chain, func(o *event) bool { return o == e })
	}
	if s.set(t, reduce(chain)); len(t.chain) == 0 {
		s.drop(t)
	}
}

// reduce leaves out what nobody would be sent any more; open events stay, and
// nothing goes for them.
func reduce(chain []*event) []*event {
	var settled, open []*event
	for _, e := range slices.Backward(chain) {
		if e.open {
			open = append(open, e)
		} else {
			settled = broker.Retain(settled, e, (*event).audience, chainLen)
		}
	}
	if len(open) == 0 {
		return settled
	}
	return slices.SortedFunc(slices.Values(append(open, settled...)), func(a, b *event) int { return cmp.Compare(b.arrived, a.arrived) })
}

func (e *event) audience() *wamp.Audience { return &e.Audience }

// set replaces the chain of a topic and keeps the sums.
func (s *State) set(t *topic, chain []*event) {
	s.weigh(t.chain, -1)
	t.chain = chain
	s.weigh(t.chain, 1)
	if s.changed != nil {
		s.changed[t.uri] = struct{}{}
	}
}

func (s *State) weigh(chain []*event, sign int) {
	s.events += sign * len(chain)
	for _, e := range chain {
		s.bytes += sign * e.Size()
	}
}

// drop forgets a topic.
func (s *State) drop(t *topic) {
	s.set(t, nil)
	s.order.Remove(t.place)
	delete(s.topics, t.uri)
}

// trim drops what is over the bounds, and returns how many events went for want
// of room. The topics that were published to long ago go first.
func (s *State) trim(now time.Time) (gone int) {
	for s.order.Len() > 0 {
		t := s.order.Front().Value.(*topic)
		full := s.events > s.bounds.Events || s.bytes > s.bounds.Bytes
		switch {
		case full:
			gone += len(t.chain)
		case !s.bounds.Expired(t.chain[0].Event, now):
			return gone
		}
		s.drop(t)
	}
	return gone
}

// reset settles what was under way when the realm closed: nobody waits any more.
func (s *State) reset() {
	for k, e := range s.open {
		e.waiting = nil
		if !k.Settled() {
			k.Withdrawn = true // its publisher has ended with the realm
		}
		s.close(e)
	}
}

// topicsOf are the topics that a member gets events of, in the order in which
// they were published to.
func (s *State) topicsOf(m *lane.Member) iter.Seq[*topic] { return s.matching(m.URI, m.Match) }

// matching may be ranged over while topics are dropped.
func (s *State) matching(uri string, m wamp.Match) iter.Seq[*topic] {
	return func(yield func(*topic) bool) {
		if m == wamp.Exact {
			if t := s.topics[uri]; t != nil {
				yield(t)
			}
			return
		}
		for at := s.order.Front(); at != nil; {
			t := at.Value.(*topic)
			at = at.Next()
			topic := []byte(t.uri)
			if pattern.Matches([]byte(uri), m, topic) && broker.DeliversTo(uri, m, topic) && !yield(t) {
				return
			}
		}
	}
}
