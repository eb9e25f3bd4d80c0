package report

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks"
)

// JSON writes the result as one line.
func JSON(w io.Writer, r *benchmarks.Result) error {
	return json.NewEncoder(w).Encode(r)
}

// columns of the CSV.
var columns = []string{
	"scenario", "url", "transport", "serializer", "clients", "publishers", "topics", "callees", "patterns", "size", "window", "rate",
	"started", "cores", "go", "seconds", "part", "ops", "ops_per_s",
	"min_us", "mean_us", "p50_us", "p90_us", "p99_us", "p99_9_us", "max_us",
	"router_cpu_us_per_msg", "router_cores", "router_rss_bytes", "router_rss_bytes_per_session",
	"generator_cpu_us_per_msg", "generator_cores", "lag_p99_us",
	"sent", "received", "dropped", "lost", "unanswered", "errors", "duplicates", "disordered", "foreign", "disconnected", "unsent",
	"procedures", "idle", "flux", "relay", "interrupted",
}

// CSV writes a line with the names of the columns, and one for each part of the
// run. What belongs to the run as a whole stands in each of them.
func CSV(w io.Writer, r *benchmarks.Result) error {
	c := csv.NewWriter(w)
	if err := c.Write(columns); err != nil {
		return err
	}
	parts := r.Parts
	if len(parts) == 0 {
		parts = []benchmarks.Part{{}}
	}
	for _, p := range parts {
		if err := c.Write(row(r, p)); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func row(r *benchmarks.Result, p benchmarks.Part) []string {
	cells := []string{r.Scenario, r.URL, r.Transport, r.Serializer}
	for _, n := range []int{r.Clients, r.Publishers, r.Topics, r.Callees, r.Patterns, r.Size, r.Window} {
		cells = append(cells, strconv.Itoa(n))
	}
	cells = append(cells, number(r.Rate), r.Started.Format(time.RFC3339), strconv.Itoa(r.Cores), r.Go, number(r.Seconds),
		p.Name, strconv.FormatUint(p.Ops, 10))
	l := p.Latency
	for _, v := range []float64{p.OpsPerSec, l.Min, l.Mean, l.P50, l.P90, l.P99, l.P999, l.Max} {
		cells = append(cells, number(v))
	}
	if u := r.Router; u != nil {
		cells = append(cells, number(u.CPUPerMessage), number(u.Cores), strconv.FormatUint(u.RSS, 10), number(u.RSSPerSession))
	} else {
		cells = append(cells, "", "", "", "")
	}
	cells = append(cells, number(r.Generator.CPUPerMessage), number(r.Generator.Cores), number(r.Generator.LagP99))
	a := r.Ledger
	for _, n := range []uint64{
		a.Sent, a.Received, a.Dropped, a.Lost, a.Unanswered, a.Errors, a.Duplicates, a.Disordered, a.Foreign, a.Disconnected, r.Unsent,
	} {
		cells = append(cells, strconv.FormatUint(n, 10))
	}
	return append(cells, strconv.Itoa(r.Procedures), strconv.Itoa(r.Idle), number(r.Flux), strconv.FormatBool(r.Relay), strconv.FormatBool(r.Interrupted))
}

// number is v with at most three decimals.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'f', 3, 64)
	for s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	if s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	return s
}
