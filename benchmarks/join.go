package benchmarks

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks/ledger"
	"github.com/callboard-wamp/callboard/benchmarks/meter"
	"github.com/callboard-wamp/callboard/benchmarks/wire"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

const (
	joinTime  = 10 * time.Second      // until a router that says nothing is given up
	failPause = 10 * time.Millisecond // after a join that was refused
	noPart    = -1
)

// cycles is so many workers, each of which has one session after the other.
type cycles struct {
	workers int
	rate    float64 // of all workers; 0: one cycle after the other
	// Parts that are recorded, or noPart. A session subscribes if that is one.
	join, subscribe, leave int
}

// joins is sessions that come and go.
type joins struct {
	cycles
	schedule // of a rate
	run      *run
	limit    uint64

	claimed, begun, done, successes, refused atomic.Uint64
}

func prepareConnect(_ context.Context, r *run) (load, error) {
	return r.joins(cycles{r.o.Clients, r.o.Rate, 0, noPart, noPart}), nil
}

func prepareChurn(_ context.Context, r *run) (load, error) {
	return r.joins(cycles{r.o.Clients, r.o.Rate, 0, 1, 2}), nil
}

func (r *run) joins(c cycles) *joins {
	return &joins{cycles: c, schedule: schedule{step: 1e9 / c.rate}, run: r, limit: r.o.Messages}
}

func (j *joins) start() {
	j.began = j.run.meter.Now()
	topics := j.run.uris("churn", j.workers)
	for i := range j.workers {
		j.run.readers.Go(func() { j.work(topics[i]) })
	}
}

func (j *joins) work(topic []byte) {
	tally := j.run.meter.Tally()
	for !j.run.stopping.Load() {
		k := j.claimed.Add(1) - 1
		if j.limit > 0 && k >= j.limit {
			return
		}
		due, ok := j.wait(k)
		if !ok {
			return
		}
		j.begun.Add(1)
		if err := j.cycle(k, due, topic, tally); err != nil {
			if refused(err) {
				j.refused.Add(1)
			}
			j.run.note(err.Error())
			time.Sleep(failPause)
		} else {
			j.successes.Add(1)
		}
		tally.Commit()
		j.done.Add(1)
	}
}

// refused says whether the router has answered.
func refused(err error) bool {
	_, session := errors.AsType[*wire.Refusal](err)
	_, handshake := errors.AsType[*netio.HandshakeError](err)
	return session || handshake
}

// wait returns when cycle k is due, and whether it shall be: not if it is due
// behind the end.
func (j *joins) wait(k uint64) (due int64, ok bool) {
	if j.rate == 0 {
		return j.run.meter.Now(), true
	}
	due = j.due(k)
	select {
	case <-time.After(time.Duration(due - j.run.meter.Now())):
		return due, true
	case <-j.run.measured:
		return due, due < j.run.after.at
	}
}

func (j *joins) cycle(k uint64, due int64, topic []byte, tally *meter.Tally) error {
	s, err := j.run.join(context.Background(), int(k))
	if err != nil {
		return err
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(context.Background(), joinTime)
	defer cancel()
	tally.Done(j.join, due, j.run.meter.Now())
	if j.subscribe != noPart {
		due = j.run.meter.Now()
		if _, err := s.Ask(ctx, &wamp.Message{Type: wamp.Subscribe, URI: topic}); err != nil {
			return fmt.Errorf("subscribe: %w", err)
		}
		tally.Done(j.subscribe, due, j.run.meter.Now())
	}
	due = j.run.meter.Now()
	if err := s.Leave(leaveTime); err != nil {
		return fmt.Errorf("leave: %w", err)
	}
	if j.leave != noPart {
		tally.Done(j.leave, due, j.run.meter.Now())
	}
	return nil
}

// missed are those that no worker was free for.
func (j *joins) missed(end int64) (n uint64) {
	if j.rate == 0 {
		return 0
	}
	tally := j.run.meter.Tally()
	for k := j.claimed.Load(); j.due(k) < end; k++ {
		tally.Missed(j.join, j.due(k), end, 1)
		n++
	}
	return n
}

func (j *joins) finished() bool { return j.limit > 0 && j.done.Load() >= j.limit }

func (j *joins) progress() uint64 { return j.done.Load() }

func (j *joins) settled() bool { return j.done.Load() == j.begun.Load() }

func (j *joins) account() ledger.Account {
	a := ledger.Account{Sent: j.begun.Load(), Received: j.successes.Load(), Errors: j.refused.Load()}
	a.Unanswered = a.Sent - a.Received - a.Errors
	return a
}
