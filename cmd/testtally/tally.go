package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// event is one line of go test -json (go doc test2json).
type event struct {
	Action     string
	Package    string
	ImportPath string // of a build
	Test       string
	Output     string
	Elapsed    float64
}

// Skip is one test that was not run.
type Skip struct {
	Package, Test, Reason string
}

// Tally counts tests and subtests, and prints failures as they happen. It is
// used by one goroutine.
type Tally struct {
	Passed, Failed int
	Skips          []Skip

	out    io.Writer
	output map[test][]string   // of tests that have not ended, and of packages (no name)
	builds map[string][]string // compiler output by the package that was built
}

type test struct{ pkg, name string }

// NewTally returns a tally that prints to out.
func NewTally(out io.Writer) *Tally {
	return &Tally{out: out, output: map[test][]string{}, builds: map[string][]string{}}
}

// Read takes all events from r. A line that is no event is printed as it is.
func (t *Tally) Read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			t.line(line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read test events: %w", err)
		}
	}
}

func (t *Tally) line(line []byte) {
	var e event
	if json.Unmarshal(line, &e) != nil {
		fmt.Fprintf(t.out, "%s", line)
		return
	}
	id := test{e.Package, e.Test}
	switch e.Action {
	case "output":
		t.output[id] = append(t.output[id], e.Output)
	case "build-output":
		t.builds[e.ImportPath] = append(t.builds[e.ImportPath], e.Output)
	case "build-fail":
		t.print(t.builds[e.ImportPath])
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.endPackage(e)
		} else {
			t.endTest(id, e.Action)
		}
		delete(t.output, id)
	}
}

func (t *Tally) endTest(id test, action string) {
	switch action {
	case "pass":
		t.Passed++
	case "fail":
		t.Failed++
		t.print(t.output[id])
	case "skip":
		t.Skips = append(t.Skips, Skip{id.pkg, id.name, reason(t.output[id])})
	}
}

// endPackage prints one line for a package that passed and all that one said
// that failed. What has not ended then was interrupted by a panic or the time
// limit: it has failed.
func (t *Tally) endPackage(e event) {
	if e.Action != "fail" {
		if e.Action == "pass" {
			fmt.Fprintf(t.out, "ok   %-60s %7.1fs\n", e.Package, e.Elapsed)
		}
		return
	}
	for _, id := range slices.SortedFunc(maps.Keys(t.output), func(a, b test) int { return strings.Compare(a.name, b.name) }) {
		if id.pkg != e.Package || id.name == "" {
			continue
		}
		t.Failed++
		t.print(t.output[id])
		delete(t.output, id)
	}
	t.print(t.output[test{pkg: e.Package}])
}

func (t *Tally) print(lines []string) {
	for _, line := range lines {
		if !strings.HasPrefix(line, "=== ") {
			fmt.Fprint(t.out, line)
		}
	}
}

// logged is how testing prints t.Log, t.Error and t.Skip.
var logged = regexp.MustCompile(`^\s+\S+\.go:\d+: (.*)\n?$`)

// reason is the last thing that a skipped test said: the first line of it.
func reason(output []string) string {
	for _, line := range slices.Backward(output) {
		if m := logged.FindStringSubmatch(line); m != nil && m[1] != "" {
			return m[1]
		}
	}
	return "no reason given"
}

// NotIn returns the skips whose reason is not permitted.
func (t *Tally) NotIn(permitted map[string]bool) []Skip {
	return slices.DeleteFunc(slices.Clone(t.Skips), func(s Skip) bool { return permitted[s.Reason] })
}

// String is the closing line: how many ran, how many were skipped and why.
func (t *Tally) String() string {
	count := map[string]int{}
	for _, s := range t.Skips {
		count[s.Reason]++
	}
	reasons := []string{}
	for _, r := range slices.Sorted(maps.Keys(count)) {
		if count[r] > 1 {
			r = fmt.Sprintf("%s (%d)", r, count[r])
		}
		reasons = append(reasons, r)
	}
	if len(reasons) == 0 {
		reasons = []string{"none"}
	}
	return fmt.Sprintf("ran %d, skipped %d: %s", t.Passed+t.Failed, len(t.Skips), strings.Join(reasons, "; "))
}
