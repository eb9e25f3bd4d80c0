package report

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/callboard-wamp/callboard/benchmarks"
)

// The frame of a plot, in the units of its viewBox.
const (
	width, height           = 900.0, 280.0
	left, right, top, below = 64.0, 12.0, 14.0, 40.0
	plotWidth               = width - left - right
	plotHeight              = height - top - below
	ticksY                  = 4
	edge                    = 40.0 // a label nearer to the right one stands left of its place
	line                    = 14.0 // of the labels above a histogram
)

// plot collects the elements of an SVG image.
type plot struct{ b strings.Builder }

// newPlot has room above the frame, at negative heights.
func newPlot(label string, above float64) *plot {
	p := &plot{}
	fmt.Fprintf(&p.b, `<svg viewBox="0 %g %g %g" role="img" aria-label="%s">`, -above, width, height+above, template.HTMLEscapeString(label))
	return p
}

func (p *plot) add(format string, a ...any) { fmt.Fprintf(&p.b, format, a...) }

func (p *plot) end() template.HTML {
	p.b.WriteString("</svg>")
	return template.HTML(p.b.String()) // numbers and our own labels only
}

// axes draws lines at round values up to the largest, and returns the value at
// the top.
func (p *plot) axes(largest float64, unit func(float64) string) float64 {
	step := roundStep(largest / ticksY)
	most := step * math.Ceil(largest/step)
	for v := 0.0; v <= most+step/2; v += step {
		y := top + plotHeight*(1-v/most)
		p.add(`<line class="axis" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/>`, left, width-right, y, y)
		p.add(`<text x="%g" y="%.1f" text-anchor="end">%s</text>`, left-8, y+4, unit(v))
	}
	return most
}

// roundStep is 1, 2 or 5 times a power of ten, and at least v.
func roundStep(v float64) float64 {
	if v <= 0 {
		return 1
	}
	base := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*base >= v {
			return m * base
		}
	}
	return 10 * base
}

func (p *plot) caption(text string) {
	p.add(`<text x="%g" y="%g" text-anchor="middle">%s</text>`, left+plotWidth/2, height-6, text)
}

func (p *plot) below(x float64, text string) {
	anchor := "middle"
	if x > width-right-edge {
		x, anchor = width-right, "end" // not beyond the picture
	}
	p.add(`<text x="%.1f" y="%g" text-anchor="%s">%s</text>`, x, top+plotHeight+16, anchor, text)
}

// histogramPlot has a bar for each bucket, whose widths grow tenfold with each
// decade, and lines at p50, p99 and p99.9. It is empty without latencies.
func histogramPlot(part benchmarks.Part) template.HTML {
	if len(part.Buckets) == 0 {
		return ""
	}
	p := newPlot("histogram of latencies: "+part.Name, 2*line)
	var largest, total float64
	for _, b := range part.Buckets {
		largest, total = math.Max(largest, float64(b.Count)), total+float64(b.Count)
	}
	most := p.axes(100*largest/total, func(v float64) string { return fmt.Sprintf("%.3g %%", v) }) * total / 100
	from, to := math.Log10(part.Buckets[0].From), math.Log10(part.Buckets[len(part.Buckets)-1].To)
	x := func(us float64) float64 { return left + plotWidth*(math.Log10(us)-from)/(to-from) }
	for _, b := range part.Buckets {
		h := plotHeight * float64(b.Count) / most
		p.add(`<rect class="bar" x="%.1f" y="%.1f" width="%.1f" height="%.1f"><title>%s to %s: %d (%.2g %%)</title></rect>`,
			x(b.From)+1, top+plotHeight-h, math.Max(1, x(b.To)-x(b.From)-2), h,
			micros(b.From, 1), micros(b.To, 1), b.Count, 100*float64(b.Count)/total)
	}
	p.decades(from, to, x)
	p.quantiles(part.Latency, x)
	p.caption("latency, logarithmic")
	return p.end()
}

// decades labels 1, 2 and 5 times the powers of ten; of long ranges the powers only.
func (p *plot) decades(from, to float64, x func(float64) float64) {
	marks := []float64{1, 2, 5}
	if to-from > 3 {
		marks = marks[:1]
	}
	for e := math.Floor(from); e <= to; e++ {
		for _, m := range marks {
			us := m * math.Pow(10, e)
			if l := math.Log10(us); l >= from-1e-9 && l <= to+1e-9 {
				p.below(x(us), micros(us, 1))
			}
		}
	}
}

// quantiles stand above the bars, each in a line of its own; their marks go down
// through the bars, in the colour of the text with one of the page around it.
func (p *plot) quantiles(l benchmarks.Latency, x func(float64) float64) {
	for i, q := range []struct {
		name string
		us   float64
	}{{"p50", l.P50}, {"p99", l.P99}, {"p99.9", l.P999}} {
		at := math.Max(left, x(math.Max(q.us, 1e-3))) // nothing is no logarithm
		y := top - 4 - line*float64(2-i)
		for _, class := range []string{"gap", "mark"} {
			p.add(`<line class="%s" x1="%.1f" x2="%.1f" y1="%g" y2="%g"/>`, class, at, at, y-10, top+plotHeight)
		}
		anchor, x := "start", at+4
		if x > width-right-edge {
			anchor, x = "end", at-4
		}
		p.add(`<text x="%.1f" y="%g" text-anchor="%s">%s</text>`, x, y, anchor, q.name)
	}
}

// timePlot is the rate in each stretch of the measured time. It is empty without
// two points.
func timePlot(series []benchmarks.Point) template.HTML {
	if len(series) < 2 {
		return ""
	}
	var largest float64
	for _, s := range series {
		largest = math.Max(largest, s.Rate)
	}
	if largest == 0 {
		return ""
	}
	p := newPlot("operations per second over time", 0)
	most := p.axes(largest, short)
	end := series[len(series)-1].Seconds
	x := func(t float64) float64 { return left + plotWidth*t/end }
	y := func(rate float64) float64 { return top + plotHeight*(1-rate/most) }
	var line strings.Builder
	for i, s := range series {
		fmt.Fprintf(&line, "%s%.1f %.1f", [...]string{" L", "M"}[b2i(i == 0)], x(s.Seconds), y(s.Rate))
	}
	p.add(`<path class="under" d="%s L%.1f %.1f L%.1f %.1f Z"/>`, line.String(), x(end), y(0), x(series[0].Seconds), y(0))
	p.add(`<path class="rate" d="%s"/>`, line.String())
	for _, s := range series {
		p.add(`<circle class="dot" cx="%.1f" cy="%.1f" r="5"><title>%.2f s: %.0f/s</title></circle>`, x(s.Seconds), y(s.Rate), s.Seconds, s.Rate)
	}
	for t, step := 0.0, roundStep(end/8); t <= end; t += step {
		p.below(x(t), fmt.Sprintf("%.3g", t))
	}
	p.caption("seconds")
	return p.end()
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// short is a number with k, M or nothing.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.3gM", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.3gk", v/1e3)
	}
	return fmt.Sprintf("%.3g", v)
}
