package main

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// curve is one line of the plot.
type curve struct {
	name   string
	points []point
}

// The picture, in its own units. Both axes are logarithmic.
const (
	width, height             = 940.0, 520.0
	left, right, above, below = 70.0, 290.0, 40.0, 50.0
	lowest, highest           = 0.05, 100.0 // µs; what is beyond is drawn at the edge
	most                      = 1_000_000   // of what grows
)

// colours that can be told apart, also by those who see no red or green.
var colours = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#555555", "#882255"}

func xOf(n int) float64 {
	return left + (width-left-right)*math.Log10(float64(max(n, 1)))/math.Log10(most)
}

func yOf(us float64) float64 {
	us = math.Min(math.Max(us, lowest), highest)
	return above + (height-above-below)*(1-math.Log10(us/lowest)/math.Log10(highest/lowest))
}

// draw is the plot as one SVG file.
func draw(curves []curve) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" font-family="sans-serif" font-size="12" fill="#333">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="%g" height="%g" fill="#fff"/>`+"\n", width, height)
	fmt.Fprintf(&b, `<text x="%g" y="22" font-size="15">Processor time for each message, in µs, as things grow</text>`+"\n", left)
	grid(&b)
	for i, c := range curves {
		c.points = slices.DeleteFunc(slices.Clone(c.points), func(p point) bool { return math.IsNaN(p.cost) })
		colour := colours[i%len(colours)]
		var line strings.Builder
		for k, p := range c.points {
			step := "L"
			if k == 0 {
				step = "M"
			}
			fmt.Fprintf(&line, "%s%.1f %.1f ", step, xOf(p.n), yOf(p.cost))
		}
		fmt.Fprintf(&b, `<path d="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", strings.TrimSpace(line.String()), colour)
		for _, p := range c.points {
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"><title>%s %d: %s µs</title></circle>`+"\n",
				xOf(p.n), yOf(p.cost), colour, html.EscapeString(c.name), p.n, short(p.cost))
		}
		y := above + 10 + 20*float64(i)
		fmt.Fprintf(&b, `<rect x="%g" y="%g" width="12" height="12" fill="%s"/><text x="%g" y="%g">%s</text>`+"\n",
			width-right+16, y, colour, width-right+34, y+10, html.EscapeString(c.name))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func grid(b *strings.Builder) {
	for n := 1; n <= most; n *= 10 {
		fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%g" y2="%g" stroke="#ddd"/><text x="%.1f" y="%g" text-anchor="middle">%s</text>`+"\n",
			xOf(n), xOf(n), above, height-below, xOf(n), height-below+18, short(float64(n)))
	}
	for _, us := range []float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100} {
		fmt.Fprintf(b, `<line x1="%g" x2="%g" y1="%.1f" y2="%.1f" stroke="#ddd"/><text x="%g" y="%.1f" text-anchor="end">%s</text>`+"\n",
			left, width-right, yOf(us), yOf(us), left-8, yOf(us)+4, short(us))
	}
	fmt.Fprintf(b, `<text x="%g" y="%g" text-anchor="middle">number</text>`+"\n", left+(width-left-right)/2, height-10)
}
