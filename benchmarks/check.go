package benchmarks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/callboard-wamp/callboard/benchmarks/gate"
)

// Measures says why no run of the scenario can have the figure of a check, or
// nothing.
func (s Scenario) Measures(c gate.Check) error {
	switch has := strings.Join(s.Parts, ", "); {
	case c.Part != "" && has == "":
		return fmt.Errorf("%s has no parts", s.Name)
	case c.Part != "" && !slices.Contains(s.Parts, c.Part):
		return fmt.Errorf("%s has no part %q, only %s", s.Name, c.Part, has)
	case has == "" && c.Unit == gate.Duration:
		return fmt.Errorf("%s has no operations, so there is no %s", s.Name, c.Name)
	case c.Name == "rss/session" && s.Name != "idle":
		return fmt.Errorf("rss/session is measured by idle alone, not by %s", s.Name)
	}
	return nil
}

// Check holds the result against checks and keeps the verdicts in Checks. It
// returns false when one of them is not met.
func (r *Result) Check(checks []gate.Check) bool {
	ok := true
	for _, c := range checks {
		v := c.Against(r.figure)
		r.Checks = append(r.Checks, v)
		ok = ok && v.OK
	}
	return ok
}

// figure returns a figure by the name that gate knows. Of the latencies of
// several parts it is the worst, unless a part is named. A run that was
// interrupted too early has none: that nothing was lost is no merit of it.
func (r *Result) figure(part, name string) (float64, bool) {
	if r.Unmeasured() {
		return 0, false
	}
	if part == "" {
		if v, ok := r.total(name); ok {
			return v, true
		}
	}
	var worst float64
	found := false
	for i := range r.Parts {
		p := &r.Parts[i]
		if part != "" && p.Name != part {
			continue
		}
		v, ok := p.figure(name)
		if !ok {
			continue
		}
		if !found || v > worst {
			worst = v
		}
		found = true
	}
	return worst, found
}

func (r *Result) total(name string) (float64, bool) {
	l := &r.Ledger
	counts := map[string]uint64{
		"ops": r.Ops, "sent": l.Sent, "received": l.Received, "dropped": l.Dropped, "lost": l.Lost, "unanswered": l.Unanswered,
		"errors": l.Errors, "duplicates": l.Duplicates, "disordered": l.Disordered, "foreign": l.Foreign,
		"disconnected": l.Disconnected, "unsent": r.Unsent,
	}
	if n, ok := counts[name]; ok {
		return float64(n), true
	}
	const micro = 1e3 // nanoseconds
	switch name {
	case "rate":
		return r.OpsPerSec, true
	case "gen/msg":
		return r.Generator.CPUPerMessage * micro, r.Ops > 0
	case "lag":
		return r.Generator.LagP99 * micro, r.Generator.LagP99 > 0
	}
	if r.Router == nil {
		return 0, false
	}
	switch name {
	case "cpu/msg":
		return r.Router.CPUPerMessage * micro, r.Router.CPUPerMessage > 0
	case "rss":
		return float64(r.Router.RSS), true
	case "rss/session":
		return r.Router.RSSPerSession, r.Router.RSSPerSession > 0
	}
	return 0, false
}

func (p *Part) figure(name string) (float64, bool) {
	switch name {
	case "ops":
		return float64(p.Ops), true
	case "rate":
		return p.OpsPerSec, true
	}
	v, ok := map[string]float64{
		"min": p.Latency.Min, "mean": p.Latency.Mean, "p50": p.Latency.P50, "p90": p.Latency.P90,
		"p99": p.Latency.P99, "p99.9": p.Latency.P999, "max": p.Latency.Max,
	}[name]
	return v * 1e3, ok && p.Latency.Count > 0
}
