package benchmarks

import (
	"math/bits"
	"sync"
	"sync/atomic"

	"github.com/callboard-wamp/callboard/benchmarks/ledger"
	"github.com/callboard-wamp/callboard/benchmarks/meter"
	"github.com/callboard-wamp/callboard/benchmarks/wire"
	"github.com/callboard-wamp/callboard/wamp"
)

// sendRoom is how many bytes may wait for the router before an open loop
// sends no more for the moment. What is late keeps the time that it was due at.
const sendRoom = 1 << 20

// sender is a publisher or a caller: one session that sends numbered messages,
// the first under request id 1. In a closed loop its messages under way are
// within a window, which begins with the first that is not complete; a message
// is complete when all that it was waiting for has arrived.
type sender struct {
	run    *run
	s      *member
	stream uint32
	part   int
	uris   [][]byte // message n goes to uris[n % len(uris)]
	// waits is how many arrivals message n waits for: waits[n % len(waits)].
	waits  []int32
	window uint64 // 0: open loop
	limit  uint64 // messages; 0: none
	slots  []atomic.Int32

	mu      sync.Mutex
	body    *wire.Body
	message wamp.Message
	seq     uint64 // messages sent
	first   uint64 // of the window

	// These belong to the goroutine that reads.
	answers ledger.Pair
	errors  uint64
	foreign uint64
	batch
}

// batch is what a reader keeps while it takes what one read has brought.
type batch struct {
	now     int64 // when the read came back; 0 before the first message
	tally   *meter.Tally
	touched []*sender // whose windows may have moved
	fresh   uint64
	taken   atomic.Uint64 // what arrived in all
}

// newSender makes the next sender of the run. Window 0 is an open loop.
func (r *run) newSender(s *member, kind wamp.MessageType, part, window int) (*sender, error) {
	p := &sender{run: r, s: s, stream: uint32(len(r.senders)), part: part, answers: ledger.NewPair(0, 1)}
	var err error
	if p.body, err = wire.NewBody(s.Serializer(), r.o.Size); err != nil {
		return nil, err
	}
	p.message = wamp.Message{Type: kind, Payload: p.body.Payload}
	p.tally = r.meter.Tally()
	if p.window = uint64(window); window > 0 {
		p.slots = make([]atomic.Int32, 1<<bits.Len(uint(window-1)))
	}
	r.senders = append(r.senders, p)
	return p, nil
}

// to says where messages go, and how many arrivals each of them waits for.
func (p *sender) to(uris [][]byte, waits []int32) {
	p.uris, p.waits = uris, waits
}

func (p *sender) slot(seq uint64) *atomic.Int32 { return &p.slots[seq&uint64(len(p.slots)-1)] }

// send sends the next message. The mutex is held.
func (p *sender) send(due int64) {
	p.body.Stamp(wire.Stamp{Stream: p.stream, Seq: p.seq, At: due})
	p.message.URI = p.uris[p.seq%uint64(len(p.uris))]
	if p.window > 0 {
		p.slot(p.seq).Store(p.waits[p.seq%uint64(len(p.waits))])
	}
	p.seq++
	p.s.Request(&p.message)
}

// refill sends what the window and the limit allow, and flushes.
func (p *sender) refill() {
	if p.window == 0 {
		return
	}
	p.mu.Lock()
	if p.run.stopping.Load() { // looked at under the mutex: see run.stop
		p.mu.Unlock()
		return
	}
	before := p.seq
	for p.first < p.seq && p.slot(p.first).Load() <= 0 {
		p.first++
	}
	for p.seq-p.first < p.window && (p.limit == 0 || p.seq < p.limit) {
		p.send(p.run.meter.Now())
	}
	sent := p.seq > before
	p.mu.Unlock()
	if sent {
		_ = p.s.Flush()
	}
}

// deliveries is how many events or results message seq makes.
func (p *sender) deliveries(seq uint64) uint64 {
	n := p.waits[seq%uint64(len(p.waits))]
	if p.message.Type == wamp.Publish && p.run.o.Acknowledge {
		n-- // PUBLISHED
	}
	return uint64(n)
}

// arrived counts one arrival of a message, and says whether it is complete now.
func (p *sender) arrived(seq uint64) bool {
	return p.window > 0 && p.slot(seq).Add(-1) == 0
}

// sent is how many messages were sent so far.
func (p *sender) sent() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seq
}

// handle serves what the router answers.
func (p *sender) handle(m *wamp.Message) {
	p.stamp()
	seq := uint64(m.Request) - 1
	switch m.Type {
	case wamp.Published:
		p.answered(seq)
	case wamp.Result:
		stamp, ok := wire.StampOf(p.s.Serializer(), m.Payload, p.run.o.Size)
		if !ok || stamp.Stream != p.stream || stamp.Seq != seq {
			p.foreign++
			p.run.note("a RESULT that does not belong to its CALL")
			return
		}
		if p.answered(seq) {
			p.tally.Done(p.part, stamp.At, p.now)
		}
	case wamp.ErrorMessage:
		p.errors++
		p.run.note("ERROR " + string(m.URI))
		p.answered(seq)
	default:
		p.foreign++
		p.run.note("unexpected " + m.Type.String())
	}
}

// answered enters the answer to a message, and says whether it is the first.
// Answers may overtake each other.
func (p *sender) answered(seq uint64) bool {
	if v := p.answers.Take(seq); v.Kind != ledger.Next && v.Kind != ledger.Late {
		return false
	}
	p.fresh++
	if p.arrived(seq) {
		p.touch(p)
	}
	return true
}

// account is that of the answers, with what was asked for in all.
func (p *sender) account() ledger.Account {
	a := p.answers.Settle(p.seq)
	a.Disordered = 0
	a.Unanswered, a.Lost = a.Lost, 0
	errors := min(p.errors, a.Received)
	a.Errors, a.Received = errors, a.Received-errors
	a.Foreign += p.foreign
	return a
}

// stamp takes the time, once per read.
func (b *batch) stamp() {
	if b.now == 0 {
		b.now = b.tally.Now()
	}
}

// touch notes that a window may have moved.
func (b *batch) touch(p *sender) {
	for _, q := range b.touched {
		if p == q {
			return
		}
	}
	b.touched = append(b.touched, p)
}

// end is called when a read is used up.
func (b *batch) end() {
	b.tally.Commit()
	for i, p := range b.touched {
		p.refill()
		b.touched[i] = nil
	}
	b.taken.Add(b.fresh)
	b.touched, b.fresh, b.now = b.touched[:0], 0, 0
}
