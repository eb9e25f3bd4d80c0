package wamp_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/callboard-wamp/callboard/wamp"
	"pgregory.net/rapid"
)

// The expressions of the specification, with white space as Unicode has it.
const space = `\s\x{0b}\x{85}\p{Z}`

var (
	looseFull    = regexp.MustCompile(`\A([^` + space + `\.#]+\.)*([^` + space + `\.#]+)\z`)
	looseEmpty   = regexp.MustCompile(`\A(([^` + space + `\.#]+\.)|\.)*([^` + space + `\.#]+)?\z`)
	loosePrefix  = regexp.MustCompile(`\A(([^` + space + `\.#]+\.)*([^` + space + `\.#]+)\.?)?\z`)
	strictFull   = regexp.MustCompile(`\A([0-9a-z_]+\.)*([0-9a-z_]+)\z`)
	strictEmpty  = regexp.MustCompile(`\A(([0-9a-z_]+\.)|\.)*([0-9a-z_]+)?\z`)
	strictPrefix = regexp.MustCompile(`\A(([0-9a-z_]+\.)*([0-9a-z_]+)\.?)?\z`)
)

var byRule = map[wamp.URIMode]map[wamp.Match]*regexp.Regexp{
	wamp.Loose:  {wamp.Exact: looseFull, wamp.Prefix: loosePrefix, wamp.Wildcard: looseEmpty},
	wamp.Strict: {wamp.Exact: strictFull, wamp.Prefix: strictPrefix, wamp.Wildcard: strictEmpty},
}

func TestValidURI(t *testing.T) {
	tests := []struct {
		uri           string
		loose, strict bool
	}{
		{"com.myapp.mytopic1", true, true},
		{"a", true, true},
		{"com.myapp.topic-1", true, false},
		{"com.MyApp", true, false},
		{"com.müller.straße", true, false},
		{"", false, false},
		{".", false, false},
		{"a.", false, false},
		{".a", false, false},
		{"a..b", false, false},
		{"a#b", false, false},
		{"a b", false, false},
		{"a\tb", false, false},
		{"a\nb", false, false},
		{"a\n", false, false},
		{"a\vb", false, false},
		{"a\u0085b", false, false},
		{"a\u00a0b", false, false},
		{"a\u2003b", false, false},
		{"a\u2028b", false, false},
		{"a\u3000b", false, false},
		{"a\u200bb", true, false},
		{"a\ufffdb", true, false},
		{"a\xffb", false, false},
		{"a\xed\xa0\x80b", false, false},
		{"a\xc0\x80", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.uri, func(t *testing.T) {
			if got := wamp.ValidURI([]byte(tt.uri), wamp.Loose); got != tt.loose {
				t.Errorf("loose: got %v, want %v", got, tt.loose)
			}
			if got := wamp.ValidURI([]byte(tt.uri), wamp.Strict); got != tt.strict {
				t.Errorf("strict: got %v, want %v", got, tt.strict)
			}
		})
	}
}

func TestValidPattern(t *testing.T) {
	tests := []struct {
		uri                     string
		exact, prefix, wildcard bool
	}{
		{"a.b", true, true, true},
		{"a.b.", false, true, true},
		{"", false, true, true},
		{".", false, false, true},
		{"a..", false, false, true},
		{"..", false, false, true},
		{".a", false, false, true},
		{"a..b", false, false, true},
		{"a. .b", false, false, false},
		{"a.#", false, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.uri, func(t *testing.T) {
			want := map[wamp.Match]bool{wamp.Exact: tt.exact, wamp.Prefix: tt.prefix, wamp.Wildcard: tt.wildcard}
			for m, w := range want {
				if got := wamp.ValidPattern([]byte(tt.uri), m, wamp.Loose); got != w {
					t.Errorf("%v: got %v, want %v", m, got, w)
				}
			}
		})
	}
}

func TestReserved(t *testing.T) {
	for uri, want := range map[string]bool{
		"wamp": true, "wamp.session.count": true, "wamp.": true, "callboard.error.internal": true, "callboard": true,
		"": false, "wamp2.x": false, "com.wamp": false, ".wamp": false, "Wamp.x": false, "callboards": false,
	} {
		if got := wamp.Reserved([]byte(uri)); got != want {
			t.Errorf("%q: got %v, want %v", uri, got, want)
		}
	}
}

func TestCheckLength(t *testing.T) {
	tests := []struct {
		name string
		uri  string
		want bool
	}{
		{"empty", "", true},
		{"1024 octets", strings.Repeat("a", 1024), true},
		{"1025 octets", strings.Repeat("a", 1025), false},
		{"64 components", strings.Repeat("a.", 63) + "a", true},
		{"65 components", strings.Repeat("a.", 64) + "a", false},
		{"64 empty components", strings.Repeat(".", 63), true},
		{"65 empty components", strings.Repeat(".", 64), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := wamp.CheckLength([]byte(tt.uri)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCheckURI(t *testing.T) {
	long := strings.Repeat("a", 1025)
	for uri, text := range map[string]string{
		long:   "URI has more than 1024 octets or 64 components",
		"a..b": "not a valid URI by the loose rules, match exact",
	} {
		err := wamp.CheckURI([]byte(uri), wamp.Exact, wamp.Loose)
		if err == nil || err.URI != wamp.ErrInvalidURI || err.Message != text {
			t.Errorf("%.10q: %v", uri, err)
		}
	}
	if err := wamp.CheckURI([]byte("a..b"), wamp.Wildcard, wamp.Loose); err != nil {
		t.Error(err)
	}
}

func TestReaches(t *testing.T) {
	tests := []struct {
		pattern, uri string
		want         bool
	}{
		{"", "com.example", true},
		{"wamp.", "com.example", true},
		{"", "wamp.session.on_join", false},
		{"wam", "wamp.session.on_join", false},
		{"wamp", "wamp.session.on_join", false},
		{"wamp.", "wamp.session.on_join", true},
		{"wamp..on_join", "wamp.session.on_join", true},
		{"..on_join", "wamp.session.on_join", false},
		{"callboard.", "wamp.session.on_join", false},
		{"", "callboard.log", false},
		{"callboard.", "callboard.log", true},
		{"", "wampum.x", true},
	}
	for _, tt := range tests {
		if got := wamp.Reaches(tt.pattern, []byte(tt.uri)); got != tt.want {
			t.Errorf("%q, %q: got %v, want %v", tt.pattern, tt.uri, got, tt.want)
		}
	}
}

func TestURIModeNames(t *testing.T) {
	for _, m := range []wamp.URIMode{wamp.Loose, wamp.Strict} {
		if got, ok := wamp.ParseURIMode(m.String()); !ok || got != m {
			t.Errorf("%v: got %v, %v", m, got, ok)
		}
	}
	if _, ok := wamp.ParseURIMode("lax"); ok {
		t.Error("lax is no mode")
	}
}

func TestURIScannersAgreeWithExpressions(t *testing.T) {
	chars := []rune("..aaz09_A#- \t\n\v\f\r\x00\x1c\u0085\u00a0\u1680\u180e\u2000\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeffü𝄞")
	rapid.Check(t, func(t *rapid.T) {
		agree(t, rapid.StringOfN(rapid.SampledFrom(chars), 0, 12, -1).Draw(t, "uri"))
	})
}

// Every single character, in the middle of a component.
func TestEveryCharacter(t *testing.T) {
	for r := rune(0); r <= 0x10ffff; r++ {
		if utf8.ValidRune(r) && (r < 0x3100 || r%97 == 0) {
			agree(t, "a"+string(r)+"b")
		}
	}
}

type failer interface {
	Fatalf(format string, args ...any)
}

func agree(t failer, uri string) {
	for mode, rules := range byRule {
		for m, rule := range rules {
			want := utf8.ValidString(uri) && rule.MatchString(uri)
			if got := wamp.ValidPattern([]byte(uri), m, mode); got != want {
				t.Fatalf("ValidPattern(%q, %v, %v): got %v, want %v", uri, m, mode, got, want)
			}
		}
		want := utf8.ValidString(uri) && rules[wamp.Exact].MatchString(uri)
		if got := wamp.ValidURI([]byte(uri), mode); got != want {
			t.Fatalf("ValidURI(%q, %v): got %v, want %v", uri, mode, got, want)
		}
	}
}

func FuzzValidURI(f *testing.F) {
	for _, seed := range []string{"", ".", "a..b", "com.myapp.topic", "a\u2003b", "a\xff", "wamp.session.on_join", "a.b."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, uri string) { agree(t, uri) })
}

func TestURIAllocations(t *testing.T) {
	uri := []byte("com.myapp.müller.topic.with.some.components")
	if n := testing.AllocsPerRun(100, func() {
		wamp.ValidURI(uri, wamp.Loose)
		wamp.ValidPattern(uri, wamp.Wildcard, wamp.Strict)
		wamp.Reserved(uri)
		wamp.CheckURI(uri, wamp.Exact, wamp.Loose)
		wamp.Reaches("com.", uri)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkValidURI(b *testing.B) {
	uri := []byte("com.myapp.building7.floor3.temperature")
	b.ReportAllocs()
	for b.Loop() {
		wamp.ValidURI(uri, wamp.Loose)
	}
}
