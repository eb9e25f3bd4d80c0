package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/callboard-wamp/callboard/benchmarks"
)

// neighbour measures a lone call in one realm, by itself and while another realm
// of the same router fans out to very many sessions.
func (s *study) neighbour(ctx context.Context) (string, error) {
	sys, err := s.startCallboard(ctx, bare)
	if err != nil {
		return "", err
	}
	defer sys.stop()
	subscribers, slow := 10_000, 1.0 // publications a second
	if s.short {
		subscribers, slow = 500, math.Ceil(2/s.duration.Seconds()) // so that each run has some
	}
	crowd := fmt.Sprintf("%d subscribers, ", subscribers)
	lines := [][]string{{"a call at a time in realm2, while realm1 has", "p50, µs", "p99, µs", "p99.9, µs", "events per s"}}
	for _, beside := range []struct {
		name string
		rate float64 // publications a second; -1: one after the other
	}{{"no session", 0}, {crowd + aSecond(slow), slow}, {crowd + aSecond(5*slow), 5 * slow}, {crowd + "one publication after the other", -1}} {
		fmt.Fprintln(os.Stderr, beside.name)
		line, err := s.lone(ctx, sys, subscribers, beside.rate)
		if err != nil {
			return "", err
		}
		lines = append(lines, append([]string{beside.name}, line...))
	}
	return markdown(lines), nil
}

func aSecond(publications float64) string {
	if publications == 1 {
		return "1 publication a second"
	}
	return fmt.Sprintf("%g publications a second", publications)
}

// lone returns the cells of one line.
func (s *study) lone(ctx context.Context, sys *system, subscribers int, rate float64) ([]string, error) {
	events := unmeasured
	var p50, p99, p999 []float64
	measure := func() error {
		for range s.rounds {
			r, err := s.bench(ctx, sys, false, "latency", "--realm", "realm2")
			if err != nil {
				return err
			}
			l := r.Parts[0].Latency
			p50, p99, p999 = append(p50, measured(l.P50)), append(p99, measured(l.P99)), append(p999, measured(l.P999))
		}
		return nil
	}
	var err error
	if rate == 0 {
		err = measure()
	} else {
		events, err = s.fanOut(ctx, sys, subscribers, rate, measure)
	}
	return []string{short(median(p50)), short(median(p99)), short(median(p999)), short(events)}, err
}

// fanOut calls measure while events flow, and returns how many a second.
func (s *study) fanOut(ctx context.Context, sys *system, subscribers int, rate float64, measure func() error) (float64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	flowing := make(chan struct{})
	var once bool
	o := benchmarks.Options{
		Scenario: "fanout", URL: sys.ws, Clients: subscribers, Window: 1, Duration: benchmarks.MaxDuration, Warmup: s.warmup,
		Progress: func(p benchmarks.Progress) {
			if p.Phase == "measuring" && !once {
				once = true
				close(flowing)
			}
		},
	}
	if rate > 0 {
		o.Rate = rate
	}
	var r *benchmarks.Result
	ended := make(chan error, 1)
	go func() { // ends with the run
		var err error
		r, err = benchmarks.Run(ctx, o)
		ended <- err
	}()
	select {
	case <-flowing:
	case err := <-ended:
		return 0, err
	}
	err := measure()
	cancel()
	if err := errors.Join(err, <-ended); err != nil {
		return 0, err
	}
	if r.Failed() != "" {
		return 0, errors.New("fan-out: " + r.Failed())
	}
	return measured(r.OpsPerSec), nil
}
