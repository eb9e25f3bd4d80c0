package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Text writes a table of the rates and latencies, and lines about everything else.
func Text(w io.Writer, r *benchmarks.Result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", Title(r), Circumstances(r))
	if len(r.Parts) > 0 {
		fmt.Fprintln(&b, parts(r))
	}
	if u := r.Router; u != nil {
		fmt.Fprintf(&b, "router     %s\n", router(u))
	}
	fmt.Fprintf(&b, "generator  %s\n", generator(r))
	fmt.Fprintf(&b, "ledger     %s\n", Ledger(r))
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note       %s\n", n)
	}
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "check      %s: %s %s\n", c.Check, c.Value, passed(c.OK))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func passed(ok bool) string {
	if ok {
		return "ok"
	}
	return "NOT MET"
}

// Title is the run in one line.
func Title(r *benchmarks.Result) string {
	all := []string{r.Transport, r.Serializer}
	if r.Size > 0 {
		all = append(all, fmt.Sprintf("%d B", r.Size))
	}
	all = append(all, count(r.Clients, "client"))
	for _, n := range []struct {
		n    int
		what string
	}{{r.Publishers, "publisher"}, {r.Topics, "topic"}, {r.Callees, "callee"}, {r.Patterns, "pattern"}, {r.Procedures, "procedure"}, {r.Idle, "idle session"}} {
		if n.n > 0 {
			all = append(all, count(n.n, n.what))
		}
	}
	if r.Flux > 0 {
		all = append(all, fmt.Sprintf("%g patterns/s come and go", r.Flux))
	}
	switch {
	case r.Rate > 0:
		all = append(all, fmt.Sprintf("%g/s (open loop)", r.Rate))
	case r.Window > 0:
		all = append(all, fmt.Sprintf("window %d", r.Window))
	}
	return r.Scenario + ": " + strings.Join(all, ", ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Circumstances says where and how long.
func Circumstances(r *benchmarks.Result) string {
	return fmt.Sprintf("%s, %.1f s, %d cores, %s, %s", r.URL, r.Seconds, r.Cores, r.Go, r.Started.Format(time.RFC3339))
}

func parts(r *benchmarks.Result) string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	header := table.Row{"", "operations", "per second", "min", "mean", "p50", "p90", "p99", "p99.9", "max"}
	t.AppendHeader(header)
	for _, p := range r.Parts {
		l := p.Latency
		row := table.Row{p.Name, p.Ops, fmt.Sprintf("%.0f", p.OpsPerSec)}
		for _, us := range []float64{l.Min, l.Mean, l.P50, l.P90, l.P99, l.P999, l.Max} {
			row = append(row, micros(us, l.Count))
		}
		t.AppendRow(row)
	}
	var columns []table.ColumnConfig
	for i := range len(header) - 1 {
		columns = append(columns, table.ColumnConfig{Number: i + 2, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
	return t.Render()
}

// micros is a latency, with three digits.
func micros(us float64, n uint64) string {
	switch {
	case n == 0:
		return "–"
	case us < 1000:
		return fmt.Sprintf("%.3g µs", us)
	case us < 999_500:
		return fmt.Sprintf("%.3g ms", us/1e3)
	}
	return fmt.Sprintf("%.3g s", us/1e6)
}

func router(u *benchmarks.RouterUsage) string {
	var all []string
	if u.CPUPerMessage > 0 {
		all = append(all, fmt.Sprintf("%.3g µs CPU per operation", u.CPUPerMessage))
	}
	all = append(all, fmt.Sprintf("%.2f cores (%.0f %% kernel)", u.Cores, 100*u.SystemShare), fmt.Sprintf("%.1f MiB", float64(u.RSS)/(1<<20)))
	if u.RSSPerSession > 0 {
		all = append(all, fmt.Sprintf("%.1f KiB per session", u.RSSPerSession/(1<<10)))
	}
	return strings.Join(all, ", ")
}

func generator(r *benchmarks.Result) string {
	g := r.Generator
	s := fmt.Sprintf("%.2f cores", g.Cores)
	if r.Ops > 0 {
		s = fmt.Sprintf("%.3g µs CPU per operation, %s", g.CPUPerMessage, s)
	}
	if g.LagP99 > 0 {
		s += fmt.Sprintf(", sent %s late at p99", micros(g.LagP99, 1))
	}
	return s
}

// Ledger says what became of everything that was sent.
func Ledger(r *benchmarks.Result) string {
	l := r.Ledger
	s := fmt.Sprintf("sent %d = received %d + dropped %d + lost %d + unanswered %d + errors %d; twice %d, out of order %d",
		l.Sent, l.Received, l.Dropped, l.Lost, l.Unanswered, l.Errors, l.Duplicates, l.Disordered)
	if l.Foreign > 0 {
		s += fmt.Sprintf("; received by the wrong session %d", l.Foreign)
	}
	if l.Disconnected > 0 {
		s += fmt.Sprintf("; sessions ended by the router %d", l.Disconnected)
	}
	if r.Unsent > 0 {
		s += fmt.Sprintf("; never sent, since the router took no more: %d", r.Unsent)
	}
	return s
}
