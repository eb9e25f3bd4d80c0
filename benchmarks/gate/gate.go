// Package gate reads expressions such as "p99<5ms,lost=0,cpu/msg<2us" and holds
// the figures of a run against them.
//
//	checks, err := gate.Parse("p99<5ms,lost=0")
//	for _, c := range checks {
//		v := c.Against(figures)
//		fmt.Println(v.Text, v.OK)
//	}
package gate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Unit is what a figure is measured in.
type Unit uint8

// The units.
const (
	Count    Unit = iota // 3, 12.5, 10k, 2M
	Duration             // 5ms
	Bytes                // 10KiB
)

// names are the figures that can be checked, and aliases.
var names = map[string]Unit{
	"min": Duration, "mean": Duration, "p50": Duration, "p90": Duration, "p99": Duration, "p99.9": Duration, "max": Duration,
	"lag": Duration, "cpu/msg": Duration, "gen/msg": Duration,
	"rate": Count, "ops": Count, "sent": Count, "received": Count, "dropped": Count, "lost": Count, "unanswered": Count,
	"errors": Count, "duplicates": Count, "disordered": Count, "foreign": Count, "disconnected": Count, "unsent": Count,
	"rss": Bytes, "rss/session": Bytes,
}

// ofParts are the figures that each part of a run has, too: "call.p99".
var ofParts = []string{"min", "mean", "p50", "p90", "p99", "p99.9", "max", "rate", "ops"}

var aliases = map[string]string{"p999": "p99.9", "average": "mean"}

// Names are the figures that can be checked, sorted.
func Names() []string {
	var all []string
	for name := range names {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// Check is one comparison.
type Check struct {
	// Part is empty for the whole run.
	Part, Name string
	Unit       Unit
	op         string
	limit      float64 // nanoseconds, bytes or a number
	text       string
}

// String is what was parsed.
func (c Check) String() string { return c.text }

var operators = []string{"<=", ">=", "==", "!=", "<", ">", "="} // longer ones first

// Parse reads comparisons separated by commas. The error says which one is wrong.
func Parse(s string) ([]Check, error) {
	var checks []Check
	for text := range strings.SplitSeq(s, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		c, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("check %q: %w", text, err)
		}
		checks = append(checks, c)
	}
	if len(checks) == 0 {
		return nil, errors.New("check without a comparison")
	}
	return checks, nil
}

func parse(text string) (Check, error) {
	c := Check{text: text}
	at := strings.IndexAny(text, "<>=!")
	if at < 0 {
		return c, errors.New("no comparison; for example p99<5ms")
	}
	for _, op := range operators {
		if strings.HasPrefix(text[at:], op) {
			c.op = op
			break
		}
	}
	if c.op == "" {
		return c, errors.New("no such comparison; < <= > >= = != are known")
	}
	if err := c.name(strings.TrimSpace(text[:at])); err != nil {
		return c, err
	}
	var err error
	c.limit, err = parseLimit(strings.TrimSpace(text[at+len(c.op):]), c.Unit)
	return c, err
}

// name sets Name, Part and Unit.
func (c *Check) name(s string) error {
	c.Name = s
	if part, name, ok := strings.Cut(s, "."); ok && s != "p99.9" {
		c.Part, c.Name = part, name
	}
	if a, ok := aliases[c.Name]; ok {
		c.Name = a
	}
	unit, ok := names[c.Name]
	if !ok || c.Part != "" && !slices.Contains(ofParts, c.Name) {
		return fmt.Errorf("no figure %q; there are %s, and those of a part such as call.p99", s, strings.Join(Names(), ", "))
	}
	c.Unit = unit
	return nil
}

var factors = map[Unit][]struct {
	suffix string
	factor float64
}{
	Count: {{"k", 1e3}, {"M", 1e6}, {"", 1}},
	Bytes: {{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"B", 1}, {"", 1}},
}

func parseLimit(s string, u Unit) (float64, error) {
	if u == Duration {
		d, err := time.ParseDuration(s)
		if err != nil {
			return 0, fmt.Errorf("%q is no time; for example 500us, 5ms or 1.5s", s)
		}
		return float64(d), nil
	}
	for _, f := range factors[u] {
		number, ok := strings.CutSuffix(s, f.suffix)
		if !ok {
			continue
		}
		v, err := strconv.ParseFloat(number, 64)
		if v *= f.factor; err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v, nil
		}
	}
	return 0, fmt.Errorf("%q is no number", s)
}

// Figures of a run by name: durations in nanoseconds, sizes in bytes. False
// means that the run has none of this name.
type Figures func(part, name string) (value float64, ok bool)

// Verdict is what became of one check.
type Verdict struct {
	Check string `json:"check"`
	Value string `json:"value"`
	OK    bool   `json:"ok"`
}

// Against holds figures against the check. A figure that the run does not have
// fails it.
func (c Check) Against(figures Figures) Verdict {
	v, ok := figures(c.Part, c.Name)
	if !ok {
		return Verdict{Check: c.text, Value: "not measured"}
	}
	return Verdict{Check: c.text, Value: show(v, c.Unit), OK: compare(v, c.op, c.limit)}
}

func compare(v float64, op string, limit float64) bool {
	switch op {
	case "<":
		return v < limit
	case "<=":
		return v <= limit
	case ">":
		return v > limit
	case ">=":
		return v >= limit
	case "!=":
		return v != limit
	}
	return v == limit
}

func show(v float64, u Unit) string {
	switch u {
	case Duration:
		return time.Duration(v).String()
	case Bytes:
		return strconv.FormatFloat(v/1024, 'f', 1, 64) + "KiB"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
