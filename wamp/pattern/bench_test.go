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

// hostile is every way of leaving components of a URI empty, 2^k patterns, all
// with another last component than the URI.
func hostile(k int) (*set, []byte) {
	var s *set
	for bits := range 1 << k {
		components := make([]string, k, k+1)
		for i := range components {
			if bits>>i&1 == 0 {
				components[i] = "a"
			}
		}
		s = s.With(strings.Join(append(components, "x"), "."), wamp.Wildcard, bits)
	}
	return s, []byte(strings.Repeat("a.", k) + "y")
}

func BenchmarkHostile(b *testing.B) {
	s, uri := hostile(13)
	b.ReportAllocs()
	for b.Loop() {
		s.Match(uri, func(string, wamp.Match, int) bool { return true })
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
