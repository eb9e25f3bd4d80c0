package meter

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Summary is what a histogram says.
type Summary struct {
	Count                               uint64
	Min, Mean, P50, P90, P99, P999, Max time.Duration
}

// Bucket is one bar of a histogram: so many operations took From or more, and
// less than To.
type Bucket struct {
	From, To time.Duration
	Count    uint64
}

// bucketsPerDecade are the bars for latencies from one power of ten to the next.
const bucketsPerDecade = 10

// Summary of the latencies of a part.
func (m *Meter) Summary(part int) Summary {
	return summarize(m.merged(part))
}

func summarize(h *hdrhistogram.Histogram) Summary {
	if h.TotalCount() == 0 {
		return Summary{}
	}
	q := h.ValueAtPercentiles([]float64{50, 90, 99, 99.9})
	return Summary{
		Count: uint64(h.TotalCount()),
		Min:   time.Duration(h.Min()), Mean: time.Duration(h.Mean()),
		P50: time.Duration(q[50]), P90: time.Duration(q[90]), P99: time.Duration(q[99]), P999: time.Duration(q[99.9]),
		Max: time.Duration(h.Max()),
	}
}

// Buckets are the bars of a part's latencies, in logarithmic steps, from the
// first that is not empty to the last.
func (m *Meter) Buckets(part int) []Bucket {
	counts := map[int]uint64{}
	first, last := math.MaxInt, 0
	for _, bar := range m.merged(part).Distribution() {
		if bar.Count == 0 {
			continue
		}
		step := int(math.Floor(math.Log10(math.Max(lowest, float64(bar.From))) * bucketsPerDecade))
		counts[step] += uint64(bar.Count)
		first, last = min(first, step), max(last, step)
	}
	var all []Bucket
	for step := first; step <= last; step++ {
		all = append(all, Bucket{From: edge(step), To: edge(step + 1), Count: counts[step]})
	}
	return all
}

func edge(step int) time.Duration {
	return time.Duration(math.Round(math.Pow(10, float64(step)/bucketsPerDecade)))
}

func (m *Meter) merged(part int) *hdrhistogram.Histogram {
	all := histogram()
	for _, s := range m.shards {
		s.mu.Lock()
		all.Merge(s.latencies[part])
		s.mu.Unlock()
	}
	return all
}

// Lateness is a histogram of its own: how late senders were. It belongs to one
// goroutine.
type Lateness struct{ h *hdrhistogram.Histogram }

// NewLateness returns an empty one.
func NewLateness() *Lateness { return &Lateness{histogram()} }

// Add records one message.
func (l *Lateness) Add(ns int64) { _ = l.h.RecordValue(min(max(0, ns), highest)) }

// Summary says how late senders were.
func (l *Lateness) Summary() Summary { return summarize(l.h) }
