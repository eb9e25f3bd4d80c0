package main

import (
	"encoding/xml"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains([]string{"relay", "contended", "neighbour"}, os.Args[1]) { // startRelay, child and TestTerminated start this program once more
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
	if files, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*")); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
}

// A file keeps its text when the new one cannot be put in its place.
func TestSaveIsWhole(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "page.md")
	if err := os.MkdirAll(filepath.Join(folder, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := save(folder, "text"); err == nil {
		t.Error("a folder was overwritten")
	}
	if files, _ := filepath.Glob(folder + ".*"); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
}

// A page that has no place for the table is refused before anything is measured,
// and the plot is not touched.
func TestMarkersFirst(t *testing.T) {
	folder := t.TempDir()
	s := &study{readme: filepath.Join(folder, "page.md"), plot: filepath.Join(folder, "plot.svg"), callboard: filepath.Join(folder, "none"), rounds: 1}
	write(t, s.readme, markers)
	write(t, s.plot, "old")
	for _, name := range []string{"growth", "contention"} {
		if err := s.run(t.Context(), name); err == nil || !strings.Contains(err.Error(), "no markers "+name) {
			t.Error(err)
		}
	}
	if read(t, s.plot) != "old" {
		t.Error("the plot was written")
	}
}

// A number that was not measured does not count.
func TestMedian(t *testing.T) {
	for _, tc := range []struct {
		list []float64
		want float64
	}{{nil, unmeasured}, {[]float64{unmeasured}, unmeasured}, {[]float64{measured(0), 1, measured(2), 3}, 2}, {[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(tc.list); got != tc.want && !(math.IsNaN(got) && math.IsNaN(tc.want)) {
			t.Errorf("%v: %v", tc.list, got)
		}
	}
}

// Who does not run a row has a dash in every column of it.
func TestComparisonTable(t *testing.T) {
	r := &benchmarks.Result{OpsPerSec: 5000, Router: &benchmarks.RouterUsage{CPUPerMessage: 2}, Parts: make([]benchmarks.Part, 1)}
	list := rows(things)
	results := make([]comparison, len(list))
	results[0] = comparison{"callboard": {r, r, r}}
	lines := strings.Split(comparisonTable(list, results), "\n")
	if want := "| " + list[0].name + " | 2 | – | – | 5k | – | – | – |"; lines[2] != want {
		t.Errorf("got %s, want %s", lines[2], want)
	}
}

// A round in which a system did nothing, or so little that the kernel's clock did
// not tick, is in no figure of the row, on neither side of a ratio.
func TestComparisonLeavesOut(t *testing.T) {
	took := func(cpu float64) *benchmarks.Result {
		return &benchmarks.Result{OpsPerSec: cpu * 1000, Router: &benchmarks.RouterUsage{CPUPerMessage: cpu}, Parts: []benchmarks.Part{{Latency: benchmarks.Latency{P99: cpu * 1000}}}}
	}
	idle := &benchmarks.Result{Scenario: "idle", Router: &benchmarks.RouterUsage{CPUPerMessage: 1}}
	for _, tc := range []struct {
		name string
		c    comparison
		want string
	}{
		{"a zero of the other", comparison{"callboard": {took(2), took(4)}, "relay": {took(0), took(2)}}, "| 3 | – | 2 (0.50×) | 3k | – | 3 ms | – |"},
		{"a zero of ours", comparison{"callboard": {took(0), took(4)}, "nexusd": {took(9), took(8)}}, "| 4 | 8.5 (2.00×) | – | 4k | 8.5k | 4 ms | 8.5 ms |"},
		{"nothing but zeros", comparison{"callboard": {took(2)}, "relay": {took(0)}}, "| 2 | – | – | 2k | – | 2 ms | – |"},
		{"never the same round", comparison{"callboard": {took(2), took(0)}, "nexusd": {took(0), took(4)}}, "| 2 | 4 | – | 2k | 4k | 2 ms | 4 ms |"},
		{"idle sessions without memory", comparison{"callboard": {idle}}, "| – | – | – | – | – | – | – |"},
		{"a process that was not seen", comparison{"callboard": {{OpsPerSec: 7}}}, "| – | – | – | 7 | – | – | – |"},
	} {
		if lines := strings.Split(comparisonTable([]row{{name: tc.name}}, []comparison{tc.c}), "\n"); lines[2] != "| "+tc.name+" "+tc.want {
			t.Errorf("got %s, want %s", lines[2], tc.want)
		}
	}
}

// A row says how much of something it has.
func TestNamesFollowSizes(t *testing.T) {
	for n, text := range map[int]string{200: "200", things: "10,000"} {
		for kind, args := range map[string]string{" patterns": "patterns --patterns ", " topics": "many --clients 8 --publishers 4 --topics "} {
			if !slices.ContainsFunc(rows(n), func(r row) bool {
				return strings.HasPrefix(r.name, text+kind+",") && r.args == args+strconv.Itoa(n) && r.relay == "-" && r.fresh
			}) {
				t.Errorf("no row of %d%s", n, kind)
			}
		}
	}
	for small, want := range map[bool]load{
		true: {"events 1:100", benchmarks.Options{Clients: 100}}, false: {"events 1:1000", benchmarks.Options{Clients: 1000}},
	} {
		if !slices.ContainsFunc(loads(small), func(l load) bool { return l.name == want.name && l.options.Clients == want.options.Clients }) {
			t.Error("no load", want.name)
		}
	}
	for rounds, want := range map[int]string{1: "; one round of 1s.", 3: "; median of 3 rounds of 1s."} {
		if text := (&study{rounds: rounds, duration: time.Second}).circumstances(); !strings.HasSuffix(text, want) {
			t.Error(text)
		}
	}
}

// The ratios of a series are of the row that it names, in a short study too, and
// what was not measured has a dash.
func TestGrowthTable(t *testing.T) {
	for _, g := range grows {
		if g.base != 0 && (g.base > shortest || !slices.Contains(g.at, g.base)) {
			t.Fatalf("%s has no base", g.name)
		}
	}
	i := slices.IndexFunc(grows, func(g series) bool { return g.base == 100 })
	curves := make([]curve, len(grows))
	curves[0].points = []point{{n: 10, cost: unmeasured, per: 1, rss: 1}, {n: 20, cost: 4, per: 1, rss: 1}}
	curves[i].points = []point{{n: 1, cost: 8, per: 2000, rss: unmeasured}, {n: 100, cost: 2, per: unmeasured, rss: 30}, {n: 1000, cost: 3, fault: " †"}}
	want := "| what grows | message | number | µs for each | of the base | per s | router, MiB |\n|---|---:|---:|---:|---:|---:|---:|\n" +
		"| sessions | event 1:1 among 16 of them | 10 | – | – | 1 | 1 |\n|  |  | 20 | 4 | – | 1 | 1 |\n" +
		"| subscribers of one topic | event delivered | 1 | 8 | 4.00× | 2k | – |\n|  |  | 100 | 2 | 1.00× | – | 30 |\n|  |  | 1000 | 3 † | 1.50× | 0 | 0 |\n"
	if got := growthTable(curves); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestShortNumbers(t *testing.T) {
	for v, want := range map[float64]string{unmeasured: "–", 0: "0", 0.1234: "0.123", 999.4: "999", 999.6: "1k", 1234: "1.23k", 999_600: "1M", 2_500_000: "2.5M"} {
		if got := short(v); got != want {
			t.Errorf("%v: %s", v, got)
		}
	}
}

// The plot is a well-formed picture whose points are inside, whatever the numbers.
func TestDraw(t *testing.T) {
	picture := draw([]curve{
		{"a & b", []point{{n: 1, cost: 0}, {n: 10, cost: 1}, {n: 100, cost: unmeasured}, {n: 1_000_000, cost: 1e9}}}, {"none", nil}, {"one", []point{{n: 5, cost: 3}}},
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
	if page := read(t, s.readme); !strings.Contains(page, "| 500 subscribers, one publication after the other |") || !strings.Contains(page, "| 500 subscribers, 40 publications a second |") || strings.Contains(page, "old\n") {
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
