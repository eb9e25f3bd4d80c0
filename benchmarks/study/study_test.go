package main

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains([]string{"relay", "contended"}, os.Args[1]) { // startRelay and child start this program once more
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

const markers = "before\n<!-- neighbour:begin -->\nold\n<!-- neighbour:end -->\nbetween\n<!-- peers:begin -->\n<!-- peers:end -->\nafter\n"

func TestReplace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	write(t, file, markers)
	for _, text := range []string{"new\n", "newer\n"} {
		if err := replace(file, "neighbour", text); err != nil {
			t.Fatal(err)
		}
		if got, want := read(t, file), strings.Replace(markers, "old\n", text, 1); got != want {
			t.Errorf("%q", got)
		}
	}
	before := read(t, file)
	if err := replace(file, "growth", "x"); err == nil || read(t, file) != before {
		t.Error("a table without a place was written")
	}
}

func TestMedian(t *testing.T) {
	for _, tc := range []struct {
		list []float64
		want float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(tc.list); got != tc.want {
			t.Errorf("%v: %v", tc.list, got)
		}
	}
}

// Who does not run a row has a dash in every column of it.
func TestComparisonTable(t *testing.T) {
	r := &benchmarks.Result{OpsPerSec: 5000, Router: &benchmarks.RouterUsage{CPUPerMessage: 2}, Parts: make([]benchmarks.Part, 1)}
	results := make([]comparison, len(rows))
	results[0] = comparison{"callboard": {r, r, r}}
	lines := strings.Split(comparisonTable(results), "\n")
	if want := "| " + rows[0].name + " | 2 | – | – | 5k | – | 0 ms | – |"; lines[2] != want {
		t.Errorf("got %s, want %s", lines[2], want)
	}
}

func TestShortNumbers(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.1234: "0.123", 999.4: "999", 999.6: "1k", 1234: "1.23k", 999_600: "1M", 2_500_000: "2.5M"} {
		if got := short(v); got != want {
			t.Errorf("%v: %s", v, got)
		}
	}
}

// The plot is a well-formed picture whose points are inside, whatever the numbers.
func TestDraw(t *testing.T) {
	picture := draw([]curve{
		{"a & b", []point{{n: 1, cost: 0}, {n: 10, cost: 1}, {n: 1_000_000, cost: 1e9}}}, {"none", nil}, {"one", []point{{n: 5, cost: 3}}},
	})
	var svg struct {
		Circles []struct {
			X float64 `xml:"cx,attr"`
			Y float64 `xml:"cy,attr"`
		} `xml:"circle"`
	}
	if err := xml.Unmarshal([]byte(picture), &svg); err != nil || len(svg.Circles) != 4 {
		t.Fatal(len(svg.Circles), err)
	}
	for _, c := range svg.Circles {
		if c.X < left || c.X > width-right || c.Y < above || c.Y > height-below {
			t.Errorf("%+v is outside", c)
		}
	}
}

// Every study that needs nothing but this repository runs in its short form.
func TestStudies(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the router")
	}
	folder := t.TempDir()
	s := &study{
		callboard: filepath.Join(folder, "callboard"), readme: filepath.Join(folder, "page.md"), plot: filepath.Join(folder, "plot.svg"),
		duration: 50 * time.Millisecond, warmup: 10 * time.Millisecond, rounds: 1, short: true,
	}
	if out, err := exec.Command("go", "build", "-o", s.callboard, "../../cmd/callboard").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	write(t, s.readme, markers)
	if err := s.run(t.Context(), "neighbour"); err != nil {
		t.Error(err)
	}
	if page := read(t, s.readme); !strings.Contains(page, "| 500 subscribers, one publication after the other |") || strings.Contains(page, "old\n") {
		t.Error(page)
	}
	for _, args := range []string{"pubsub --clients 2 --idle 5", "many --topics 3 --flux 200", "rpc --clients 2 --procedures 7"} {
		r, err := s.outside(t.Context(), args)
		if err != nil || r.Failed() != "" || r.Ops == 0 || r.Router == nil || r.Router.RSS == 0 {
			t.Errorf("%s: %+v, %v", args, r, err)
		}
	}
	if r, err := s.inside(t.Context(), 50, 4); err != nil || r.Failed() != "" || r.Ops == 0 {
		t.Errorf("%+v, %v", r, err)
	}
	for _, over := range []cover{bare, secured} {
		relay, err := s.startRelay(t.Context(), over)
		if err != nil {
			t.Fatal(err)
		}
		defer relay.stop()
		r, err := s.bench(t.Context(), relay, false, "rpc", "--serializer", "cbor")
		if err != nil || r.Failed() != "" || r.Ops == 0 || !r.Relay || r.Transport != "rawsocket" {
			t.Errorf("%+v, %v", r, err)
		}
		r, err = s.bench(t.Context(), relay, false, "connect")
		if err != nil || r.Failed() != "" || r.Ops == 0 || r.Transport != "ws" {
			t.Errorf("%+v, %v", r, err)
		}
	}
	ours, err := s.startCallboard(t.Context(), secured)
	if err != nil {
		t.Fatal(err)
	}
	defer ours.stop()
	for _, raw := range []bool{false, true} {
		r, err := s.bench(t.Context(), ours, raw, "pubsub")
		if err != nil || r.Failed() != "" || r.Ops == 0 {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
