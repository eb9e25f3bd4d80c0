package benchmarks

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks/gate"
	"github.com/callboard-wamp/callboard/benchmarks/ledger"
	"github.com/callboard-wamp/callboard/benchmarks/meter"
)

// Result is what a run found. The names of its JSON are stable; figures that
// were not measured are zero or missing.
type Result struct {
	Scenario   string  `json:"scenario"`
	URL        string  `json:"url"`
	Transport  string  `json:"transport"`
	Serializer string  `json:"serializer"`
	Clients    int     `json:"clients"`
	Publishers int     `json:"publishers,omitempty"`
	Topics     int     `json:"topics,omitempty"`
	Callees    int     `json:"callees,omitempty"`
	Patterns   int     `json:"patterns,omitempty"`
	Procedures int     `json:"procedures,omitempty"`
	Idle       int     `json:"idle,omitempty"`
	Flux       float64 `json:"flux,omitempty"`
	Relay      bool    `json:"relay,omitempty"`
	// Changes are the patterns that came and went, if there was a Flux.
	Changes uint64 `json:"changes,omitempty"`
	Size    int    `json:"size,omitempty"`
	// Window of a closed loop, or Rate of an open one.
	Window int     `json:"window,omitempty"`
	Rate   float64 `json:"rate,omitempty"`

	Started time.Time `json:"started"`
	Cores   int       `json:"cores"`
	Go      string    `json:"go"`
	Seconds float64   `json:"seconds"` // measured

	Ops       uint64         `json:"ops"`
	OpsPerSec float64        `json:"ops_per_s"`
	Parts     []Part         `json:"parts"`
	Router    *RouterUsage   `json:"router,omitempty"`
	Generator Generator      `json:"generator"`
	Ledger    ledger.Account `json:"ledger"`
	// Unsent messages and joins were due in an open loop, but the router took no more.
	Unsent uint64  `json:"unsent"`
	Series []Point `json:"series"`

	Interrupted bool           `json:"interrupted,omitempty"`
	Notes       []string       `json:"notes,omitempty"`
	Checks      []gate.Verdict `json:"checks,omitempty"`
}

// Part is one kind of operation: an event delivered, a call answered, a session
// joined.
type Part struct {
	Name      string   `json:"name"`
	Ops       uint64   `json:"ops"`
	OpsPerSec float64  `json:"ops_per_s"`
	Latency   Latency  `json:"latency_us"`
	Buckets   []Bucket `json:"buckets"`
}

// Latency is in microseconds.
type Latency struct {
	Count uint64  `json:"count"`
	Min   float64 `json:"min"`
	Mean  float64 `json:"mean"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`
	P999  float64 `json:"p99_9"`
	Max   float64 `json:"max"`
}

// Bucket is a bar of the histogram, from one latency to another, in microseconds.
type Bucket struct {
	From  float64 `json:"from_us"`
	To    float64 `json:"to_us"`
	Count uint64  `json:"count"`
}

// RouterUsage is what the router's process used in the measured time.
type RouterUsage struct {
	PID int `json:"pid"`
	// CPUPerMessage is user and system time for each operation; zero without
	// operations, or where the process used no time that the kernel noticed.
	CPUPerMessage float64 `json:"cpu_us_per_msg"`
	// Cores that were busy on average, SystemShare what the kernel took of that.
	Cores         float64 `json:"cores"`
	SystemShare   float64 `json:"system_share"`
	RSS           uint64  `json:"rss_bytes"`
	RSSPerSession float64 `json:"rss_bytes_per_session,omitempty"`
}

// Generator is what the load generator itself used. Lag is how late messages of
// an open loop left, which their latency holds.
type Generator struct {
	CPUPerMessage float64 `json:"cpu_us_per_msg"`
	Cores         float64 `json:"cores"`
	LagP99        float64 `json:"lag_p99_us,omitempty"`
}

// Failed says why the run is a failure, or nothing.
func (r *Result) Failed() string { return r.Ledger.Faults() }

// Unmeasured says that the run was interrupted before there was anything to
// measure, so that its figures say nothing. Idle sessions have no operations: with
// them any measured time will do.
func (r *Result) Unmeasured() bool {
	return r.Interrupted && (r.Seconds == 0 || r.Ops == 0 && len(r.Parts) > 0)
}

func (r *run) result(ctx context.Context, l load) *Result {
	o := r.o
	used := func(option string, n int) int { // 0 where it means nothing
		if !r.name.means(option) {
			return 0
		}
		return n
	}
	res := &Result{
		Scenario: o.Scenario, URL: o.URL, Transport: o.Transport, Serializer: names(&o),
		Clients: o.Clients, Publishers: used("publishers", o.Publishers), Topics: used("topics", o.Topics),
		Callees: used("callees", o.Callees), Patterns: used("patterns", o.Patterns), Size: used("size", o.Size),
		Procedures: used("procedures", o.Procedures), Idle: o.Idle, Flux: o.Flux, Relay: o.Relay, Changes: r.changes.Load(),
		Started: time.Now().Add(-time.Duration(r.meter.Now() - r.before.at)).UTC().Truncate(time.Second),
		Cores:   runtime.NumCPU(), Go: runtime.Version(),
		Series: append([]Point{}, r.series...), // a list in JSON also without any
		Ops:    r.meter.Ops(), Ledger: r.account(l), Interrupted: ctx.Err() != nil, Notes: r.notes,
	}
	if r.meter.Begun() { // not if the warm-up was cut short
		res.Seconds = float64(r.after.at-r.before.at) / 1e9
	}
	switch {
	case !r.name.means("rate"):
	case o.Rate > 0:
		res.Rate = o.Rate
	default:
		res.Window = used("window", o.Window)
	}
	if m, ok := l.(misser); ok {
		res.Unsent = m.missed(r.after.at)
	}
	for _, p := range r.pacers {
		res.Unsent += p.unsent(r.after.at)
		res.Generator.LagP99 = max(res.Generator.LagP99, micros(p.late.Summary().P99))
	}
	res.OpsPerSec = per(float64(res.Ops), res.Seconds)
	r.parts(res)
	r.usage(res)
	if res.Unmeasured() {
		res.Notes = append(res.Notes, "nothing was measured")
	}
	return res
}

func (r *run) parts(res *Result) {
	res.Parts = []Part{}
	for i, name := range r.meter.Parts() {
		s := r.meter.Summary(i)
		p := Part{Name: name, Ops: r.meter.PartOps(i), Buckets: []Bucket{}, Latency: Latency{
			Count: s.Count, Min: micros(s.Min), Mean: micros(s.Mean), Max: micros(s.Max),
			P50: micros(s.P50), P90: micros(s.P90), P99: micros(s.P99), P999: micros(s.P999),
		}}
		p.OpsPerSec = per(float64(p.Ops), res.Seconds)
		for _, b := range r.meter.Buckets(i) {
			p.Buckets = append(p.Buckets, Bucket{micros(b.From), micros(b.To), b.Count})
		}
		res.Parts = append(res.Parts, p)
	}
}

func (r *run) usage(res *Result) {
	own := r.after.self.CPU() - r.before.self.CPU()
	res.Generator.Cores = per(own.Seconds(), res.Seconds)
	res.Generator.CPUPerMessage = per(micros(own), float64(res.Ops))
	if r.o.PID == 0 || r.after.router == (meter.Usage{}) {
		return // a note says that the process has ended
	}
	cpu := r.after.router.CPU() - r.before.router.CPU()
	system := r.after.router.System - r.before.router.System
	res.Router = &RouterUsage{
		PID: r.o.PID, RSS: r.after.router.RSS, RSSPerSession: r.taken["rss/session"],
		CPUPerMessage: per(micros(cpu), float64(res.Ops)),
		Cores:         per(cpu.Seconds(), res.Seconds),
		SystemShare:   per(system.Seconds(), cpu.Seconds()),
	}
	if cpu == 0 && res.Ops > 0 {
		res.Notes = append(res.Notes, fmt.Sprintf(
			"process %d used no processor time: is it the router, or was the run too short for the clock of the kernel?", r.o.PID))
	}
}

// names are those of the serializers: "json", "json+msgpack", "json.batched".
func names(o *Options) string {
	var list []string
	for _, s := range o.Serializers {
		name := s.String()
		if o.Batched {
			name += ".batched"
		}
		list = append(list, name)
	}
	return strings.Join(list, "+")
}

func micros(d time.Duration) float64 { return float64(d) / 1e3 }

func per(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}
