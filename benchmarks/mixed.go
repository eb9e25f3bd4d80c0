package benchmarks

import (
	"context"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks/ledger"
)

// What a mixed run has for each so many subscribers, one at least.
const (
	subscribersPerCaller = 10
	subscribersPerWorker = 25
	subscribersPerSlow   = 25

	mixedWindow = 4                     // of each caller
	slowPause   = 50 * time.Millisecond // of slow readers, before each read
	mixedJoins  = 20                    // sessions a second that come and go
)

// mixed is several loads at once. Of a rate publications and calls have half each;
// sessions come and go as ever.
type mixed []load

func prepareMixed(ctx context.Context, r *run) (load, error) {
	n, window := r.o.Clients, mixedWindow
	if r.o.Rate > 0 {
		r.pace, window = r.o.Rate/2, 0
	}
	fanout, err := r.topics(ctx, plan{
		topics: r.uris("topic", r.o.Topics), subscribers: n, slow: max(1, n/subscribersPerSlow),
	})
	if err != nil {
		return nil, err
	}
	for _, c := range fanout.receivers {
		if c.slow {
			c.s.excused, c.s.Pause = true, r.dawdle
		}
	}
	callers := max(1, n/subscribersPerCaller)
	calls, err := r.calls(ctx, callPlan{callers: callers, procedures: callers, part: 1, window: window})
	if err != nil {
		return nil, err
	}
	churn := r.joins(cycles{max(1, n/subscribersPerWorker), mixedJoins, 2, noPart, noPart})
	return mixed{fanout, calls, churn}, nil
}

// dawdle is what slow readers do, as long as there is traffic.
func (r *run) dawdle() {
	select {
	case <-r.stopped:
	case <-time.After(slowPause):
	}
}

func (m mixed) start() {
	for _, l := range m {
		l.start()
	}
}

func (m mixed) finished() bool { return false }

func (m mixed) progress() (n uint64) {
	for _, l := range m {
		n += l.progress()
	}
	return n
}

func (m mixed) settled() bool {
	for _, l := range m {
		if !l.settled() {
			return false
		}
	}
	return true
}

func (m mixed) missed(end int64) (n uint64) {
	for _, l := range m {
		if l, ok := l.(misser); ok {
			n += l.missed(end)
		}
	}
	return n
}

func (m mixed) account() (a ledger.Account) {
	for _, l := range m {
		a.Add(l.account())
	}
	return a
}
