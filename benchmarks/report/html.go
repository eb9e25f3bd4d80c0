package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"github.com/callboard-wamp/callboard/benchmarks"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

type pageData struct {
	Title, Circumstances, Ledger, Fault string
	Router, Generator                   string
	Parts                               []partData
	Throughput                          template.HTML
	Checks                              []checkData
	Notes                               []string
}

type partData struct {
	Name, Ops, Rate string
	Latencies       []string
	Histogram       template.HTML
}

type checkData struct {
	Check, Value, Verdict string
	OK                    bool
}

// HTML writes one page that holds everything it needs: the table, a histogram of
// the latencies of each part, and the rate over time.
func HTML(w io.Writer, r *benchmarks.Result) error {
	d := pageData{
		Title: Title(r), Circumstances: Circumstances(r), Ledger: Ledger(r), Fault: r.Failed(),
		Generator: generator(r), Notes: r.Notes, Throughput: timePlot(r.Series),
	}
	if r.Router != nil {
		d.Router = router(r.Router)
	}
	for _, p := range r.Parts {
		l := p.Latency
		part := partData{Name: p.Name, Ops: fmt.Sprint(p.Ops), Rate: fmt.Sprintf("%.0f", p.OpsPerSec), Histogram: histogramPlot(p)}
		for _, us := range []float64{l.Min, l.Mean, l.P50, l.P90, l.P99, l.P999, l.Max} {
			part.Latencies = append(part.Latencies, micros(us, l.Count))
		}
		d.Parts = append(d.Parts, part)
	}
	for _, c := range r.Checks {
		d.Checks = append(d.Checks, checkData{c.Check, c.Value, passed(c.OK), c.OK})
	}
	return page.Execute(w, d)
}
