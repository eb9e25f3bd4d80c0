package pattern_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/pattern"
	"pgregory.net/rapid"
)

// drawURI draws a URI in which matches are likely: few letters, few
// components, empty ones allowed.
func drawURI(t *rapid.T, label string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b", "ab", "aa", "ba"}), 1, 5).Draw(t, label), ".")
}

func drawKey(t *rapid.T) key {
	k := key{drawURI(t, "pattern"), rapid.SampledFrom([]wamp.Match{wamp.Prefix, wamp.Wildcard}).Draw(t, "match")}
	if k.m == wamp.Prefix && rapid.Bool().Draw(t, "cut") {
		k.uri = k.uri[:len(k.uri)/2]
	}
	return k
}

func TestMatches(t *testing.T) {
	tests := []struct {
		pattern string
		m       wamp.Match
		uri     string
		want    bool
	}{
		{"a.b", wamp.Exact, "a.b", true},
		{"a.b", wamp.Exact, "a.b.c", false},
		{"com.myapp.myobject1", wamp.Prefix, "com.myapp.myobject1.myprocedure1", true},
		{"com.myapp.myobject1", wamp.Prefix, "com.myapp.myobject1-mysubobject1", true},
		{"com.myapp.myobject1", wamp.Prefix, "com.myapp.myobject1", true},
		{"com.myapp.myobject1", wamp.Prefix, "com.myapp.myobject2", false},
		{"com.myapp.myobject1", wamp.Prefix, "com.myapp.myobject", false},
		{"com.myapp.myobject1.", wamp.Prefix, "com.myapp.myobject1", false},
		{"", wamp.Prefix, "a", true},
		{"com.myapp..myprocedure1", wamp.Wildcard, "com.myapp.myobject1.myprocedure1", true},
		{"com.myapp..myprocedure1", wamp.Wildcard, "com.myapp.myobject1.myprocedure1.mysubprocedure1", false},
		{"com.myapp..myprocedure1", wamp.Wildcard, "com.myapp.myobject1.myprocedure2", false},
		{"com.myapp..myprocedure1", wamp.Wildcard, "com.myapp2.myobject1.myprocedure1", false},
		{"com.myapp.", wamp.Wildcard, "com.myapp", false},
		{"com.myapp.", wamp.Wildcard, "com.myapp.x", true},
		{".myapp", wamp.Wildcard, "com.myapp", true},
		{"..", wamp.Wildcard, "a.b.c", true},
		{"..", wamp.Wildcard, "a.b", false},
		{"", wamp.Wildcard, "a", true},
		{"", wamp.Wildcard, "a.b", false},
		{"a.b", wamp.Wildcard, "a.b", true},
		{"a.b", wamp.Wildcard, "a.bc", false},
	}
	for _, tt := range tests {
		if got := pattern.Matches([]byte(tt.pattern), tt.m, []byte(tt.uri)); got != tt.want {
			t.Errorf("%v %q, %q: got %v", tt.m, tt.pattern, tt.uri, got)
		}
		if tt.m != wamp.Exact && (len(matching(with(nil, tt.m, tt.pattern), tt.uri)) == 1) != tt.want {
			t.Errorf("%v %q, %q: the set disagrees", tt.m, tt.pattern, tt.uri)
		}
	}
}

// The examples of the specification; its second one leaves open whether a
// prefix ends with a component, here it is one of characters.
func TestBest(t *testing.T) {
	s := with(prefixes("a1.b2.c3", "a1.b2.c3.d4"), wamp.Wildcard,
		"a1.b2..d4.e5", "a1.b2.c33..e5", "a1.b2..d4.e5..g7", "a1.b2..d4..f6.g7")
	tests := []struct {
		uri  string
		want int
		m    wamp.Match
	}{
		{"a1.b2.c3.d98.e74", 1, wamp.Prefix},
		{"a1.b2.c3.d4.e325", 2, wamp.Prefix},
		{"a1.b2.c55.d4.e5", 1, wamp.Wildcard},
		{"a1.b2.c33.d4.e5", 1, wamp.Prefix},
		{"a1.b2.c88.d4.e5.f6.g7", 3, wamp.Wildcard},
		{"a2.b2.c2.d2.e2", 0, wamp.Exact},
	}
	for _, tt := range tests {
		if v, m, ok := s.Best([]byte(tt.uri)); v != tt.want || m != tt.m || ok != (tt.want != 0) {
			t.Errorf("%s: got %d, %v, %v", tt.uri, v, m, ok)
		}
	}
	only := s.Without("a1.b2.c3", wamp.Prefix)
	if v, m, _ := only.Best([]byte("a1.b2.c33.d4.e5")); v != 2 || m != wamp.Wildcard {
		t.Errorf("without the prefix: got %d, %v", v, m)
	}
}

// best is the rule of precedence, written down as plainly as can be.
func best(keys []key, uri string) (b key, ok bool) {
	for _, k := range keys {
		if !pattern.Matches([]byte(k.uri), k.m, []byte(uri)) {
			continue
		}
		if !ok || better(k, b) {
			b, ok = k, true
		}
	}
	return b, ok
}

func better(a, b key) bool {
	if a.m != b.m {
		return a.m == wamp.Prefix
	}
	if a.m == wamp.Prefix {
		return len(a.uri) > len(b.uri)
	}
	other := strings.Split(b.uri, ".")
	for i, component := range strings.Split(a.uri, ".") {
		if (component == "") != (other[i] == "") {
			return component != ""
		}
	}
	return false
}

// A hundred sets with up to 25 patterns and 600 URIs each are more than a million
// pairs; with CALLBOARD_LONG in the environment ten times as many, with -short a
// fifth.
func TestMatchAgainstSinglePatterns(t *testing.T) {
	uris := 600
	if os.Getenv("CALLBOARD_LONG") != "" {
		uris = 6000
	}
	pairs, least := 0, 1_000_000
	if testing.Short() {
		least /= 5 // rapid tries a fifth of the sets
	}
	defer func() {
		if !t.Failed() && pairs < least {
			t.Errorf("%d pairs were compared, %d are the least", pairs, least)
		}
	}()
	rapid.Check(t, func(t *rapid.T) {
		var s *set
		var keys []key
		for i := range 25 {
			k := drawKey(t)
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
			s = s.With(k.uri, k.m, i)
		}
		for range uris {
			agree(t, s, keys, drawURI(t, "uri"))
		}
		pairs += uris * len(keys)
	})
}

type failer interface {
	Fatalf(format string, args ...any)
}

func agree(t failer, s *set, keys []key, uri string) {
	var want []key
	for _, k := range keys {
		if pattern.Matches([]byte(k.uri), k.m, []byte(uri)) {
			want = append(want, k)
		}
	}
	got := matching(s, uri)
	slices.SortFunc(got, compare)
	slices.SortFunc(want, compare)
	if !slices.Equal(got, want) {
		t.Fatalf("%q: got %v, want %v", uri, got, want)
	}
	b, ok := best(keys, uri)
	value, m, found := s.Best(clipped(uri))
	if found != ok {
		t.Fatalf("%q: best found %v, want %v", uri, found, b)
	}
	if !ok {
		return
	}
	if want, _ := s.Get(b.uri, b.m); m != b.m || value != want {
		t.Fatalf("%q: best is %v, got %d, %v", uri, b, value, m)
	}
}

// One pattern a line, `*` in front of prefixes: the set agrees with the single
// patterns, and is empty when all have been taken out.
func FuzzSet(f *testing.F) {
	f.Add("a.b\n*a.\na..\n..", "a.b.c")
	f.Add("*\n\n.\n*.", "")
	f.Add("a\nab\nabc\n*abcd\n*ab", "ab")
	f.Add("a1.b2..d4.e5\na1.b2.c33..e5\n*a1.b2.c3", "a1.b2.c33.d4.e5")
	f.Fuzz(func(t *testing.T, lines, uri string) {
		var s *set
		var keys []key
		for i, line := range strings.Split(lines, "\n") {
			k := key{line, wamp.Wildcard}
			if prefix, ok := strings.CutPrefix(line, "*"); ok {
				k = key{prefix, wamp.Prefix}
			}
			if _, ok := s.Get(k.uri, k.m); !ok {
				keys = append(keys, k)
			}
			s = s.With(k.uri, k.m, i)
		}
		if err := s.Check(); err != nil || s.Len() != len(keys) {
			t.Fatalf("%d patterns, want %d: %v", s.Len(), len(keys), err)
		}
		agree(t, s, keys, uri)
		for i, k := range keys {
			s = s.Without(k.uri, k.m)
			agree(t, s, keys[i+1:], uri)
		}
		if s.Len() != 0 || s.Check() != nil {
			t.Fatalf("%d patterns are left", s.Len())
		}
	})
}
