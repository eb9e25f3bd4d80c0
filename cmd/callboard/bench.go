package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks"
	"github.com/callboard-wamp/callboard/benchmarks/report"
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
result so far, and no --check is met when there is none.

Scenarios:
` + scenarioList(),
		Example: `  callboard bench fanout --clients 1000
  callboard bench rpc --transport rawsocket --serializer msgpack --duration 10s --pid $(pidof callboard)
  callboard bench pubsub --rate 20000 --check 'p99<5ms,lost=0'
  callboard bench mixed --report report.html`,
		Args: oneScenario,
		RunE: func(c *cobra.Command, args []string) error { return b.run(c, args[0]) },
	}
	for _, s := range benchmarks.Scenarios() {
		c.ValidArgs = append(c.ValidArgs, cobra.CompletionWithDesc(s.Name, s.About))
	}
	b.targetFlags(c)
	b.loadFlags(c)
	return c
}

func oneScenario(_ *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	var names []string
	for _, s := range benchmarks.Scenarios() {
		names = append(names, s.Name)
	}
	return errors.New("bench takes one scenario; there are " + strings.Join(names, ", "))
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

func (b *bench) run(c *cobra.Command, name string) error {
	s, err := benchmarks.Lookup(name)
	if err != nil {
		return err
	}
	if err := b.refuse(c.Flags(), s); err != nil {
		return err
	}
	if err := b.complete(name); err != nil {
		return err
	}
	checks, err := b.parseChecks(c.Flags().Changed("check"), s)
	if err != nil {
		return err
	}
	if err := b.tryPage(); err != nil {
		return err
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
	return failed(errors.Join(verdict(r, met), b.writePage(r)))
}

func (b *bench) print(out io.Writer, r *benchmarks.Result) error {
	switch {
	case b.json:
		return report.JSON(out, r)
	case b.csv:
		return report.CSV(out, r)
	}
	return report.Text(out, r)
}

// verdict says why the run, or a check of it, failed.
func verdict(r *benchmarks.Result, met bool) error {
	switch fault := r.Failed(); {
	case fault != "":
		return errors.New("the run failed: " + fault)
	case met:
		return nil
	case r.Unmeasured():
		return errors.New("interrupted before anything was measured")
	}
	return errors.New("a check was not met: " + unmet(r))
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
