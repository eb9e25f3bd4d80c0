package main

import (
	"context"
	"errors"
	"fmt"
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
	subscribers := 10_000
	if s.short {
		subscribers = 500
	}
	lines := [][]string{{"a call at a time in realm2, while realm1 has", "p50, µs", "p99, µs", "p99.9, µs", "events per s"}}
	for _, beside := range []struct {
		name string
		rate float64 // publications a second; -1: one after the other
	}{{"no session", 0}, {"%d subscribers, 1 publication a second", 1}, {"%d subscribers, 5 publications a second", 5}, {"%d subscribers, one publication after the other", -1}} {
		name := beside.name
		if beside.rate != 0 {
			name = fmt.Sprintf(name, subscribers)
		}
		fmt.Fprintln(os.Stderr, name)
		line, err := s.lone(ctx, sys, subscribers, beside.rate)
		if err != nil {
			return "", err
		}
		lines = append(lines, append([]string{name}, line...))
	}
	return markdown(lines), nil
}

// lone returns the cells of one line.
func (s *study) lone(ctx context.Context, sys *system, subscribers int, rate float64) ([]string, error) {
	events := 0.0
	var p50, p99, p999 []float64
	measure := func() error {
		for range s.rounds {
			r, err := s.bench(ctx, sys, false, "latency", "--realm", "realm2")
			if err != nil {
				return err
			}
			l := r.Parts[0].Latency
			p50, p99, p999 = append(p50, l.P50), append(p99, l.P99), append(p999, l.P999)
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
	return r.OpsPerSec, nil
}
