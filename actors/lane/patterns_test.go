package lane_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/pattern"
	"pgregory.net/rapid"
)

func realm() *lane.Realm { return lane.NewRealm(&lane.Env{}, "realm1") }

var component = rapid.SampledFrom([]string{"a", "b", "c"})

// A lookup of a URI is called right only if what it found is found still,
// however many patterns have come and gone since; and it is called right again
// and again while patterns come and go that do not concern it, a few at a time.
func TestLookupsStayRight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := realm()
		patterns := &r.TopicPatterns
		uri := []byte(strings.Join(rapid.SliceOfN(component, 3, 3).Draw(t, "uri"), "."))
		seen := patterns.View()
		matched := func() (all []string) {
			patterns.View().Set.Match(uri, func(p string, m wamp.Match, _ *lane.Topic) bool {
				all = append(all, p+" "+m.String())
				return true
			})
			return all
		}
		found := fmt.Sprint(matched())
		concerned := 0
		for range rapid.IntRange(1, 100).Draw(t, "changes") {
			m := rapid.SampledFrom([]wamp.Match{wamp.Prefix, wamp.Wildcard}).Draw(t, "match")
			parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", ""}), 1, 4).Draw(t, "pattern")
			p := strings.Join(parts, ".")
			if rapid.Bool().Draw(t, "add") {
				patterns.Add(p, m, &lane.Topic{})
			} else {
				patterns.Remove(p, m)
			}
			if pattern.Matches([]byte(p), m, uri) {
				concerned++
			}
			v := patterns.View()
			if v.Same(uri, seen.Seq) && (concerned > 0 || fmt.Sprint(matched()) != found) {
				t.Fatalf("%s %v: still called right after %d changes, %d of them of its own", uri, m, v.Seq-seen.Seq, concerned)
			}
			if v.Seq-seen.Seq <= 8 && concerned == 0 && !v.Same(uri, seen.Seq) {
				t.Fatalf("%s: called wrong after %d changes that do not concern it", uri, v.Seq-seen.Seq)
			}
			if rapid.Bool().Draw(t, "look") {
				seen, found, concerned = v, fmt.Sprint(matched()), 0
			}
		}
	})
}

// BenchmarkSame checks a lookup against so many changes, and beside that makes
// it anew.
func BenchmarkSame(b *testing.B) {
	r := realm()
	p := &r.TopicPatterns
	for i := range 10_000 {
		p.Add(fmt.Sprintf("com.example.site%d..temperature", i), wamp.Wildcard, &lane.Topic{})
	}
	for i := range 100 {
		p.Add(fmt.Sprintf("com.example.flux..temperature%d", i), wamp.Wildcard, &lane.Topic{})
	}
	v, uri := p.View(), []byte("com.example.flux.kitchen.temperature")
	for _, n := range []uint64{1, 4, 8} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if !v.Same(uri, v.Seq-n) {
					b.Fatal("looked up again")
				}
			}
		})
	}
	b.Run("anew", func(b *testing.B) {
		for b.Loop() {
			v.Set.Match(uri, func(string, wamp.Match, *lane.Topic) bool { return true })
			r.Topics.Get(uri)
		}
	})
}
