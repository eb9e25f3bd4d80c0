package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/callboard-wamp/callboard/benchmarks"
)

// row is one line of the comparison.
type row struct {
	name  string
	args  string // of callboard bench
	raw   bool   // over RawSocket
	relay string // what the relay is given in place of args; "-": there is no floor
	alone bool   // nexusd has nothing like it
	tls   bool   // over TLS
	fresh bool   // a router of its own: memory that it has used stays with it, and so may work that it has left
}

const things = 10_000 // patterns or topics, where there are very many

// rows are what is compared, with so many things. The relay moves the bytes of the
// same messages; where serializers are mixed, those of the one that writes the
// longest.
func rows(things int) []row {
	many := grouped(things)
	return []row{
		{name: "lone call, json", args: "latency"},
		{name: "calls, json, 16 B", args: "rpc"},
		{name: "calls, json, 256 B", args: "rpc --size 256"},
		{name: "calls, json, 4 KiB", args: "rpc --size 4096"},
		{name: "calls, msgpack, 16 B", args: "rpc --serializer msgpack"},
		{name: "calls, msgpack, 64 KiB, 4 at a time", args: "rpc --serializer msgpack --size 65536 --window 4"},
		{name: "calls, cbor, 16 B", args: "rpc --serializer cbor"},
		{name: "calls, json to msgpack, 256 B", args: "rpc --serializer json,msgpack --size 256", relay: "rpc --size 256"},
		{name: "calls, msgpack, 16 B, RawSocket", args: "rpc --serializer msgpack", raw: true},
		{name: "calls, 1000 callers, one at a time", args: "rpc --clients 1000 --window 1"},
		{name: "events 1:1, json, 16 B", args: "pubsub"},
		{name: "events 1:1, json, 4 KiB", args: "pubsub --size 4096"},
		{name: "events 1:1, msgpack, 64 KiB, 4 at a time", args: "pubsub --serializer msgpack --size 65536 --window 4"},
		{name: "events 1:1, cbor, 16 B", args: "pubsub --serializer cbor"},
		{name: "events 1:1, msgpack, 16 B, RawSocket", args: "pubsub --serializer msgpack", raw: true},
		{name: "events 1:10, json, 16 B", args: "fanout --clients 10"},
		{name: "events 1:100, json, 16 B", args: "fanout"},
		{name: "events 1:100, json, 4 KiB", args: "fanout --size 4096"},
		{name: "events 1:100, json, 16 B, one at a time", args: "fanout --window 1"},
		{name: "events 1:100, cbor, 16 B", args: "fanout --serializer cbor"},
		{name: "events 1:100, cbor, 16 B, RawSocket", args: "fanout --serializer cbor", raw: true},
		{name: "events 1:100, json, msgpack and cbor, 16 B", args: "fanout --serializer json,msgpack,cbor", relay: "fanout"},
		{name: "events 1:1000, json, 16 B", args: "fanout --clients 1000 --window 4"},
		{name: "calls, json, 16 B, TLS", args: "rpc", tls: true},
		{name: "events 1:1, json, 16 B, TLS", args: "pubsub", tls: true},
		{name: "events 1:100, json, 16 B, TLS", args: "fanout", tls: true},
		{name: many + " patterns, json, 16 B", args: fmt.Sprint("patterns --patterns ", things), relay: "-", fresh: true},
		{name: many + " topics, json, 16 B", args: fmt.Sprint("many --clients 8 --publishers 4 --topics ", things), relay: "-", fresh: true},
		{name: "calls, json, 16 B, batched", args: "rpc --batched", relay: "rpc", alone: true},
		{name: "events 1:1, json, 16 B, batched", args: "pubsub --batched", relay: "pubsub", alone: true},
		{name: "events 1:100, json, 16 B, batched", args: "fanout --batched", relay: "fanout", alone: true},
		{name: "join and leave, json", args: "connect"},
		{name: "1,000 idle sessions, json", args: "idle", relay: "-", fresh: true},
		{name: "1,000 idle sessions, json, TLS", args: "idle", relay: "-", tls: true},
	}
}

// peers runs every row against every system by turns, again and again.
func (s *study) peers(ctx context.Context) (string, error) {
	var systems []*system
	for _, start := range []func(context.Context, cover) (*system, error){s.startCallboard, s.startNexus, s.startRelay} {
		sys, err := start(ctx, bare)
		if err != nil {
			return "", err
		}
		defer sys.stop()
		sys.again = start
		systems = append(systems, sys)
	}
	list := rows(things)
	if s.short {
		list = rows(200)
	}
	results := make([]comparison, len(list))
	for round := range s.rounds {
		for i, r := range list {
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, s.rounds, r.name)
			for k := range systems { // not always the same one first
				if err := s.compare(ctx, &results[i], r, systems[(k+round)%len(systems)]); err != nil {
					return "", err
				}
			}
		}
	}
	return comparisonTable(list, results), nil
}

// comparison is the results of one row by system, round by round.
type comparison map[string][]*benchmarks.Result

func (s *study) compare(ctx context.Context, c *comparison, r row, sys *system) error {
	args := r.args
	if sys.relay && r.relay != "" {
		args = r.relay
	}
	if args == "-" || r.alone && sys.name == "nexusd" {
		return nil
	}
	if r.fresh || r.tls {
		over := bare
		if r.tls {
			over = secured
		}
		other, err := sys.again(ctx, over)
		if err != nil {
			return err
		}
		defer other.stop()
		sys = other
	}
	res, err := s.bench(ctx, sys, r.raw, strings.Fields(args)...)
	if err != nil {
		return err
	}
	if *c == nil {
		*c = comparison{}
	}
	(*c)[sys.name] = append((*c)[sys.name], res)
	return nil
}

// cost is what a row is about: microseconds of the router's processors for each
// operation, or KiB for each session.
func cost(r *benchmarks.Result) float64 {
	switch {
	case r.Router == nil:
		return unmeasured
	case r.Scenario == "idle":
		return measured(r.Router.RSSPerSession / 1024)
	}
	return measured(r.Router.CPUPerMessage)
}

func costs(list []*benchmarks.Result) (all []float64) {
	for _, r := range list {
		all = append(all, cost(r))
	}
	return all
}

// cell is the median cost, marked if something was lost, and the median of the
// ratios to the same round of another system.
func cell(list, to []*benchmarks.Result) string {
	if len(list) == 0 {
		return dash
	}
	text := short(median(costs(list)))
	if slices.ContainsFunc(list, func(r *benchmarks.Result) bool { return r.Failed() != "" }) {
		text += " †"
	}
	var ratios []float64
	for i := range min(len(list), len(to)) {
		ratios = append(ratios, cost(list[i])/cost(to[i]))
	}
	if m := median(ratios); !math.IsNaN(m) {
		text += " (" + times(m) + ")"
	}
	return text
}

func comparisonTable(list []row, results []comparison) string {
	lines := [][]string{{"what", "callboard", "nexusd v3.3.0", "relay", "callboard, per s", "nexusd, per s", "callboard, p99", "nexusd, p99"}}
	for i, c := range results {
		ours, theirs, floor := c["callboard"], c["nexusd"], c["relay"]
		lines = append(lines, []string{
			list[i].name, cell(ours, nil), cell(theirs, ours), cell(floor, ours), rate(ours), rate(theirs), p99(ours), p99(theirs),
		})
	}
	return markdown(lines)
}

func rate(list []*benchmarks.Result) string {
	var all []float64
	for _, r := range list {
		all = append(all, measured(r.OpsPerSec))
	}
	return short(median(all))
}

func p99(list []*benchmarks.Result) string {
	var all []float64
	for _, r := range list {
		if len(r.Parts) > 0 {
			all = append(all, measured(r.Parts[0].Latency.P99))
		}
	}
	if m := median(all); !math.IsNaN(m) {
		return short(m/1000) + " ms"
	}
	return dash
}
