package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/benchmarks"
)

// load is one shape of traffic that contention is looked for in.
type load struct {
	name    string
	options benchmarks.Options
}

// loads are what contention is looked for in; small ones have few sessions.
func loads(small bool) []load {
	crowd := 1000
	if small {
		crowd = 100
	}
	return []load{
		{"calls, 8 callers, 16 at a time", benchmarks.Options{Scenario: "rpc", Clients: 8, Window: 16}},
		{"events 1:1, 8 pairs", benchmarks.Options{Scenario: "pubsub", Clients: 8}},
		{fmt.Sprint("events 1:", crowd), benchmarks.Options{Scenario: "fanout", Clients: crowd, Window: 4}},
		{"events, 32 publishers, 32 subscribers, 4 topics", benchmarks.Options{Scenario: "many", Publishers: 32, Clients: 32, Topics: 4}},
	}
}

// contended is what one process found. Times are of all goroutines together.
type contended struct {
	Processors int            `json:"gomaxprocs"`
	OpsPerSec  float64        `json:"ops_per_s"`
	CPU        float64        `json:"cpu_us_per_op"` // of router and generator
	Mutex      float64        `json:"mutex_ns_per_op"`
	Waits      float64        `json:"mutex_waits_per_mop"` // in a million operations
	Block      float64        `json:"block_ns_per_op"`
	Runtime    float64        `json:"runtime_ns_per_op"`
	Sites      map[string]int `json:"sites_ns_per_kop"` // where mutexes were held, for 1,000 operations
	Idle       []string       `json:"idle"`             // what was left out: it waited for something to do
	Fault      string         `json:"fault,omitempty"`
}

// contended runs one load, profiles it and prints the result. Its process ends
// with it, so that nothing of another load is in the profiles.
func (s *study) contended(ctx context.Context, out io.Writer) error {
	all := loads(s.small)
	i := slices.IndexFunc(all, func(l load) bool { return l.name == s.load })
	if i < 0 {
		return fmt.Errorf("no load %q", s.load)
	}
	o := all[i].options
	o.Duration, o.Warmup = s.duration, s.warmup
	o.Progress = profiling
	res, err := runInside(ctx, o)
	if err != nil {
		return err
	}
	c, err := account(res)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(c)
}

// runInside runs a load on a router in this process, over sockets: nothing of
// the router is then on a stack of the generator.
func runInside(ctx context.Context, o benchmarks.Options) (*benchmarks.Result, error) {
	r, stop, err := startInside(ctx, o.Clients)
	if err != nil {
		return nil, err
	}
	defer stop()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	if err := r.Serve(actors.Listener{Net: l}); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	o.URL = "ws://" + l.Addr().String() + "/ws"
	return benchmarks.Run(ctx, o)
}

// profiling is on while the run is measured: every wait for a mutex counts, and
// blocking beyond about a microsecond. Shorter blocks are sampled, and weighted.
func profiling(p benchmarks.Progress) {
	switch {
	case p.Phase == "measuring" && p.Done == 0:
		runtime.SetMutexProfileFraction(1)
		runtime.SetBlockProfileRate(1000)
	case p.Phase == "waiting for the rest":
		runtime.SetMutexProfileFraction(0)
		runtime.SetBlockProfileRate(0)
	}
}

// account sums the profiles of this process up.
func account(res *benchmarks.Result) (*contended, error) {
	perSecond, err := cyclesPerSecond()
	if err != nil {
		return nil, err
	}
	ns := func(cycles int64) float64 {
		return float64(cycles) / perSecond * 1e9 / max(1, float64(res.Ops))
	}
	c := &contended{
		Processors: runtime.GOMAXPROCS(0), OpsPerSec: res.OpsPerSec, CPU: res.Generator.CPUPerMessage,
		Sites: map[string]int{}, Fault: res.Failed(),
	}
	for _, r := range records(runtime.MutexProfile) {
		switch w := judge(functions(r.Stack())); w.kind {
		case locked:
			c.Mutex += ns(r.Cycles)
			c.Waits += float64(r.Count) * 1e6 / float64(max(1, res.Ops))
			c.Sites[w.site] += int(1000 * ns(r.Cycles))
		case ofRuntime:
			c.Runtime += ns(r.Cycles)
		}
	}
	for _, r := range records(runtime.BlockProfile) {
		switch w := judge(functions(r.Stack())); w.kind {
		case locked, sent:
			c.Block += ns(r.Cycles)
		case idle:
			c.Idle = append(c.Idle, w.site)
		}
	}
	slices.Sort(c.Idle)
	c.Idle = slices.Compact(c.Idle)
	return c, nil
}

// records are all of a profile.
func records(profile func([]runtime.BlockProfileRecord) (int, bool)) []runtime.BlockProfileRecord {
	n, _ := profile(nil)
	for {
		list := make([]runtime.BlockProfileRecord, n+50)
		var ok bool
		if n, ok = profile(list); ok {
			return list[:n]
		}
	}
}

// cyclesPerSecond is the unit of the profiles, which their textual form alone
// tells.
func cyclesPerSecond() (float64, error) {
	var b bytes.Buffer
	if err := pprof.Lookup("mutex").WriteTo(&b, 1); err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(b.String(), "cycles/second=")
	line, _, _ := strings.Cut(rest, "\n")
	v, err := strconv.ParseFloat(line, 64)
	if err != nil || v <= 0 {
		return 0, fmt.Errorf("the profile does not say how long a cycle is: %q", line)
	}
	return v, nil
}
