package lane

import (
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// pageSize is how many octets of retained events travel in one item.
const pageSize = 64 << 10

// More marks an OpRetained that further ones follow.
const More = 1

// Recall is retained events on their way to one member. [Recall.End] must be
// called: until then the member's session holds its live events.
type Recall struct {
	e     *Encoder
	to    *Member
	chunk *netio.Chunk
	used  int
	count uint32
}

// Recall begins to send retained events to a member.
func (e *Encoder) Recall(m *Member) *Recall { return &Recall{e: e, to: m} }

// Add sends one more event, as it was published but for Details.retained
// (advanced profile, "Event Retention").
func (r *Recall) Add(ev *store.Event) {
	g := r.to.Session.Transport.Group
	m := wamp.Message{Type: wamp.Event, ID: r.to.Topic.ID, Request: ev.Publication, Fields: retainedDetails(ev, r.to)}
	var ok bool
	if m.Payload, ok = r.e.Convert(ev.Payload, codec.Serializer(ev.Serializer), g.Serializer); !ok {
		r.e.env.Counters.Drop(DropNotRepresentable, 1)
		return
	}
	size := g.Serializer.Size(&m)
	if size > int(g.MaxSend) {
		r.e.env.Counters.Drop(DropTooLarge, 1)
		return
	}
	whole := netio.ElementSize(g.Framing, size)
	if r.chunk != nil && r.used+whole > min(len(r.chunk.B), netio.BatchLimit(g.Framing, int(g.MaxSend))) {
		r.post(More)
	}
	if r.chunk == nil {
		r.chunk = netio.Take(max(pageSize, whole))
	}
	a := arena{chunk: r.chunk, used: r.used}
	_, r.used = a.append(g, &m, size)
	r.count++
}

func retainedDetails(ev *store.Event, to *Member) []wamp.Field {
	f := make([]wamp.Field, 0, 3+len(ev.Details))
	if to.Match != wamp.Exact {
		f = append(f, wamp.Text("topic", ev.Topic))
	}
	f = append(f, ev.Details...)
	if to.Session.Receives().Trust {
		f = append(f, wamp.Int("trustlevel", ev.Trust))
	}
	return append(f, wamp.True("retained"))
}

// End sends what is left, and that nothing follows.
func (r *Recall) End() { r.post(0) }

func (r *Recall) post(more uint8) {
	it := Item{Op: OpRetained, Member: r.to, N: more, Count: r.count}
	if r.chunk != nil {
		it.Chunk, it.Bytes = r.chunk, r.chunk.B[:r.used:r.used]
	}
	*r = Recall{e: r.e, to: r.to}
	r.e.env.Counters.Events.Add(uint64(it.Count))
	if !it.Member.Session.Box.Post(r.e.x, it) {
		r.e.env.Counters.Drop(DropSessionGone, uint64(it.Count))
		it.Release()
	}
}

// Recall passes a member's question for retained events on. Where there is
// nobody to ask, the answer is that there are none.
func (r *Realm) Recall(x *mailbox.Executor, it Item) {
	if r.Retention == nil || !r.Retention.Post(x, it) {
		nothingRetained(x, it.Member)
	}
}

// nothingRetained answers a member's question.
func nothingRetained(x *mailbox.Executor, m *Member) {
	m.Session.Box.Post(x, Item{Op: OpRetained, Member: m})
}
