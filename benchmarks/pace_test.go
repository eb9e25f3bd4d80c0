package benchmarks_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks"
	"github.com/callboard-wamp/callboard/benchmarks/faulty"
	"github.com/callboard-wamp/callboard/netio"
)

// The tests of this file run generator and router in a bubble of testing/synctest,
// over transports in memory: time passes only when everybody waits, so what a
// latency must be is known exactly.

// inBubble runs a scenario against a router with faults.
func inBubble(t *testing.T, f faulty.Faults, o benchmarks.Options, check func(*testing.T, *benchmarks.Result)) {
	inBubbleBehind(t, pausing{pause: func() {}}, f, o, check)
}

// inBubbleBehind writes through such connections.
func inBubbleBehind(t *testing.T, p pausing, f faulty.Faults, o benchmarks.Options, check func(*testing.T, *benchmarks.Result)) {
	synctest.Test(t, func(t *testing.T) {
		r := faulty.New(f)
		defer r.Close()
		o.Dial = func(context.Context) (netio.Conn, error) {
			ours, theirs := netio.Pipe(0)
			r.Attach(theirs)
			return pausing{ours, p.pause}, nil
		}
		res, err := benchmarks.Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if res.Failed() != "" {
			t.Errorf("%s, %v", res.Failed(), res.Notes)
		}
		check(t, res)
	})
}

// pausing is a connection whose writer stands still once, as a generator does that
// gets no processor.
type pausing struct {
	netio.Conn
	pause func()
}

func (p pausing) TryWrite(bufs [][]byte) (int, error) {
	p.pause()
	return p.Conn.TryWrite(bufs)
}

// stallAfter is a router that stops at its n-th request, for this long.
func stallAfter(n int64, d time.Duration) faulty.Faults {
	return faulty.Faults{Block: sleepOnce(n, d)}
}

func sleepOnce(n int64, d time.Duration) func() {
	var count atomic.Int64
	return func() {
		if count.Add(1) == n {
			time.Sleep(d)
		}
	}
}

// about allows for the precision of the histogram and of the stamps.
func about(us float64, d time.Duration) bool {
	want := float64(d.Microseconds())
	return us >= want*0.998-1 && us <= want*1.002+1
}

const (
	warmup   = 55500 * time.Microsecond // nothing is due at its end
	measured = 2 * time.Second
)

// A router that stalls for a second while 100 messages a second are due delays
// half of what is due within two: the first of them by the whole second, the
// others by what was left of it. A generator that waited for the router would
// have one slow message.
func TestAStallCannotHide(t *testing.T) {
	for _, scenario := range []string{"pubsub", "rpc"} {
		o := benchmarks.Options{Scenario: scenario, Clients: 1, Callees: 1, Rate: 100, Duration: measured, Warmup: warmup}
		inBubble(t, stallAfter(20, time.Second), o, func(t *testing.T, r *benchmarks.Result) {
			l := r.Parts[0].Latency
			if l.Count != 200 || r.Ops != 200 || r.Unsent != 0 {
				t.Errorf("%s: %d latencies of %d operations, %d unsent", scenario, l.Count, r.Ops, r.Unsent)
			}
			// 100 waited for 1 s, 0.99 s, …, 0.01 s; the others for nothing.
			if !about(l.Max, time.Second) || !about(l.P99, 980*time.Millisecond) || !about(l.P90, 800*time.Millisecond) ||
				!about(l.Mean, 252500*time.Microsecond) || l.Min > 1 {
				t.Errorf("%s: %+v", scenario, l)
			}
		})
	}
}

// It cannot hide by taking nothing either: what leaves late was due early.
func TestAStallThatBlocksTheSender(t *testing.T) {
	const size = 256 << 10 // four of them fill what may wait for the router
	o := benchmarks.Options{Scenario: "pubsub", Clients: 1, Rate: 100, Size: size, Duration: measured, Warmup: warmup}
	inBubble(t, stallAfter(20, time.Second), o, func(t *testing.T, r *benchmarks.Result) {
		l := r.Parts[0].Latency
		if l.Count != 200 || l.Max < 1e6 || l.Mean < 252_000 || l.Mean > 300_000 || r.Generator.LagP99 < 900_000 {
			t.Errorf("%+v, sent %v us late", l, r.Generator.LagP99)
		}
	})
}

// The same in a closed loop: one window of messages waits.
func TestAStallInAClosedLoop(t *testing.T) {
	o := benchmarks.Options{Scenario: "pubsub", Clients: 1, Window: 4, Messages: 100, Duration: time.Hour}
	inBubble(t, stallAfter(20, time.Second), o, func(t *testing.T, r *benchmarks.Result) {
		slow := uint64(0)
		for _, b := range r.Parts[0].Buckets {
			if b.From > 0.5e6 {
				slow += b.Count
			}
		}
		if slow == 0 || slow > 4 {
			t.Errorf("%d messages were slow: %+v", slow, r.Parts[0].Buckets)
		}
	})
}

// A router that stalls until the end: what was due then and never left counts as
// having waited until the end, and is reported as unsent.
func TestWhatCannotBeSentIsSlow(t *testing.T) {
	const size = 64 << 10 // 16 of them fill what may wait for the router
	o := benchmarks.Options{Scenario: "rpc", Clients: 1, Callees: 1, Rate: 100, Size: size, Duration: measured, Warmup: -1}
	inBubble(t, stallAfter(1, measured+time.Second), o, func(t *testing.T, r *benchmarks.Result) {
		l := r.Parts[0].Latency
		if all := r.Ledger.Sent + r.Unsent; r.Unsent < 100 || all < 200 || all > 201 { // one was due at the end
			t.Errorf("%d sent, %d unsent", r.Ledger.Sent, r.Unsent)
		}
		if l.Count != 200 || !about(l.Max, measured+time.Second) || l.P50 < 500_000 {
			t.Errorf("%+v", l)
		}
	})
}

// Sessions that were due to join count likewise, though nobody was free to let them.
func TestJoinsThatCannotBeginAreSlow(t *testing.T) {
	for scenario, parts := range map[string]int{"connect": 1, "churn": 3} {
		o := benchmarks.Options{Scenario: scenario, Clients: 1, Rate: 100, Duration: measured, Warmup: warmup}
		f := faulty.Faults{Greet: sleepOnce(107, measured)} // at 1.06 s: 1 s before the end
		inBubble(t, f, o, func(t *testing.T, r *benchmarks.Result) {
			l := r.Parts[0].Latency
			if len(r.Parts) != parts || l.Count != 200 || r.Parts[0].Ops != 100 || r.Ledger.Sent != 107 || r.Unsent != 99 {
				t.Errorf("%s: %d latencies of %d joins, %d begun, %d not", scenario, l.Count, r.Parts[0].Ops, r.Ledger.Sent, r.Unsent)
			}
			// One took 2 s; the others were due 0.01 s to 0.99 s before the end.
			if !about(l.Max, measured) || l.P90 < 0.79e6 || l.P90 > 0.81e6 || l.Min > 1 {
				t.Errorf("%s: %+v", scenario, l)
			}
		})
	}
}

// What the generator itself was too late for is sent after the end and counts as
// late, not as something that the router did not take.
func TestAGeneratorThatIsLate(t *testing.T) {
	for i := range 16 { // a pacer that wakes up sees first that something is due, or that the time is over
		scenario := []string{"pubsub", "rpc"}[i%2]
		o := benchmarks.Options{Scenario: scenario, Clients: 1, Callees: 1, Rate: 100, Duration: measured, Warmup: warmup}
		inBubbleBehind(t, pausing{pause: sleepOnce(100, measured)}, faulty.Faults{}, o, func(t *testing.T, r *benchmarks.Result) {
			if l := r.Parts[0].Latency; l.Count != 200 || r.Unsent != 0 || r.Generator.LagP99 < 0.9*l.P99 || l.P99 < 1.5e6 {
				t.Errorf("%s: %+v, %d unsent, sent %v us late", scenario, l, r.Unsent, r.Generator.LagP99)
			}
		})
	}
}

// Of a mixed run publications and calls are paced, and neither hides a stall.
func TestRateOfMixed(t *testing.T) {
	o := benchmarks.Options{Scenario: "mixed", Clients: 1, Publishers: 1, Rate: 200, Duration: measured, Warmup: warmup}
	one, other := sleepOnce(19, time.Second), sleepOnce(20, time.Second) // a publication and a call
	stall := faulty.Faults{Block: func() { one(); other() }}
	inBubble(t, stall, o, func(t *testing.T, r *benchmarks.Result) {
		for _, p := range r.Parts[:2] {
			if l := p.Latency; l.Count != p.Ops || p.Ops < 200 || p.Ops > 400 || l.P90 < 0.5e6 {
				t.Errorf("%s: %d operations, %+v", p.Name, p.Ops, l)
			}
		}
	})
}

// A rate is a rate: the k-th message is due at k/rate, whoever sends it.
func TestRate(t *testing.T) {
	for _, tc := range []struct {
		scenario string
		clients  int
		ops      uint64
	}{{"pubsub", 7, 2000}, {"fanout", 5, 10_000}, {"rpc", 3, 2000}, {"connect", 2, 2000}, {"churn", 2, 6000}} {
		o := benchmarks.Options{Scenario: tc.scenario, Clients: tc.clients, Rate: 1000, Duration: measured, Warmup: warmup}
		inBubble(t, faulty.Faults{}, o, func(t *testing.T, r *benchmarks.Result) {
			if r.Ops != tc.ops || r.Seconds != measured.Seconds() || r.Parts[0].Latency.Max > 1 {
				t.Errorf("%s: %d operations in %v s, %+v", tc.scenario, r.Ops, r.Seconds, r.Parts[0].Latency)
			}
			points := 0.0
			for _, p := range r.Series {
				points += p.Rate * o.Duration.Seconds() / float64(len(r.Series))
			}
			if len(r.Series) < 30 || points < 0.99*float64(r.Ops) || points > 1.01*float64(r.Ops) {
				t.Errorf("%s: %d points that sum up to %v", tc.scenario, len(r.Series), points)
			}
		})
	}
}

// Idle sessions are held for the whole time and have to answer at the end.
func TestIdleForAnHour(t *testing.T) {
	o := benchmarks.Options{Scenario: "idle", Clients: 20, Duration: time.Hour, Warmup: -1}
	inBubble(t, faulty.Faults{}, o, func(t *testing.T, r *benchmarks.Result) {
		if r.Ledger.Sent != 20 || r.Ledger.Received != 20 || r.Seconds != 3600 {
			t.Errorf("%+v after %v s", r.Ledger, r.Seconds)
		}
	})
}
