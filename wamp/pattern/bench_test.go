package pattern_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
)

// many is n patterns, prefixes and wildcards in turn, of which two prefixes and
// two wildcards match the URI.
func many(n int) (*set, []byte) {
	s := prefixes("com.example.", "com.example.building7.")
	s = with(s, wamp.Wildcard, "com.example..floor3.temperature", "com..building7..temperature")
	for i := s.Len(); i < n; i++ {
		if i%2 == 0 {
			s = s.With(fmt.Sprintf("com.example.site%d.", i), wamp.Prefix, i)
		} else {
			s = s.With(fmt.Sprintf("com.example.site%d..temperature", i), wamp.Wildcard, i)
		}
	}
	return s, []byte("com.example.building7.floor3.temperature")
}

func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{100, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, uri := many(n)
			matches := 0
			b.ReportAllocs()
			for b.Loop() {
				s.Match(uri, func(string, wamp.Match, int) bool { matches++; return true })
			}
			if matches != 4*b.N {
				b.Errorf("%d matches in %d rounds", matches, b.N)
			}
		})
	}
}

func BenchmarkBest(b *testing.B) {
	s, uri := many(10_000)
	s = s.Without("com.example.", wamp.Prefix).Without("com.example.building7.", wamp.Prefix)
	b.ReportAllocs()
	for b.Loop() {
		s.Best(uri)
	}
}

// BenchmarkWith changes a set in which 100,000 patterns differ in one
// component.
func BenchmarkWith(b *testing.B) {
	for _, m := range []wamp.Match{wamp.Prefix, wamp.Wildcard} {
		b.Run(m.String(), func(b *testing.B) {
			var s *set
			for i := range 100_000 {
				s = s.With(fmt.Sprintf("com.example.site%d.", i), m, i)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				s.With("com.example.site55555x.", m, i)
			}
		})
	}
}

func BenchmarkWithout(b *testing.B) {
	var s *set
	for i := range 100_000 {
		s = s.With(fmt.Sprintf("com.example.site%d.", i), wamp.Wildcard, i)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Without("com.example.site55555.", wamp.Wildcard)
	}
}

// wildcardOf has a literal for each of k bits that is 0 and nothing for one that is 1.
func wildcardOf(k, bits int) string {
	components := make([]string, k)
	for i := range components {
		if bits>>i&1 == 0 {
			components[i] = "a"
		}
	}
	return strings.Join(components, ".")
}

// hostile is every way of leaving the first k components of a URI empty, 2^k
// shapes. Each has patterns that leave the URI, which is as long as can be, at each
// of its further components, so many of them there; none matches.
func hostile(k, each int) (*set, []byte) {
	var s *set
	rest := wamp.MaxURIComponents - 1 - k
	for bits := range 1 << k {
		for i := range rest * each {
			at := i % rest
			p := fmt.Sprint(wildcardOf(k, bits), strings.Repeat(".a", at), ".x", i/rest, strings.Repeat(".a", rest-at))
			s = s.With(p, wamp.Wildcard, s.Len())
		}
	}
	return s, []byte(strings.Repeat("a.", wamp.MaxURIComponents-1) + "y")
}

// BenchmarkHostile matches against the worst that peers can subscribe to: within
// the usual limit of shapes, and with 32 times as many.
func BenchmarkHostile(b *testing.B) {
	for _, k := range []int{8, 13} {
		s, uri := hostile(k, 1)
		b.Run(fmt.Sprintf("%dshapes", 1<<k), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Match(uri, func(string, wamp.Match, int) bool { return true })
			}
		})
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	s, uri := many(1000)
	matches := 0
	if n := testing.AllocsPerRun(100, func() {
		s.Match(uri, func(string, wamp.Match, int) bool { matches++; return true })
		s.Best(uri)
	}); n != 0 || matches == 0 {
		t.Errorf("%v allocations", n)
	}
}
