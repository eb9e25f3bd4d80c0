package pattern_test

import (
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/wamp/pattern"
	"pgregory.net/rapid"
)

// A wildcard fits if its shape is there, or if its number of components has fewer
// shapes than the limit, through any history of adding and removing.
func TestShapes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var shapes pattern.Shapes
		var there []string
		limit := rapid.IntRange(1, 4).Draw(t, "limit")
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			w := drawURI(t, "wildcard")
			n := strings.Count(w, ".") + 1
			before := shapesOf(there, n)
			want := before < limit || shapesOf(append(there[:len(there):len(there)], w), n) == before
			switch got := shapes.Fits(w, limit); {
			case got != want:
				t.Fatalf("%q beside %q: fits %v, limit %d", w, there, got, limit)
			case got:
				shapes.Add(w)
				there = append(there, w)
			}
			if len(there) > 0 && rapid.Bool().Draw(t, "remove") {
				i := rapid.IntRange(0, len(there)-1).Draw(t, "which")
				shapes.Remove(there[i])
				there = append(there[:i:i], there[i+1:]...)
			}
		}
	})
}

// The longest wildcard that a peer may name has a place, and all shapes of eight
// components are no more than the usual limit.
func TestShapesOfLongWildcards(t *testing.T) {
	var shapes pattern.Shapes
	for _, w := range []string{strings.Repeat(".", 63), strings.Repeat("a.", 63), strings.Repeat(".", 62) + ".a"} {
		if !shapes.Fits(w, 3) {
			t.Errorf("%q does not fit", w)
		}
		shapes.Add(w)
	}
	if shapes.Fits(strings.Repeat("a.", 63)+"a", 3) {
		t.Error("a fourth shape fits")
	}
	for bits := range 1 << 8 {
		w := wildcardOf(8, bits)
		if !shapes.Fits(w, 256) {
			t.Fatalf("%q does not fit", w)
		}
		shapes.Add(w)
	}
}
