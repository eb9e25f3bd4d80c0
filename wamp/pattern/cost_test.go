package pattern_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"pgregory.net/rapid"
)

// crowd is n patterns of this policy beside a few that match com.example.building7.floor3.temperature.
func crowd(m wamp.Match, n int) *set {
	few := []string{"com.example.building7.", "com.example.building7.floor3"}
	others := []string{"com.example.site%d.", "com.other.site%d.", "net%d."}
	if m == wamp.Wildcard {
		few = []string{"com.example..floor3.temperature", "com..building7..temperature"}
		others = []string{"com.example.site%d..temperature", "com..site%d.floor3.temperature", "net%d....", "com.example.%d."}
	}
	s := with(nil, m, few...)
	for i := s.Len(); i < n; i++ {
		s = s.With(fmt.Sprintf(others[i%len(others)], i), m, i)
	}
	return s
}

// A match costs the same among 100 patterns and among 100,000, in nodes that it
// comes to: where it finds nothing, where it finds the same few, and where it is
// among those that do not match as long as it can.
func TestCostDoesNotGrow(t *testing.T) {
	uris := map[string]int{
		"com.example.building7.floor3.temperature": 2,
		"org.example.building7.floor3.temperature": 0,
		"com.example.site.floor1.temperature":      0,
		"com.example.sitex.floor1.temperature":     0,
		"com.example.site1":                        0,
		"com.other":                                0,
		"com":                                      0,
		"a.b.c.d.e":                                0,
	}
	for _, m := range []wamp.Match{wamp.Prefix, wamp.Wildcard} {
		small, large := crowd(m, 100), crowd(m, 100_000)
		for uri, found := range uris {
			var visited [2]int
			for i, s := range []*set{small, large} {
				if got := matching(s, uri); len(got) != found {
					t.Errorf("%v, %s: found %v", m, uri, got)
				}
				visited[i] = s.Visited(func() { matching(s, uri) })
			}
			if visited[0] != visited[1] {
				t.Errorf("%v, %s: %d nodes among 100 patterns, %d among 100,000", m, uri, visited[0], visited[1])
			}
			if found > 0 && visited[0] < found {
				t.Errorf("%v, %s: %d nodes visited for %d matches", m, uri, visited[0], found)
			}
		}
	}
}

// shapesOf counts the shapes of the wildcards with so many components, as plainly
// as can be.
func shapesOf(wildcards []string, components int) int {
	shapes := map[string]bool{}
	for _, w := range wildcards {
		parts := strings.Split(w, ".")
		if len(parts) != components {
			continue
		}
		for i := range parts {
			if parts[i] != "" {
				parts[i] = "x"
			}
		}
		shapes[strings.Join(parts, ".")] = true
	}
	return len(shapes)
}

// Whatever the patterns are, a match comes to as many nodes at most as the URI has
// octets, once for the prefixes and once for each shape of wildcards, and finds no
// more.
func TestCostIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s *set
		var wildcards []string
		for i := range rapid.IntRange(1, 80).Draw(t, "patterns") {
			k := drawKey(t)
			s = s.With(k.uri, k.m, i)
			if k.m == wamp.Wildcard {
				wildcards = append(wildcards, k.uri)
			}
		}
		uri := drawURI(t, "uri")
		bounded(t, s, shapesOf(wildcards, strings.Count(uri, ".")+1), uri)
	})
}

func bounded(t failer, s *set, shapes int, uri string) {
	bound := (1 + shapes) * (len(uri) + 1)
	for name, match := range map[string]func(){
		"match": func() { matching(s, uri) },
		"best":  func() { s.Best([]byte(uri)) },
	} {
		if n := s.Visited(match); n > bound {
			t.Fatalf("%s of %q comes to %d nodes, the bound is %d", name, uri, n, bound)
		}
	}
	if n := len(matching(s, uri)); n > shapes+len(uri)+1 {
		t.Fatalf("%q: %d matches", uri, n)
	}
}

// Nor does it help whoever wants a match to be dear to have more patterns, once
// there are all shapes that may be: ten times as many cost the same.
func TestHostilePatternsAreBounded(t *testing.T) {
	var visited [2]int
	for i, each := range []int{1, 10} {
		s, uri := hostile(3, each)
		bounded(t, s, 1<<3, string(uri))
		visited[i] = s.Visited(func() { matching(s, string(uri)) })
	}
	if visited[0] != visited[1] || visited[0] < 1<<3 {
		t.Errorf("%d nodes, then %d", visited[0], visited[1])
	}
}
