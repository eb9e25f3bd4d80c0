package lane

import (
	"bytes"
	"slices"
	"sync/atomic"
	"time"

	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/wamp"
)

// Kept is a publication that is to be retained, on its way from the publisher
// to the realm's retention.
//
// The publisher announces it there before it looks at any topic, and settles it
// when it has read the snapshots that it is fanned out to. So retention has
// heard of every publication whose snapshot a newcomer is not in, before it
// hears of the newcomer; and by the versions it knows which publications reach
// the newcomer as live events. That makes each arrive once.
type Kept struct {
	*store.Event
	// Reached are the topics it was fanned out to. The publisher writes it, and
	// nobody else looks at it before it is settled.
	Reached []Reached
	// Withdrawn: the publisher failed on the way; it is not retained. As Reached.
	Withdrawn bool

	state atomic.Uint32
}

// Reached is one topic, with the version of the snapshot that an event goes to.
type Reached struct {
	Topic   wamp.ID
	Version uint64
}

const (
	keptOpen uint32 = iota
	keptAwaited
	keptSettled
)

// Retain fans the publication out by the given function and has it retained
// (advanced profile, "Event Retention"). A panic on the way takes it back.
func (p *Publication) Retain(r *Realm, x *mailbox.Executor, fanOut func()) {
	k := &Kept{Event: p.copy(r.Env.Now())}
	if !k.Announce(r, x) {
		r.Env.Counters.Drop(DropRetained, 1)
		fanOut()
		return
	}
	p.kept, p.stored, k.Withdrawn = k, k.Event, true
	defer k.Settle(r, x)
	fanOut()
	p.kept, k.Withdrawn = nil, false
}

// copy returns the publication as it is kept: it owns its bytes.
func (p *Publication) copy(now time.Time) *store.Event {
	ev := &store.Event{
		Publication: p.ID, Topic: string(p.Topic), Time: now.Truncate(time.Millisecond), Serializer: uint8(p.Serializer),
		Payload: wamp.Payload{Bytes: bytes.Clone(p.Payload.Bytes), N: p.Payload.N, Opaque: p.Payload.Opaque},
		Details: slices.Clone(p.Disclosed), Trust: p.Trust,
	}
	if p.Receivers != nil {
		r := *p.Receivers // its lists are made by the codec and belong to nobody else
		ev.Audience.Receivers = &r
	}
	if !p.IncludeMe && p.From != nil {
		ev.Audience.Publisher = p.From.Reader()
	}
	return ev
}

// Announce tells retention that the publication is under way. It comes before
// the topics are looked up. False means that the realm is closing.
func (k *Kept) Announce(r *Realm, x *mailbox.Executor) bool {
	return r.Retention.Post(x, Item{Op: OpRetain, Ext: k})
}

// Settle ends what Announce began: Reached is complete. If retention has looked
// at the publication before, it is told.
func (k *Kept) Settle(r *Realm, x *mailbox.Executor) {
	if k.state.Swap(keptSettled) == keptAwaited {
		r.Retention.Post(x, Item{Op: OpSettled, Ext: k})
	}
}

// Await says whether the publication is settled; if it is not, its publisher
// will post OpSettled. Only retention calls it.
func (k *Kept) Await() (settled bool) {
	return !k.state.CompareAndSwap(keptOpen, keptAwaited) && k.Settled()
}

// Settled says whether Reached may be read.
func (k *Kept) Settled() bool { return k.state.Load() == keptSettled }

// Live says whether the publication reaches this member of its topic as an
// ordinary event. It must be settled.
func (k *Kept) Live(m *Member) bool {
	for _, r := range k.Reached {
		if r.Topic == m.Topic.ID {
			return r.Version >= m.Since
		}
	}
	return false
}

// Clear asks retention to forget the events of the topics that a pattern
// matches. Done is told how many events that were, or why it did not happen; it
// runs on a goroutine of the router and must not block.
type Clear struct {
	URI   string
	Match wamp.Match
	Done  func(events int, err *wamp.Error)
}
