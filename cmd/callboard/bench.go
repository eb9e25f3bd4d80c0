package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks"
	"github.com/callboard-wamp/callboard/benchmarks/gate"
	"github.com/callboard-wamp/callboard/benchmarks/report"
	"github.com/callboard-wamp/callboard/cmd/callboard/config"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
)

// bench are the flags of the command.
type bench struct {
	options                    benchmarks.Options
	realm                      string
	serializers                []string
	batched                    bool
	checks, page               string
	json, csv                  bool
	url, transport             string
	duration, warmup, patience time.Duration
	clients, publishers        int
	topics, callees, patterns  int
	procedures, idle           int
	flux                       float64
	relay                      bool
	size, window, pid, message int
	rate                       float64
	acknowledge                bool
	trust                      trust
}

func benchCommand() *cobra.Command {
	var b bench
	c := &cobra.Command{
		Use:   "bench SCENARIO",
		Short: "Put load on a router and say what that costs",
		Long: `Put load on a WAMP router, this one or another, and print rates and latencies.
Everything that was sent is accounted for: when something was lost, came twice
or out of order, or stayed without an answer, the run says so and the exit code
is 1. So it is when a --check is not met. An interrupt ends the run with the
result so far.

Scenarios:
` + scenarioList(),
		Example: `  callboard bench fanout --clients 1000
  callboard bench rpc --transport rawsocket --serializer msgpack --duration 10s --pid $(pidof callboard)
  callboard bench pubsub --rate 20000 --check 'p99<5ms,lost=0'
  callboard bench mixed --report report.html`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return b.run(c, args[0]) },
	}
	for _, s := range benchmarks.Scenarios() {
		c.ValidArgs = append(c.ValidArgs, cobra.CompletionWithDesc(s.Name, s.About))
	}
	b.targetFlags(c)
	b.loadFlags(c)
	return c
}

func scenarioList() string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, s := range benchmarks.Scenarios() {
		fmt.Fprintf(w, "  %s\t%s\n", s.Name, s.About)
	}
	_ = w.Flush()
	return text.String()
}

func (b *bench) targetFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&b.url, "url", "", "router: "+config.Forms+" (default is callboard serve on this machine)")
	f.StringVar(&b.transport, "transport", "", "ws or rawsocket (default ws)")
	f.BoolVar(&b.relay, "relay", false, "the other end is the relay of benchmarks/relay: the floor below every router")
	f.StringVar(&b.realm, "realm", "realm1", "realm to join")
	f.StringSliceVar(&b.serializers, "serializer", []string{"json"}, "json, msgpack or cbor; of several, as in json,cbor, the sessions take one after the other")
	f.BoolVar(&b.batched, "batched", false, "WebSocket: take the batched subprotocols")
	b.trust.flags(c)
	f.IntVar(&b.pid, "pid", 0, "process of the router, to measure its processor time (Linux)")
	f.BoolVar(&b.json, "json", false, "print the result as one line of JSON")
	f.BoolVar(&b.csv, "csv", false, "print the result as CSV")
	f.StringVar(&b.checks, "check", "", "fail unless `figures` are as said: p99<5ms,lost=0,cpu/msg<2us")
	f.StringVar(&b.page, "report", "", "write a page with plots to `FILE.html`")
	c.MarkFlagsMutuallyExclusive("json", "csv")
}

func (b *bench) loadFlags(c *cobra.Command) {
	f := c.Flags()
	const own = " (default depends on the scenario)"
	f.IntVar(&b.clients, "clients", 0, "pairs, subscribers, callers or sessions"+own)
	f.IntVar(&b.publishers, "publishers", 0, "publishers"+own)
	f.IntVar(&b.topics, "topics", 0, "topics"+own)
	f.IntVar(&b.callees, "callees", 0, "callees"+own)
	f.IntVar(&b.patterns, "patterns", 0, "pattern subscriptions"+own)
	f.IntVar(&b.procedures, "procedures", 0, "procedures that the callers call in turn (default one for each caller)")
	f.IntVar(&b.idle, "idle", 0, "further sessions that do nothing")
	f.Float64Var(&b.flux, "flux", 0, "pattern subscriptions that come and go in a second meanwhile")
	f.IntVar(&b.size, "size", 16, "payload in bytes, 16 at least")
	f.IntVar(&b.window, "window", 0, "messages under way for each sender (default 16; latency 1)")
	f.Float64Var(&b.rate, "rate", 0, "messages per second in all, whatever comes back; latency counts from when each was due")
	f.BoolVar(&b.acknowledge, "acknowledge", false, "publish with acknowledgement")
	f.DurationVar(&b.duration, "duration", 5*time.Second, "measured time")
	f.DurationVar(&b.warmup, "warmup", time.Second, "time before that")
	f.DurationVar(&b.patience, "patience", 5*time.Second, "give up when nothing has arrived for so long and something is missing")
	f.IntVar(&b.message, "messages", 0, "end after so many messages, and warm nothing up")
}

func (b *bench) run(c *cobra.Command, scenario string) error {
	if err := b.complete(scenario); err != nil {
		return err
	}
	var checks []gate.Check
	if b.checks != "" {
		var err error
		if checks, err = b.parseChecks(); err != nil {
			return err
		}
	}
	clear := func() {}
	if talk := c.ErrOrStderr(); terminal(talk) {
		b.options.Progress, clear = progress(talk)
	}
	r, err := benchmarks.Run(c.Context(), b.options)
	clear()
	if usage, ok := errors.AsType[*benchmarks.UsageError](err); ok {
		return usage
	}
	if err != nil {
		return failed(interrupted(c.Context(), err))
	}
	met := r.Check(checks)
	if err := b.print(c.OutOrStdout(), r); err != nil {
		return failed(err)
	}
	switch fault := r.Failed(); {
	case fault != "":
		return failed(errors.New("the run failed: " + fault))
	case !met:
		return failed(errors.New("a check was not met: " + unmet(r)))
	}
	return nil
}

// complete makes options of the flags.
func (b *bench) complete(scenario string) error {
	var serializers []codec.Serializer
	for _, name := range b.serializers {
		s, ok := codec.ByName(name)
		if !ok {
			return fmt.Errorf("--serializer %s: json, msgpack and cbor are known", name)
		}
		serializers = append(serializers, s)
	}
	if b.message < 0 {
		return errors.New("--messages is not negative")
	}
	if b.warmup == 0 {
		b.warmup = -1 // none, where zero would mean the default
	}
	config, err := b.trust.config()
	if err != nil {
		return err
	}
	b.options = benchmarks.Options{
		Scenario: scenario, URL: b.url, Transport: b.transport, Realm: wamp.URI(b.realm), Serializers: serializers,
		Batched: b.batched, TLS: config,
		Clients: b.clients, Publishers: b.publishers, Topics: b.topics, Callees: b.callees, Patterns: b.patterns,
		Procedures: b.procedures, Idle: b.idle, Flux: b.flux, Relay: b.relay,
		Size: b.size, Window: b.window, Rate: b.rate, Acknowledge: b.acknowledge,
		Duration: b.duration, Warmup: b.warmup, Patience: b.patience, Messages: uint64(b.message), PID: b.pid,
	}
	return nil
}

// parseChecks refuses what cannot be measured, before anything is.
func (b *bench) parseChecks() ([]gate.Check, error) {
	checks, err := gate.Parse(b.checks)
	if err != nil {
		return nil, fmt.Errorf("--check: %w", err)
	}
	for _, c := range checks {
		switch c.Name {
		case "cpu/msg", "rss", "rss/session":
			if b.pid == 0 {
				return nil, fmt.Errorf("--check %s needs --pid", c)
			}
		case "lag":
			if b.rate == 0 {
				return nil, fmt.Errorf("--check %s needs --rate", c)
			}
		}
	}
	return checks, nil
}

func (b *bench) print(out io.Writer, r *benchmarks.Result) error {
	if b.page != "" {
		if err := writePage(b.page, r); err != nil {
			return err
		}
	}
	switch {
	case b.json:
		return report.JSON(out, r)
	case b.csv:
		return report.CSV(out, r)
	}
	return report.Text(out, r)
}

func writePage(name string, r *benchmarks.Result) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(report.HTML(f, r), f.Close())
}

func unmet(r *benchmarks.Result) string {
	var all []string
	for _, v := range r.Checks {
		if !v.OK {
			all = append(all, v.Check+" is "+v.Value)
		}
	}
	return strings.Join(all, ", ")
}

// progress shows a bar, until it is cleared.
func progress(talk io.Writer) (show func(benchmarks.Progress), clear func()) {
	var bar *progressbar.ProgressBar
	phase := ""
	clear = func() {
		if bar != nil {
			_ = bar.Clear()
		}
	}
	show = func(p benchmarks.Progress) {
		if p.Phase != phase {
			clear()
			phase = p.Phase
			bar = progressbar.NewOptions64(max(1, p.Total.Milliseconds()), progressbar.OptionSetWriter(talk),
				progressbar.OptionSetWidth(30), progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false))
		}
		text := p.Phase
		if p.Rate > 0 {
			text += fmt.Sprintf(", %.0f/s", p.Rate)
		}
		bar.Describe(text)
		_ = bar.Set64(min(p.Done, p.Total).Milliseconds())
	}
	return show, clear
}
