package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/benchmarks"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
)

// series is one thing that grows, while the traffic stays the same.
type series struct {
	name string
	sum  string // what one message is
	args string // of callboard bench; N is the number
	at   []int
	base int // of at: the number whose row the others are compared with; else the first
	// inside runs router and generator in this process, without sockets, with so
	// many messages under way: then the cost is that of both.
	inside int
}

var grows = []series{
	{name: "sessions", sum: "event 1:1 among 16 of them", args: "pubsub --idle N", at: []int{100, 1000, 5000, 15_000}},
	{name: "topics", sum: "event to one of them in turn", args: "many --clients 8 --publishers 4 --topics N", at: []int{10, 100, 1000, 10_000, 100_000, 1_000_000}},
	{name: "subscribers of one topic", sum: "event delivered", args: "fanout --window 4 --clients N", at: []int{1, 10, 100, 1000, 5000, 15_000}, base: 100},
	{name: "subscribers in one process, 4 under way", sum: "event delivered, both sides", at: []int{100, 1000, 10_000, 100_000}, inside: 4},
	{name: "subscribers in one process, 64 under way", sum: "event delivered, both sides", at: []int{100, 1000, 10_000, 100_000}, inside: 64},
	{name: "patterns", sum: "event that matches one of them", args: "patterns --patterns N", at: []int{10, 100, 1000, 10_000, 100_000}},
	{name: "registrations", sum: "call to one of them in turn", args: "rpc --procedures N", at: []int{10, 100, 1000, 10_000, 100_000}},
	{name: "patterns that come and go a second", sum: "event to one of 1,000 topics in turn", args: "many --clients 8 --publishers 4 --topics 1000 --flux N", at: []int{1, 10, 100, 1000}},
}

// basis says below the table what its ratios are of.
const basis = "\nThe base is the first row of each series, and of *subscribers of one topic* that of 100: with fewer of them, waking them\nup is most of what an event costs.\n"

// point is what was found at one number.
type point struct {
	n         int
	cost, rss float64 // µs for each message; MiB
	per       float64 // messages a second
	fault     string
}

const shortest = 2000 // the largest number of a short study

// growth measures every series at every number, each with a fresh router.
func (s *study) growth(ctx context.Context) (string, error) {
	curves := make([]curve, 0, len(grows))
	for _, g := range grows {
		c := curve{name: g.name}
		for _, n := range g.at {
			if s.short && n > shortest {
				continue
			}
			fmt.Fprintf(os.Stderr, "%s: %d\n", g.name, n)
			p, err := s.measure(ctx, &g, n)
			if err != nil {
				return "", err
			}
			c.points = append(c.points, p)
		}
		curves = append(curves, c)
	}
	return growthTable(curves) + basis, save(s.plot, draw(curves))
}

// growthTable has a line for each point; the curves are those of the series.
func growthTable(curves []curve) string {
	lines := [][]string{{"what grows", "message", "number", "µs for each", "of the base", "per s", "router, MiB"}}
	for i, c := range curves {
		g := &grows[i]
		what := []string{g.name, g.sum}
		base := slices.IndexFunc(c.points, func(p point) bool { return g.base == 0 || p.n == g.base })
		for _, p := range c.points {
			lines = append(lines, append(what, strconv.Itoa(p.n), short(p.cost)+p.fault, times(p.cost/c.points[base].cost), short(p.per), short(p.rss)))
			what = []string{"", ""}
		}
	}
	return markdown(lines)
}

// measure takes the median of the rounds.
func (s *study) measure(ctx context.Context, g *series, n int) (point, error) {
	var all, per, rss []float64
	p := point{n: n}
	for range s.rounds {
		var r *benchmarks.Result
		var err error
		if g.inside > 0 {
			r, err = s.inside(ctx, n, g.inside)
		} else {
			r, err = s.outside(ctx, strings.ReplaceAll(g.args, "N", strconv.Itoa(n)))
		}
		if err != nil {
			return p, err
		}
		if r.Failed() != "" {
			p.fault = " †"
		}
		per = append(per, measured(r.OpsPerSec))
		if g.inside > 0 {
			all = append(all, measured(r.Generator.CPUPerMessage))
			continue
		}
		all = append(all, cost(r))
		if r.Router != nil {
			rss = append(rss, float64(r.Router.RSS)/(1<<20))
		}
	}
	p.cost, p.per, p.rss = median(all), median(per), median(rss)
	return p, nil
}

func (s *study) outside(ctx context.Context, args string) (*benchmarks.Result, error) {
	sys, err := s.startCallboard(ctx, bare)
	if err != nil {
		return nil, err
	}
	defer sys.stop()
	return s.bench(ctx, sys, false, strings.Fields(args)...)
}

// inside fans out to n sessions that are connected in memory.
func (s *study) inside(ctx context.Context, n, window int) (*benchmarks.Result, error) {
	r, stop, err := startInside(ctx, n)
	if err != nil {
		return nil, err
	}
	defer stop()
	return benchmarks.Run(ctx, benchmarks.Options{
		Scenario: "fanout", Clients: n, Window: window, Duration: s.duration, Warmup: s.warmup,
		Serializers: []codec.Serializer{codec.MessagePack}, Transport: "rawsocket",
		Dial: func(context.Context) (netio.Conn, error) {
			ours, theirs := netio.Pipe(4 << 10)
			return ours, r.Attach(theirs, netio.AcceptOptions{})
		},
	})
}

// startInside starts a router in this process, for n subscribers at least. What is
// returned ends it.
func startInside(ctx context.Context, n int) (*actors.Router, func(), error) {
	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.DiscardHandler)
	}))
	limits := lane.DefaultLimits()
	limits.EarlyConnections, limits.EarlyPerAddress = n+1, n+1
	r, err := actors.NewRouter(system, actors.Config{Limits: limits})
	if err == nil {
		err = r.Start(ctx)
	}
	if err != nil {
		system.Shutdown()
		return nil, nil, err
	}
	return r, func() {
		_ = r.Drain(context.WithoutCancel(ctx))
		system.Shutdown()
	}, nil
}
