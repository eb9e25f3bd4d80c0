package pattern_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/pattern"
	"pgregory.net/rapid"
)

type set = pattern.Set[int]

type key struct {
	uri string
	m   wamp.Match
}

func (k key) String() string { return fmt.Sprintf("%v %q", k.m, k.uri) }

func compare(a, b key) int {
	if a.m != b.m {
		return int(a.m) - int(b.m)
	}
	return slices.Compare([]byte(a.uri), []byte(b.uri))
}

// matching returns what the set says about this URI, in its order.
func matching(s *set, uri string) []key {
	var found []key
	s.Match(clipped(uri), func(uri string, m wamp.Match, _ int) bool {
		found = append(found, key{uri, m})
		return true
	})
	return found
}

// clipped has no octets behind its end that could be read by mistake.
func clipped(uri string) []byte { return slices.Clip([]byte(uri)) }

func prefixes(uris ...string) *set  { return with(nil, wamp.Prefix, uris...) }
func wildcards(uris ...string) *set { return with(nil, wamp.Wildcard, uris...) }

func with(s *set, m wamp.Match, uris ...string) *set {
	for i, uri := range uris {
		s = s.With(uri, m, i+1)
	}
	return s
}

func TestEmptySets(t *testing.T) {
	for _, s := range []*set{nil, {}, prefixes("a").Without("a", wamp.Prefix)} {
		if s.Len() != 0 || matching(s, "a.b") != nil {
			t.Error("an empty set has a pattern")
		}
		if _, _, ok := s.Best([]byte("a")); ok {
			t.Error("an empty set has a best pattern")
		}
		if _, ok := s.Get("", wamp.Prefix); ok {
			t.Error("an empty set has the pattern \"\"")
		}
		if s.Without("a", wamp.Wildcard) != s {
			t.Error("an empty set lost a pattern")
		}
		for uri := range allKeys(s) {
			t.Errorf("an empty set shows %q", uri)
		}
	}
}

func TestValuesAreReplaced(t *testing.T) {
	one := prefixes("a.", "a.b")
	two := one.With("a.", wamp.Prefix, 9)
	if v, ok := one.Get("a.", wamp.Prefix); v != 1 || !ok || one.Len() != 2 {
		t.Errorf("old set: %d, %v", v, ok)
	}
	if v, ok := two.Get("a.", wamp.Prefix); v != 9 || !ok || two.Len() != 2 {
		t.Errorf("new set: %d, %v", v, ok)
	}
	if _, ok := two.Get("a.", wamp.Wildcard); ok {
		t.Error("prefix and wildcard of one URI are two patterns")
	}
}

func TestExactIsNoPattern(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	new(set).With("a", wamp.Exact, 1)
}

func TestMatchOrderAndEnd(t *testing.T) {
	s := with(wildcards("..", "a..", ".b.", "a.b.", "a.b.c"), wamp.Prefix, "", "a", "a.b", "a.b.c", "a.b.c.")
	want := []key{{"", wamp.Prefix}, {"a", wamp.Prefix}, {"a.b", wamp.Prefix}, {"a.b.c", wamp.Prefix},
		{"a.b.c", wamp.Wildcard}, {"a.b.", wamp.Wildcard}, {"a..", wamp.Wildcard}, {".b.", wamp.Wildcard}, {"..", wamp.Wildcard}}
	if got := matching(s, "a.b.c"); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	for n := 1; n <= len(want); n++ {
		seen := 0
		s.Match([]byte("a.b.c"), func(string, wamp.Match, int) bool { seen++; return seen < n })
		if seen != n {
			t.Errorf("%d visited after false at %d", seen, n)
		}
		seen = 0
		s.All(func(string, wamp.Match, int) bool { seen++; return seen < n })
		if seen != n {
			t.Errorf("%d shown after false at %d", seen, n)
		}
	}
}

// A random history against a plain map; every version is kept and must show
// for ever what it showed first.
func TestSetAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s *set
		model := map[key]int{}
		type version struct {
			s    *set
			want []key
		}
		var versions []version
		for i := range rapid.IntRange(0, 60).Draw(t, "steps") {
			k := drawKey(t)
			if rapid.Bool().Draw(t, "add") {
				s = s.With(k.uri, k.m, i)
				model[k] = i
			} else {
				s = s.Without(k.uri, k.m)
				delete(model, k)
			}
			want := make([]key, 0, len(model))
			for k := range model {
				want = append(want, k)
			}
			slices.SortFunc(want, compare)
			versions = append(versions, version{s, want})
		}
		for k, v := range model {
			if got, ok := s.Get(k.uri, k.m); !ok || got != v {
				t.Fatalf("%v: got %d, %v, want %d", k, got, ok, v)
			}
		}
		for i, v := range versions {
			got := make([]key, 0, len(v.want))
			for uri, m := range allKeys(v.s) {
				got = append(got, key{uri, m})
			}
			slices.SortFunc(got, compare)
			if v.s.Len() != len(v.want) || !slices.Equal(got, v.want) {
				t.Fatalf("version %d: got %v, want %v", i, got, v.want)
			}
			if err := v.s.Check(); err != nil {
				t.Fatalf("version %d: %v", i, err)
			}
		}
	})
}

func allKeys(s *set) func(func(string, wamp.Match) bool) {
	return func(yield func(string, wamp.Match) bool) {
		s.All(func(uri string, m wamp.Match, _ int) bool { return yield(uri, m) })
	}
}

// Readers of an old version meet a writer: the race detector is the judge.
func TestReadersAndWriter(t *testing.T) {
	s := prefixes("a", "ab", "abc", "b")
	done := make(chan int)
	go func(old *set) {
		n := 0
		for range 200 {
			n += len(matching(old, "abc"))
		}
		done <- n
	}(s)
	for i := range 200 {
		s = s.With(fmt.Sprint("ab", i), wamp.Prefix, i).Without("abc", wamp.Prefix)
	}
	if n := <-done; n != 3*200 {
		t.Errorf("%d matches", n)
	}
}
