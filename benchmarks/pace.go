package benchmarks

import (
	"time"

	"github.com/callboard-wamp/callboard/benchmarks/meter"
)

const (
	// paceLook is how often a pacer looks again at senders whose connections
	// take nothing for the moment.
	paceLook = time.Millisecond
	// paceBurst is how many messages of one sender leave in one go.
	paceBurst = 256
)

// schedule is what an open loop keeps to, whatever comes back.
type schedule struct {
	began int64
	step  float64 // nanoseconds
}

// due is when number k is.
func (s schedule) due(k uint64) int64 { return s.began + int64(float64(k)*s.step) }

// pacer sends by a schedule: message k of all belongs to sender k modulo their number. One goroutine runs
// it; it ends with the measured time.
type pacer struct {
	run     *run
	senders []*sender
	schedule
	next    uint64   // the first message that is not yet owed
	owed    []uint64 // messages each sender should have sent
	behind  []int    // senders that owe some
	waiting []bool   // which those are
	paid    uint64   // messages sent
	late    *meter.Lateness
}

func newPacer(r *run, senders []*sender, rate float64) *pacer {
	return &pacer{
		run: r, senders: senders, schedule: schedule{step: 1e9 / rate},
		owed: make([]uint64, len(senders)), waiting: make([]bool, len(senders)), late: meter.NewLateness(),
	}
}

// loop runs until the measured time is over. What was due by then leaves in any
// case, however late the pacer is itself, unless the router takes no more.
func (p *pacer) loop() {
	p.began = p.run.meter.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-p.run.measured:
			p.owe(p.run.after.at - 1)
			for before := p.paid - 1; before != p.paid; {
				before = p.paid
				p.pay()
			}
			return
		}
		p.owe(p.run.meter.Now())
		p.pay()
		wait := time.Duration(p.due(p.next) - p.run.meter.Now())
		if len(p.behind) > 0 {
			wait = min(wait, paceLook)
		}
		timer.Reset(max(0, wait))
	}
}

// owe notes what is due by now.
func (p *pacer) owe(now int64) {
	for ; p.due(p.next) <= now; p.next++ {
		i := int(p.next % uint64(len(p.senders)))
		p.owed[i]++
		if !p.waiting[i] {
			p.waiting[i] = true
			p.behind = append(p.behind, i)
		}
	}
}

// pay sends what is owed, as far as the connections take it.
func (p *pacer) pay() {
	rest := p.behind[:0]
	for _, i := range p.behind {
		if p.payOne(i) {
			rest = append(rest, i)
		} else {
			p.waiting[i] = false
		}
	}
	p.behind = rest
}

// payOne says whether the sender still owes some.
func (p *pacer) payOne(i int) bool {
	s := p.senders[i]
	if s.s.cut.Load() || s.s.Backlog() > sendRoom {
		return true
	}
	s.mu.Lock()
	for n := 0; s.seq < p.owed[i] && n < paceBurst && !p.run.stopping.Load(); n++ {
		due := p.due(s.seq*uint64(len(p.senders)) + uint64(i))
		p.late.Add(p.run.meter.Now() - due)
		s.send(due)
		p.paid++
	}
	owes := s.seq < p.owed[i]
	s.mu.Unlock()
	_ = s.s.Flush()
	return owes
}

// unsent is how many messages were due before the end and never sent. They enter the latencies
// as what they have waited until the end, once for each delivery that they would
// have made. It is called when the pacer has ended.
func (p *pacer) unsent(end int64) (n uint64) {
	for i, s := range p.senders {
		for seq := s.sent(); seq < p.owed[i]; seq++ {
			due := p.due(seq*uint64(len(p.senders)) + uint64(i))
			if due >= end {
				break
			}
			s.tally.Missed(s.part, due, end, s.deliveries(seq))
			n++
		}
	}
	return n
}
