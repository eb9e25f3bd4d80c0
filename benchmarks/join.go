package benchmarks

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks/ledger"
	"github.com/callboard-wamp/callboard/benchmarks/meter"
	"github.com/callboard-wamp/callboard/benchmarks/wire"
	"github.com/callboard-wamp/callboard/wamp"
)

const (
	joinTime  = 10 * time.Second
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
	run   *run
	limit uint64

	began                           int64
	claimed, begun, done, successes atomic.Uint64
}

func prepareConnect(_ context.Context, r *run) (load, error) {
	return r.joins(cycles{r.o.Clients, r.o.Rate, 0, noPart, noPart}), nil
}

func prepareChurn(_ context.Context, r *run) (load, error) {
	return r.joins(cycles{r.o.Clients, r.o.Rate, 0, 1, 2}), nil
}

func (r *run) joins(c cycles) *joins {
	return &joins{cycles: c, run: r, limit: r.o.Messages}
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
			j.run.note(err.Error())
			time.Sleep(failPause)
		} else {
			j.successes.Add(1)
		}
		tally.Commit()
		j.done.Add(1)
	}
}

// wait returns when cycle k is due, and whether it shall be.
func (j *joins) wait(k uint64) (due int64, ok bool) {
	if j.rate == 0 {
		return j.run.meter.Now(), true
	}
	due = j.began + int64(float64(k)*1e9/j.rate)
	select {
	case <-time.After(time.Duration(due - j.run.meter.Now())):
		return due, true
	case <-j.run.stopped:
		return due, false
	}
}

func (j *joins) cycle(k uint64, due int64, topic []byte, tally *meter.Tally) error {
	ctx, cancel := context.WithTimeout(context.Background(), joinTime)
	defer cancel()
	s, err := wire.Join(ctx, j.run.toward(int(k)))
	if err != nil {
		return explain(err)
	}
	defer s.Close()
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

func (j *joins) finished() bool { return j.limit > 0 && j.done.Load() >= j.limit }

func (j *joins) progress() uint64 { return j.done.Load() }

func (j *joins) settled() bool { return j.done.Load() == j.begun.Load() }

func (j *joins) account() ledger.Account {
	return ledger.Account{
		Sent: j.begun.Load(), Received: j.successes.Load(), Errors: j.done.Load() - j.successes.Load(),
	}
}
