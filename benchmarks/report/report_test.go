package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks"
	"github.com/callboard-wamp/callboard/benchmarks/gate"
	"github.com/callboard-wamp/callboard/benchmarks/ledger"
	"github.com/callboard-wamp/callboard/benchmarks/report"
)

var rewrite = flag.Bool("rewrite", false, "write what the tests expect into testdata")

// result is one of everything.
func result() *benchmarks.Result {
	return &benchmarks.Result{
		Scenario: "mixed", URL: "ws://127.0.0.1:8080/ws", Transport: "ws", Serializer: "json+cbor",
		Clients: 50, Publishers: 1, Topics: 3, Callees: 2, Patterns: 7, Size: 16, Rate: 1500.5,
		Started: time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC), Cores: 8, Go: "go1.99", Seconds: 2.5,
		Ops: 3003, OpsPerSec: 1201.2,
		Parts: []benchmarks.Part{
			{Name: "event", Ops: 3000, OpsPerSec: 1200, Latency: benchmarks.Latency{
				Count: 3000, Min: 9.5, Mean: 100, P50: 90.25, P90: 200, P99: 1234.5, P999: 999_600, Max: 2_345_678,
			}, Buckets: []benchmarks.Bucket{{From: 8, To: 100, Count: 2000}, {From: 100, To: 3_000_000, Count: 1000}}},
			{Name: "call", Ops: 3, OpsPerSec: 1.2, Buckets: []benchmarks.Bucket{}},
		},
		Router:    &benchmarks.RouterUsage{PID: 4711, CPUPerMessage: 1.5, Cores: 0.25, SystemShare: 0.4, RSS: 20 << 20, RSSPerSession: 6144},
		Generator: benchmarks.Generator{CPUPerMessage: 0.75, Cores: 0.125, LagP99: 55},
		Ledger:    ledger.Account{Sent: 3010, Received: 3003, Dropped: 2, Lost: 5, Duplicates: 1, Disconnected: 1},
		Unsent:    4,
		Series:    []benchmarks.Point{{Seconds: 1, Rate: 1000}, {Seconds: 2, Rate: 1500}, {Seconds: 2.5, Rate: 1200}},
		Notes:     []string{`a note with <b> & "quotes"`},
		Checks:    []gate.Verdict{{Check: "lost=0", Value: "5"}, {Check: "p99<1h", Value: "1.2345ms", OK: true}},
	}
}

// What is written is what stands in testdata; -rewrite writes it there.
func TestGolden(t *testing.T) {
	for name, write := range map[string]func(io.Writer, *benchmarks.Result) error{
		"text": report.Text, "json": report.JSON, "csv": report.CSV, "html": report.HTML,
	} {
		var b bytes.Buffer
		if err := write(&b, result()); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "mixed."+name)
		if *rewrite {
			if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(b.Bytes(), want) {
			t.Errorf("%s differs (%v):\n%s", file, err, b.String())
		}
	}
}

// Machines get back what was measured.
func TestMachines(t *testing.T) {
	var b bytes.Buffer
	if err := report.JSON(&b, result()); err != nil {
		t.Fatal(err)
	}
	var got benchmarks.Result
	if err := json.Unmarshal(b.Bytes(), &got); err != nil || !reflect.DeepEqual(&got, result()) {
		t.Errorf("%+v, %v", got, err)
	}
	b.Reset()
	if err := report.CSV(&b, result()); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll() // refuses rows of different lengths
	if err != nil || len(rows) != 3 {
		t.Fatal(rows, err)
	}
	cells := map[string]string{}
	for i, name := range rows[0] {
		cells[name] = rows[1][i]
	}
	for name, want := range map[string]string{
		"scenario": "mixed", "part": "event", "p99_us": "1234.5", "rate": "1500.5", "lost": "5", "unsent": "4", "disconnected": "1",
		"router_cpu_us_per_msg": "1.5", "generator_cores": "0.125", "started": "2020-02-03T04:05:06Z", "window": "0",
	} {
		if cells[name] != want {
			t.Errorf("%s is %q, not %q", name, cells[name], want)
		}
	}
}

// The page loads nothing, holds well-formed pictures and lets no text become markup.
func TestPage(t *testing.T) {
	var b bytes.Buffer
	if err := report.HTML(&b, result()); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if m := regexp.MustCompile(`(?i)src=|href=|url\(|@import|<script`).FindString(page); m != "" {
		t.Errorf("the page has %q", m)
	}
	if strings.Contains(page, "<b>") || !strings.Contains(page, "&lt;b&gt; &amp; ") {
		t.Error("a note became markup")
	}
	pictures := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(page, -1)
	if len(pictures) != 2 {
		t.Errorf("%d pictures, not a histogram and a curve", len(pictures))
	}
	for _, p := range pictures {
		if err := xml.Unmarshal([]byte(p), new(struct{})); err != nil {
			t.Error(err)
		}
		if strings.Contains(p, "NaN") || strings.Contains(p, "Inf") {
			t.Error(p)
		}
	}
}

// No bar covers a quantile: labels stand above all bars, marks are drawn later.
func TestQuantilesAreSeen(t *testing.T) {
	var b bytes.Buffer
	if err := report.HTML(&b, result()); err != nil {
		t.Fatal(err)
	}
	histogram := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindString(b.String())
	highest := math.Inf(1)
	for _, bar := range regexp.MustCompile(`<rect class="bar" x="[\d.]+" y="([\d.]+)"`).FindAllStringSubmatch(histogram, -1) {
		y, err := strconv.ParseFloat(bar[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		highest = min(highest, y)
	}
	labels := regexp.MustCompile(`y="([-\d.]+)" text-anchor="\w+">p[\d.]+</text>`).FindAllStringSubmatch(histogram, -1)
	if len(labels) != 3 {
		t.Fatalf("labels %q", labels)
	}
	for _, label := range labels {
		if y, err := strconv.ParseFloat(label[1], 64); err != nil || y > highest {
			t.Errorf("%s, but a bar begins at %v", label[0], highest)
		}
	}
	if strings.LastIndex(histogram, `class="bar"`) > strings.Index(histogram, `class="mark"`) {
		t.Error("a bar is drawn later than a mark")
	}
}

// A run that measured nothing is reported all the same.
func TestEmpty(t *testing.T) {
	for name, write := range map[string]func(io.Writer, *benchmarks.Result) error{
		"text": report.Text, "json": report.JSON, "csv": report.CSV, "html": report.HTML,
	} {
		for _, r := range []*benchmarks.Result{
			{}, {Parts: []benchmarks.Part{{Name: "x"}}, Series: []benchmarks.Point{{Seconds: 1}, {Seconds: 2}}},
			{Parts: []benchmarks.Part{{Name: "x", Buckets: []benchmarks.Bucket{{From: 0.1, To: 0.126, Count: 1}}}}},
		} {
			var b bytes.Buffer
			if err := write(&b, r); err != nil || b.Len() == 0 || strings.Contains(b.String(), "NaN") || strings.Contains(b.String(), "Inf") {
				t.Errorf("%s: %v\n%s", name, err, b.String())
			}
		}
	}
}
