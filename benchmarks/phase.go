package benchmarks

import (
	"context"
	"time"
)

const (
	tellEvery = 200 * time.Millisecond
	points    = 100 // of the plot over time, about
	minPoint  = 50 * time.Millisecond
)

// Point is the rate in a stretch of the measured time.
type Point struct {
	// Seconds from the beginning of the measured time to the end of the stretch.
	Seconds float64 `json:"t_s"`
	Rate    float64 `json:"ops_per_s"`
}

// pass lets a phase of the run go by. It returns false when ctx has ended or
// nothing arrives any more; the run is over then.
func (r *run) pass(ctx context.Context, l load, phase string, d time.Duration, record bool) bool {
	if d > 0 {
		r.tell(phase, 0, d, 0)
	}
	begin, stall := r.meter.Now(), r.newStall(l)
	clock := sampler{r: r, begin: begin, last: begin, told: begin, phase: phase, total: d, record: record}
	if record {
		clock.every = int64(max(minPoint, d/points))
	}
	for {
		wait := look
		if r.o.Messages > 0 {
			wait = look / 10
		}
		select {
		case <-ctx.Done():
			r.note("interrupted")
			return false
		case <-time.After(min(wait, max(0, d-time.Duration(r.meter.Now()-begin)))):
		}
		now := r.meter.Now()
		clock.sample(now)
		switch {
		case now-begin >= int64(d):
			clock.rest(now)
			return true
		case r.o.Messages > 0 && l.finished() && l.settled():
			clock.rest(now)
			return true
		case stall.over():
			r.stalled = true
			r.note("nothing arrived any more for " + r.o.Patience.String())
			return false
		}
	}
}

// sampler makes points of what the meter counts.
type sampler struct {
	r           *run
	phase       string
	total       time.Duration
	record      bool
	begin, told int64
	every       int64
	last        int64  // time of the last point
	ops         uint64 // then
	from        int64  // time and operations where the last point begins
	fromOps     uint64
}

func (s *sampler) sample(now int64) {
	if s.record && now-s.last >= s.every {
		s.point(now)
	}
	if now-s.told < int64(tellEvery) {
		return
	}
	s.told = now
	var rate float64
	if n := len(s.r.series); n > 0 {
		rate = s.r.series[n-1].Rate
	}
	s.r.tell(s.phase, time.Duration(now-s.begin), s.total, rate)
}

// point adds what was counted since the last one.
func (s *sampler) point(now int64) {
	s.from, s.fromOps = s.last, s.ops
	s.last, s.ops = now, s.r.meter.Ops()
	s.r.series = append(s.r.series, Point{
		Seconds: float64(now-s.begin) / 1e9,
		Rate:    per(float64(s.ops-s.fromOps), float64(now-s.from)/1e9),
	})
}

// rest adds the end of the measured time. A short one belongs to the last point:
// it has too few operations to have a rate of its own.
func (s *sampler) rest(now int64) {
	if n := len(s.r.series); s.record && now-s.last < s.every/2 && n > 0 {
		s.r.series = s.r.series[:n-1]
		s.last, s.ops = s.from, s.fromOps
	}
	if s.record && now > s.last {
		s.point(now)
	}
}
