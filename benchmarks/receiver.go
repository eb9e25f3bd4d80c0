package benchmarks

import (
	"github.com/callboard-wamp/callboard/benchmarks/ledger"
	"github.com/callboard-wamp/callboard/benchmarks/wire"
	"github.com/callboard-wamp/callboard/wamp"
)

// receiver is a subscriber or a callee: one session that hears consecutive
// senders, each of them from the first of its messages on in steps.
type receiver struct {
	run     *run
	s       *member
	senders []*sender
	pairs   []ledger.Pair // beside senders
	// slow readers take their time: no window waits for them.
	slow bool

	// These belong to the goroutine that reads.
	foreign uint64
	yield   wamp.Message
	batch
}

// hear makes a receiver that gets the messages first, first+stride, … of each
// of these senders, whose streams follow each other.
func (r *run) hear(s *member, senders []*sender, first, stride uint64) *receiver {
	c := &receiver{run: r, s: s, senders: senders, yield: wamp.Message{Type: wamp.Yield}}
	for range senders {
		c.pairs = append(c.pairs, ledger.NewPair(first, stride))
	}
	if r.o.Relay {
		c.yield.Type = wamp.Result
	}
	c.tally = r.meter.Tally()
	return c
}

// handle serves an EVENT or an INVOCATION.
func (c *receiver) handle(m *wamp.Message) {
	c.stamp()
	if m.Type != wamp.Event && m.Type != wamp.Invocation {
		c.foreign++
		c.run.note("unexpected " + m.Type.String() + " " + string(m.URI))
		return
	}
	stamp, ok := wire.StampOf(c.s.Serializer(), m.Payload, c.run.o.Size)
	at := int(stamp.Stream)
	if ok && len(c.senders) > 0 {
		at -= int(c.senders[0].stream)
	}
	if !ok || at < 0 || at >= len(c.senders) {
		c.foreign++
		return
	}
	v := c.pairs[at].Take(stamp.Seq)
	if m.Type == wamp.Invocation {
		c.answer(m)
		return
	}
	c.event(c.senders[at], stamp, v)
}

// answer sends an invocation's payload back. It leaves with the next flush.
func (c *receiver) answer(m *wamp.Message) {
	c.yield.Request, c.yield.Payload = m.Request, m.Payload
	c.s.Append(&c.yield)
	c.fresh++
}

// event counts an event. Those that were skipped are not waited for any more,
// so that a router that loses some can be measured all the same.
func (c *receiver) event(p *sender, stamp wire.Stamp, v ledger.Verdict) {
	if v.Kind == ledger.Foreign || v.Kind == ledger.Duplicate {
		return
	}
	c.fresh++
	if c.slow {
		return
	}
	c.tally.Done(p.part, stamp.At, c.now)
	stride := uint64(len(p.waits))
	complete := v.Kind == ledger.Next && p.arrived(stamp.Seq)
	for i := range min(v.Skipped, uint64(len(p.slots))) {
		complete = p.arrived(v.From+i*stride) || complete
	}
	if complete {
		c.touch(p)
	}
}

// flush is called when a read is used up.
func (c *receiver) flush() {
	answers := c.yield.Request != 0
	c.yield.Request = 0
	c.end()
	if answers {
		_ = c.s.Flush()
	}
}

// missing is how many events have not yet arrived.
func (c *receiver) missing() uint64 {
	var due uint64
	for i, p := range c.senders {
		due += c.pairs[i].Expected(p.sent())
	}
	return due - min(due, c.taken.Load())
}

// events is the account of a subscriber.
func (c *receiver) events() (a ledger.Account) {
	for i, p := range c.senders {
		a.Add(c.pairs[i].Settle(p.sent()))
	}
	a.Foreign += c.foreign
	if c.s.cut.Load() && c.slow {
		a.Dropped, a.Lost = a.Lost, 0
	}
	return a
}

// invocations is the account of a callee, without what the caller accounts for.
func (c *receiver) invocations() (a ledger.Account) {
	for i := range c.pairs {
		p := c.pairs[i].Settle(0)
		a.Duplicates += p.Duplicates
		a.Disordered += p.Disordered
		a.Foreign += p.Foreign
	}
	a.Foreign += c.foreign
	return a
}
