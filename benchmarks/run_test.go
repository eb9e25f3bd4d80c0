package benchmarks_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks"
	"github.com/callboard-wamp/callboard/benchmarks/ledger"
	"github.com/callboard-wamp/callboard/codec"
)

// counted are runs that end after a number of messages: every delivery can be
// counted beforehand.
var counted = []struct {
	o          benchmarks.Options
	deliveries uint64   // to be accounted for
	parts      []uint64 // operations
}{
	{benchmarks.Options{Scenario: "pubsub", Clients: 3, Messages: 100}, 102, []uint64{102}},
	{benchmarks.Options{Scenario: "pubsub", Clients: 2, Messages: 100, Acknowledge: true}, 200, []uint64{100}},
	{benchmarks.Options{Scenario: "fanout", Clients: 10, Publishers: 2, Messages: 100}, 1000, []uint64{1000}},
	{benchmarks.Options{Scenario: "fanout", Clients: 3, Publishers: 1, Messages: 7, Window: 1, Size: 5000}, 21, []uint64{21}},
	{benchmarks.Options{Scenario: "many", Clients: 6, Publishers: 2, Topics: 3, Messages: 60}, 120, []uint64{120}},
	{benchmarks.Options{Scenario: "many", Clients: 2, Publishers: 3, Topics: 5, Messages: 30}, 30, []uint64{30}},
	{benchmarks.Options{Scenario: "patterns", Clients: 3, Publishers: 2, Patterns: 30, Messages: 90}, 90, []uint64{90}},
	{benchmarks.Options{Scenario: "rpc", Clients: 5, Callees: 2, Messages: 100}, 100, []uint64{100}},
	{benchmarks.Options{Scenario: "rpc", Clients: 2, Callees: 9, Messages: 10, Size: 70_000, Window: 3}, 10, []uint64{10}},
	{benchmarks.Options{Scenario: "rpc", Clients: 3, Callees: 2, Procedures: 10, Messages: 40}, 42, []uint64{42}},
	{benchmarks.Options{Scenario: "pubsub", Clients: 1, Idle: 7, Messages: 10}, 10, []uint64{10}},
	{benchmarks.Options{Scenario: "latency", Messages: 20}, 20, []uint64{20}},
	{benchmarks.Options{Scenario: "connect", Clients: 3, Messages: 20}, 20, []uint64{20}},
	{benchmarks.Options{Scenario: "churn", Clients: 3, Messages: 20}, 20, []uint64{20, 20, 20}},
}

// Every scenario ends with every message accounted for, over both transports, in
// every serializer and in all of them at once.
func TestCountedRuns(t *testing.T) {
	urls := start(t)
	for _, transport := range []string{"ws", "rawsocket"} {
		for _, serializers := range [][]codec.Serializer{{codec.JSON}, {codec.MessagePack}, {codec.CBOR}, {codec.JSON, codec.MessagePack, codec.CBOR}} {
			for _, tc := range counted {
				o := tc.o
				o.URL, o.Transport, o.Serializers = urls[transport], transport, serializers
				r := run(t, o)
				name := transport + " " + r.Serializer + " " + o.Scenario
				if want := (ledger.Account{Sent: tc.deliveries, Received: tc.deliveries}); r.Ledger != want || r.Failed() != "" {
					t.Errorf("%s: %+v, %s, %v", name, r.Ledger, r.Failed(), r.Notes)
				}
				var ops []uint64
				for _, p := range r.Parts {
					ops = append(ops, p.Ops)
					if p.Latency.Count != p.Ops || sum(p.Buckets) != p.Ops || !ascending(p.Latency) {
						t.Errorf("%s: latencies of %s: %+v, %+v", name, p.Name, p.Latency, p.Buckets)
					}
				}
				if !slices.Equal(ops, tc.parts) {
					t.Errorf("%s: operations %v, not %v", name, ops, tc.parts)
				}
			}
		}
	}
}

// Batches are another framing of the same run.
func TestBatchedRuns(t *testing.T) {
	urls := start(t)
	for _, s := range []codec.Serializer{codec.JSON, codec.MessagePack, codec.CBOR} {
		o := benchmarks.Options{Scenario: "pubsub", Clients: 3, Messages: 300, URL: urls["ws"], Serializers: []codec.Serializer{s}, Batched: true}
		r := run(t, o)
		if want := (ledger.Account{Sent: 300, Received: 300}); r.Ledger != want || r.Failed() != "" || r.Serializer != s.String()+".batched" {
			t.Errorf("%s: %+v, %s, %v", r.Serializer, r.Ledger, r.Failed(), r.Notes)
		}
	}
}

func sum(buckets []benchmarks.Bucket) (n uint64) {
	for _, b := range buckets {
		n += b.Count
	}
	return n
}

func ascending(l benchmarks.Latency) bool {
	return slices.IsSorted([]float64{0, l.Min, l.P50, l.P90, l.P99, l.P999, l.Max}) && l.Mean >= l.Min && l.Mean <= l.Max
}

// Scenarios that end by time: nothing is lost on the way, and everything that
// was sent is accounted for.
func TestTimedRuns(t *testing.T) {
	urls := start(t)
	for _, o := range []benchmarks.Options{
		{Scenario: "idle", Clients: 30},
		{Scenario: "mixed", Clients: 30},
		{Scenario: "mixed", Clients: 10, Rate: 500, Serializers: []codec.Serializer{codec.JSON, codec.CBOR}},
		{Scenario: "many", Flux: 2000, Idle: 3},
		{Scenario: "pubsub", Rate: 2000},
		{Scenario: "fanout", Clients: 10, Rate: 500, Acknowledge: true},
		{Scenario: "rpc", Rate: 1000, Serializers: []codec.Serializer{codec.CBOR, codec.MessagePack}},
		{Scenario: "churn", Rate: 200},
		{Scenario: "rpc"}, {Scenario: "many"}, {Scenario: "connect", Clients: 2},
	} {
		o.URL, o.Duration, o.Warmup = urls["ws"], 200*time.Millisecond, 20*time.Millisecond
		r := run(t, o)
		if r.Failed() != "" || r.Ledger.Sent == 0 || r.Ledger.Received+r.Ledger.Dropped != r.Ledger.Sent || r.Interrupted {
			t.Errorf("%s: %+v, %v", o.Scenario, r.Ledger, r.Notes)
		}
		if (r.Changes > 0) != (o.Flux > 0) {
			t.Errorf("%d changes of patterns at a flux of %v", r.Changes, o.Flux)
		}
		if o.Scenario != "idle" && r.Ops == 0 {
			t.Errorf("%s: no operation was counted", o.Scenario)
		}
	}
}

// A context that ends cuts a run short in good order: what was sent has arrived.
func TestInterrupted(t *testing.T) {
	urls := start(t)
	for _, s := range benchmarks.Scenarios() {
		ctx, cancel := context.WithCancel(t.Context())
		o := benchmarks.Options{Scenario: s.Name, URL: urls["ws"], Clients: 5, Patterns: s.Defaults.Patterns / 100, Duration: time.Hour}
		phases := []string{}
		o.Progress = func(p benchmarks.Progress) {
			if !slices.Contains(phases, p.Phase) {
				phases = append(phases, p.Phase)
				if p.Phase == "measuring" && p.Done != 0 {
					t.Errorf("%s: told of measuring after %v", s.Name, p.Done)
				}
			}
			if p.Phase == "measuring" {
				cancel()
			}
		}
		o.Warmup = -1
		r, err := benchmarks.Run(ctx, o)
		cancel()
		if err != nil {
			t.Fatal(s.Name, err)
		}
		if !r.Interrupted || !slices.Contains(r.Notes, "interrupted") || r.Failed() != "" || r.Seconds > 1000 {
			t.Errorf("%s: %+v", s.Name, r)
		}
		if want := []string{"connecting", "measuring", "waiting for the rest"}; !slices.Equal(phases, want) {
			t.Errorf("%s: phases %q", s.Name, phases)
		}
	}
}

// What was asked for wrongly is a UsageError, found before anything is opened.
func TestUsage(t *testing.T) {
	for _, tc := range []struct {
		o    benchmarks.Options
		want string
	}{
		{benchmarks.Options{Scenario: "none"}, "no scenario"},
		{benchmarks.Options{Transport: "smoke"}, "transport"},
		{benchmarks.Options{URL: "http://127.0.0.1:1/"}, "not of the form"},
		{benchmarks.Options{URL: "ws://127.0.0.1:1/", Transport: "rawsocket"}, "not of transport"},
		{benchmarks.Options{Clients: -1}, "not negative"},
		{benchmarks.Options{Clients: benchmarks.MaxSessions}, "sessions"},
		{benchmarks.Options{Size: 15}, "size"},
		{benchmarks.Options{Size: benchmarks.MaxSize + 1}, "size"},
		{benchmarks.Options{Window: 1 << 17}, "window"},
		{benchmarks.Options{Window: 1 << 16, Size: 1 << 20}, "256 MiB"},
		{benchmarks.Options{Rate: -1}, "rate"},
		{benchmarks.Options{Rate: math.NaN()}, "rate"},
		{benchmarks.Options{Rate: math.Inf(1)}, "rate"},
		{benchmarks.Options{Rate: 1, Messages: 1}, "either"},
		{benchmarks.Options{Duration: -1}, "times"},
		{benchmarks.Options{Patience: -1}, "times"},
		{benchmarks.Options{Duration: 2 * benchmarks.MaxDuration}, "times"},
		{benchmarks.Options{Serializers: []codec.Serializer{9}}, "serializer"},
		{benchmarks.Options{Transport: "rawsocket", Batched: true}, "batches"},
		{benchmarks.Options{Scenario: "idle", Messages: 1}, "does not end"},
		{benchmarks.Options{PID: math.MaxInt32}, "process"},
		{benchmarks.Options{Idle: -1}, "not negative"},
		{benchmarks.Options{Flux: math.NaN()}, "flux"},
		{benchmarks.Options{Scenario: "churn", Relay: true}, "relay has only"},
		{benchmarks.Options{Relay: true, Transport: "ws"}, "a relay has one topic"},
		{benchmarks.Options{Scenario: "rpc", Relay: true, Transport: "rawsocket", Procedures: 20}, "a relay has one topic"},
	} {
		if tc.o.Scenario == "" {
			tc.o.Scenario = "pubsub"
		}
		_, err := benchmarks.Run(t.Context(), tc.o)
		if _, ok := errors.AsType[*benchmarks.UsageError](err); !ok || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: %v", tc.o, err)
		}
	}
}

func TestNobodyThere(t *testing.T) {
	l := listen(t)
	l.Close()
	_, err := benchmarks.Run(t.Context(), benchmarks.Options{Scenario: "rpc", URL: "ws://" + l.Addr().String()})
	if _, usage := errors.AsType[*benchmarks.UsageError](err); err == nil || usage || !strings.Contains(err.Error(), "no router listens there") {
		t.Error(err)
	}
	_, err = benchmarks.Run(t.Context(), benchmarks.Options{Scenario: "rpc", URL: start(t)["ws"], Realm: "com.example.none"})
	if err == nil || !strings.Contains(err.Error(), "wamp.error.no_such_realm") {
		t.Error(err)
	}
}

// The names of a result's figures are the same in every run.
func TestScenarioNames(t *testing.T) {
	var names []string
	for _, s := range benchmarks.Scenarios() {
		names = append(names, s.Name)
		if s.About == "" || s.Defaults.Clients == 0 {
			t.Errorf("%+v", s)
		}
	}
	want := []string{"churn", "connect", "fanout", "idle", "latency", "many", "mixed", "patterns", "pubsub", "rpc"}
	if !reflect.DeepEqual(names, want) {
		t.Errorf("%q", names)
	}
}
