package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

const (
	sitesShown = 3
	medians    = "All figures are medians, those of the functions, too: what most rounds did not wait for is not there.\n\n"
)

// contention runs every load with 1, 2, 4 and 8 processors for Go code, each time
// in a process of its own.
func (s *study) contention(ctx context.Context) (string, error) {
	lines := [][]string{{"load", "GOMAXPROCS", "per s", "CPU, µs", "mutexes, ns", "of CPU", "waits per 1M", "blocked, ns", "runtime, ns", "where the mutexes were held"}}
	var idle []string
	for _, l := range loads(s.short) {
		name := l.name
		for _, processors := range []int{1, 2, 4, 8} {
			fmt.Fprintf(os.Stderr, "%s: GOMAXPROCS %d\n", l.name, processors)
			var rounds []*contended
			for range s.rounds {
				c, err := s.child(ctx, l.name, processors)
				if err != nil {
					return "", err
				}
				rounds = append(rounds, c)
				idle = append(idle, c.Idle...)
			}
			lines = append(lines, append([]string{name}, cells(processors, rounds)...))
			name = ""
		}
	}
	slices.Sort(idle)
	return markdown(lines) + "\n" + medians + "Left out, since it waited for something to do: " + code(slices.Compact(idle)) + ".\n", nil
}

// child runs one load in a process of its own: this program once more.
func (s *study) child(ctx context.Context, name string, processors int) (*contended, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, self, "contended", "-load", name,
		"-duration", s.duration.String(), "-warmup", s.warmup.String(), "-small="+strconv.FormatBool(s.short))
	c.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(processors))
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	var out, talk bytes.Buffer
	c.Stdout, c.Stderr = &out, &talk
	err = c.Run()
	found := new(contended)
	if err := errors.Join(err, ctx.Err(), json.Unmarshal(out.Bytes(), found)); err != nil {
		return nil, fmt.Errorf("%s with %d processors: %w: %s", name, processors, err, talk.String())
	}
	return found, nil
}

// cells are one line of the table, without its name. Rounds without an operation
// do not count.
func cells(processors int, rounds []*contended) []string {
	fault := ""
	if slices.ContainsFunc(rounds, func(c *contended) bool { return c.Fault != "" }) {
		fault = " †"
	}
	rounds = slices.DeleteFunc(slices.Clone(rounds), func(c *contended) bool { return c.OpsPerSec == 0 })
	of := func(figure func(*contended) float64) float64 {
		var all []float64
		for _, c := range rounds {
			all = append(all, figure(c))
		}
		return median(all)
	}
	number := strconv.Itoa(processors)
	if processors > runtime.NumCPU() {
		number += " *"
	}
	cpu := of(func(c *contended) float64 { return measured(c.CPU) })
	mutex := of(func(c *contended) float64 { return c.Mutex })
	share := dash
	if v := of(func(c *contended) float64 { return 100 * c.Mutex / 1000 / measured(c.CPU) }); !math.IsNaN(v) {
		share = fmt.Sprintf("%.2f %%", v)
	}
	return []string{
		number, short(of(func(c *contended) float64 { return c.OpsPerSec })) + fault, short(cpu), short(mutex), share,
		short(of(func(c *contended) float64 { return c.Waits })), short(of(func(c *contended) float64 { return c.Block })),
		short(of(func(c *contended) float64 { return c.Runtime })), worst(rounds),
	}
}

// worst names the functions in which most was waited for, with nanoseconds for
// each operation. They are medians as the sum beside them is, so none is above it.
func worst(rounds []*contended) string {
	if len(rounds) == 0 {
		return dash
	}
	all := map[string][]float64{}
	for i, c := range rounds {
		for site, ns := range c.Sites {
			if all[site] == nil {
				all[site] = make([]float64, len(rounds))
			}
			all[site][i] = float64(ns) / 1000
		}
	}
	maps.DeleteFunc(all, func(_ string, ns []float64) bool { return median(ns) == 0 })
	names := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(cmp.Compare(median(all[b]), median(all[a])), cmp.Compare(a, b))
	})
	var list []string
	for _, name := range names[:min(len(names), sitesShown)] {
		list = append(list, fmt.Sprintf("`%s` %s", name, short(median(all[name]))))
	}
	if len(list) == 0 {
		return "nowhere"
	}
	return strings.Join(list, ", ")
}

// code is a list of names for people.
func code(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return "`" + strings.Join(names, "`, `") + "`"
}
