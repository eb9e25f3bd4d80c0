package benchmarks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks"
	"github.com/callboard-wamp/callboard/benchmarks/gate"
)

// What means nothing to a scenario is not in its result, whatever was asked for.
func TestResultHoldsWhatIsUsed(t *testing.T) {
	urls := start(t)
	every := benchmarks.Options{Clients: 5, Publishers: 2, Topics: 2, Callees: 2, Patterns: 4, Procedures: 5, Size: 20, Window: 3}
	for _, s := range benchmarks.Scenarios() {
		o := every
		o.Scenario, o.URL, o.Duration, o.Warmup = s.Name, urls["ws"], time.Millisecond, -1
		r := run(t, o)
		for option, got := range map[string][2]int{
			"publishers": {r.Publishers, 2}, "topics": {r.Topics, 2}, "callees": {r.Callees, 2}, "patterns": {r.Patterns, 4},
			"procedures": {r.Procedures, 5}, "size": {r.Size, 20}, "window": {r.Window, 3},
		} {
			if s.Ignores(option) {
				got[1] = 0
			}
			if got[0] != got[1] {
				t.Errorf("%s: %d %s, want %d", s.Name, got[0], option, got[1])
			}
		}
	}
}

func TestIgnores(t *testing.T) {
	for name, want := range map[string]string{
		"pubsub": "publishers topics callees patterns procedures", "fanout": "callees patterns procedures",
		"many": "callees patterns procedures", "patterns": "topics callees procedures",
		"rpc": "publishers topics patterns acknowledge", "latency": "publishers topics patterns acknowledge",
		"connect": "publishers topics callees patterns procedures size window acknowledge",
		"churn":   "publishers topics callees patterns procedures size window acknowledge",
		"idle":    "publishers topics callees patterns procedures size window rate acknowledge messages idle",
		"mixed":   "patterns procedures messages",
	} {
		s, err := benchmarks.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, option := range []string{
			"publishers", "topics", "callees", "patterns", "procedures", "size", "window", "rate", "acknowledge", "messages", "idle",
			"clients", "flux", "duration", "pid", "url", // everybody's
		} {
			if s.Ignores(option) {
				got = append(got, option)
			}
		}
		if !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s ignores %q, want %s", name, got, want)
		}
	}
}

// A figure that no run of a scenario has is known beforehand.
func TestMeasures(t *testing.T) {
	for _, tc := range []struct{ scenario, check, want string }{
		{"rpc", "foo.p99<1s", `rpc has no part "foo", only call`},
		{"rpc", "event.p99<1s", `rpc has no part "event", only call`},
		{"churn", "call.ops>0", `churn has no part "call", only join, subscribe, leave`},
		{"idle", "join.ops>0", "idle has no parts"},
		{"idle", "p99<5s", "idle has no operations, so there is no p99"},
		{"idle", "cpu/msg<5us", "idle has no operations, so there is no cpu/msg"},
		{"rpc", "rss/session<1GiB", "rss/session is measured by idle alone, not by rpc"},
		{"rpc", "call.p99<1s", ""}, {"mixed", "join.p50<1s", ""}, {"churn", "leave.max<1s", ""}, {"idle", "rss/session<1GiB", ""},
		{"idle", "lost=0", ""}, {"pubsub", "rss<1GiB", ""}, {"pubsub", "p99<1s", ""}, {"connect", "cpu/msg<1s", ""},
	} {
		s, err := benchmarks.Lookup(tc.scenario)
		if err != nil {
			t.Fatal(err)
		}
		checks, err := gate.Parse(tc.check)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := s.Measures(checks[0]); err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s, %s: %q, want %q", tc.scenario, tc.check, got, tc.want)
		}
	}
}

// The parts of a scenario are those of its results.
func TestParts(t *testing.T) {
	urls := start(t)
	for _, s := range benchmarks.Scenarios() {
		r := run(t, benchmarks.Options{Scenario: s.Name, URL: urls["ws"], Clients: 2, Patterns: 2, Duration: time.Millisecond, Warmup: -1})
		var got []string
		for _, p := range r.Parts {
			got = append(got, p.Name)
		}
		if !slices.Equal(got, s.Parts) {
			t.Errorf("%s: %q, not %q", s.Name, got, s.Parts)
		}
	}
}
