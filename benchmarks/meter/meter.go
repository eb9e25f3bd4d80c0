// Package meter measures a run: latencies in HDR histograms, operations over
// time, the processor time of the router.
//
// Start with [New]; senders and receivers record through a [Tally] each, which
// belongs to one goroutine. What is recorded counts between [Meter.Begin] and
// [Meter.End] only.
//
//	m := meter.New("event")
//	t := m.Tally()
//	m.Begin(m.Now())
//	t.Done(0, sent, m.Now())
//	t.Commit()
//	m.End(m.Now())
//	fmt.Println(m.Summary(0).P99)
package meter

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	lowest     = 100                  // nanoseconds that are told apart
	highest    = int64(10 * 60 * 1e9) // what takes longer counts as this
	precision  = 3                    // decimal digits
	tallyBatch = 256                  // operations that are committed together
)

// Meter is shared by all goroutines of a run. An operation belongs to one of
// its parts, for example calls and events.
type Meter struct {
	start  time.Time
	parts  []string
	open   bool
	begin  atomic.Int64 // math.MaxInt64 before Begin
	end    atomic.Int64 // math.MaxInt64 before End
	shards []*shard
	next   atomic.Uint32
}

type shard struct {
	mu        sync.Mutex
	ops       []uint64
	latencies []*hdrhistogram.Histogram
	_         [64]byte // shards do not share a cache line
}

// New returns a meter of these parts for a closed loop: an operation counts
// when it ended within the measured time.
func New(parts ...string) *Meter { return build(parts, false) }

// NewOpen returns one for an open loop: the latency of an operation counts when
// it was due within the measured time, however late it ended.
func NewOpen(parts ...string) *Meter { return build(parts, true) }

func build(parts []string, open bool) *Meter {
	m := &Meter{start: time.Now(), parts: parts, open: open}
	m.begin.Store(math.MaxInt64)
	m.end.Store(math.MaxInt64)
	for range min(8, 2*runtime.GOMAXPROCS(0)) {
		s := &shard{ops: make([]uint64, len(parts))}
		for range parts {
			s.latencies = append(s.latencies, histogram())
		}
		m.shards = append(m.shards, s)
	}
	return m
}

func histogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(lowest, highest, precision)
}

// Now is the clock of the run, in nanoseconds since the meter was made.
func (m *Meter) Now() int64 { return int64(time.Since(m.start)) }

// Begin starts the measured time.
func (m *Meter) Begin(now int64) { m.begin.Store(now) }

// Begun says that there was, or is, some measured time.
func (m *Meter) Begun() bool { return m.begin.Load() != math.MaxInt64 }

// End ends the measured time.
func (m *Meter) End(now int64) { m.end.Store(now) }

// Parts are the names given to [New].
func (m *Meter) Parts() []string { return m.parts }

// Ops is how many operations were counted so far.
func (m *Meter) Ops() (n uint64) {
	for i := range m.parts {
		n += m.PartOps(i)
	}
	return n
}

// PartOps is how many operations of one part were counted so far.
func (m *Meter) PartOps(part int) (n uint64) {
	for _, s := range m.shards {
		s.mu.Lock()
		n += s.ops[part]
		s.mu.Unlock()
	}
	return n
}

// Tally returns what one goroutine records with.
func (m *Meter) Tally() *Tally {
	n := int(m.next.Add(1)) % len(m.shards)
	return &Tally{m: m, shard: m.shards[n]}
}

// Tally collects operations of one goroutine.
type Tally struct {
	m     *Meter
	shard *shard
	n     int
	done  [tallyBatch]operation
}

type operation struct {
	part    int32
	counts  bool  // within the measured time
	latency int64 // -1: none
}

// Now is [Meter.Now].
func (t *Tally) Now() int64 { return t.m.Now() }

// Done records an operation that was due at one time and ended at another.
func (t *Tally) Done(part int, due, now int64) {
	begin, end := t.m.begin.Load(), t.m.end.Load()
	o := operation{part: int32(part), counts: begin <= now && now < end, latency: -1}
	if t.m.open && begin <= due && due < end || !t.m.open && o.counts {
		o.latency = min(max(0, now-due), highest)
	}
	if !o.counts && o.latency < 0 {
		return
	}
	t.done[t.n] = o
	if t.n++; t.n == len(t.done) {
		t.Commit()
	}
}

// Missed records n operations of an open loop that were due at one time and had
// not even begun at another. They count as latencies of at least that long, so
// that a router that takes nothing more does not look fast, and not as
// operations.
func (t *Tally) Missed(part int, due, now int64, n uint64) {
	if begin, end := t.m.begin.Load(), t.m.end.Load(); due < begin || due >= end || n == 0 {
		return
	}
	t.shard.mu.Lock()
	defer t.shard.mu.Unlock()
	_ = t.shard.latencies[part].RecordValues(min(max(0, now-due), highest), int64(n))
}

// Commit makes what was recorded count.
func (t *Tally) Commit() {
	if t.n == 0 {
		return
	}
	s := t.shard
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range t.done[:t.n] {
		if o.counts {
			s.ops[o.part]++
		}
		if o.latency >= 0 {
			_ = s.latencies[o.part].RecordValue(o.latency)
		}
	}
	t.n = 0
}
