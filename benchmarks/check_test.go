package benchmarks_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks"
	"github.com/callboard-wamp/callboard/benchmarks/gate"
)

// checked holds a result against checks and returns the verdicts.
func checked(t *testing.T, r *benchmarks.Result, checks string) []gate.Verdict {
	t.Helper()
	all, err := gate.Parse(checks)
	if err != nil {
		t.Fatal(err)
	}
	r.Check(all)
	return r.Checks
}

// A run that was interrupted while it warmed up has measured nothing, whatever is
// asked of it; what it was asked for stands in its result all the same.
func TestInterruptedTooEarly(t *testing.T) {
	urls := start(t)
	for _, scenario := range []string{"pubsub", "connect", "idle"} {
		ctx, cancel := context.WithCancel(t.Context())
		o := benchmarks.Options{Scenario: scenario, URL: urls["ws"], Clients: 2, Warmup: time.Hour}
		o.Progress = func(p benchmarks.Progress) {
			if p.Phase == "warming up" {
				cancel()
			}
		}
		r, err := benchmarks.Run(ctx, o)
		cancel()
		if err != nil {
			t.Fatal(scenario, err)
		}
		if !r.Interrupted || !r.Unmeasured() || !slices.Contains(r.Notes, "nothing was measured") {
			t.Errorf("%s: %+v", scenario, r)
		}
		if text, err := json.Marshal(r); err != nil || !strings.Contains(string(text), `"series":[]`) {
			t.Errorf("%s: %s, %v", scenario, text, err)
		}
		for _, v := range checked(t, r, "lost=0,ops>=0,sent>=0,rate<1k") {
			if v.OK || v.Value != "not measured" {
				t.Errorf("%s: %+v", scenario, v)
			}
		}
	}
}

// One that had begun to measure has the result so far.
func TestInterruptedInTime(t *testing.T) {
	urls := start(t)
	for _, scenario := range []string{"pubsub", "idle"} {
		ctx, cancel := context.WithCancel(t.Context())
		o := benchmarks.Options{Scenario: scenario, URL: urls["ws"], Clients: 2, Warmup: -1, Duration: time.Hour}
		o.Progress = func(p benchmarks.Progress) {
			if p.Phase == "measuring" && p.Done > 0 {
				cancel()
			}
		}
		r, err := benchmarks.Run(ctx, o)
		cancel()
		if err != nil {
			t.Fatal(scenario, err)
		}
		if v := checked(t, r, "lost=0"); !r.Interrupted || r.Unmeasured() || !v[0].OK {
			t.Errorf("%s: %+v", scenario, r)
		}
	}
}

// Lists are lists in JSON, also where there is nothing in them.
func TestEmptyLists(t *testing.T) {
	urls := start(t)
	for _, o := range []benchmarks.Options{
		{Scenario: "idle", Clients: 2, Duration: time.Millisecond, Warmup: -1},
		{Scenario: "pubsub", Clients: 1, Rate: 0.001, Duration: time.Millisecond, Warmup: time.Millisecond}, // too short for a message
	} {
		o.URL = urls["ws"]
		text, err := json.Marshal(run(t, o))
		if err != nil || strings.Contains(string(text), "null") {
			t.Errorf("%s: %s, %v", o.Scenario, text, err)
		}
	}
}
