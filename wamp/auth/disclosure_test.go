package auth_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/auth"
	"pgregory.net/rapid"
)

func TestDisclosure(t *testing.T) {
	for _, tt := range []struct {
		policy                   auth.Disclosure
		asked, discloses, refuse bool
	}{
		{auth.OnRequest, false, false, false},
		{auth.OnRequest, true, true, false},
		{auth.Never, false, false, false},
		{auth.Never, true, false, true},
		{auth.Always, false, true, false},
		{auth.Always, true, true, false},
	} {
		err := tt.policy.Refuse(tt.asked)
		if got := tt.policy.Discloses(tt.asked); got != tt.discloses || (err != nil) != tt.refuse {
			t.Errorf("%+v: discloses %v, refuses with %v", tt, got, err)
		}
		if err != nil && err.URI != "wamp.error.option_disallowed.disclose_me" {
			t.Errorf("refuses with %v", err)
		}
	}
}

func TestDisclosureText(t *testing.T) {
	for _, want := range []auth.Disclosure{auth.OnRequest, auth.Never, auth.Always} {
		text, err := want.MarshalText()
		var got auth.Disclosure
		if err != nil || got.UnmarshalText(text) != nil || got != want {
			t.Errorf("%d became %s became %d", want, text, got)
		}
	}
	var d auth.Disclosure
	if d.UnmarshalText([]byte("Never")) == nil {
		t.Error("what is no policy is read")
	}
	if _, err := auth.Disclosure(3).MarshalText(); err == nil {
		t.Error("what is no policy is written")
	}
}

// The best match decides, as it does among registrations; where there is none the
// default holds.
func TestDisclosuresAgainstNaive(t *testing.T) {
	component := rapid.SampledFrom([]string{"a", "b", "ab"})
	uri := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(component, 1, 3).Draw(t, "components"), ".")
	})
	rule := rapid.Custom(func(t *rapid.T) auth.DisclosureRule {
		r := auth.DisclosureRule{URI: wamp.URI(uri.Draw(t, "uri")), Disclose: auth.Disclosure(rapid.IntRange(0, 2).Draw(t, "disclose"))}
		switch r.Match = wamp.Match(rapid.IntRange(0, 2).Draw(t, "match")); r.Match {
		case wamp.Prefix:
			r.URI = r.URI[:rapid.IntRange(0, len(r.URI)).Draw(t, "length")]
		case wamp.Wildcard:
			parts := strings.Split(string(r.URI), ".")
			parts[rapid.IntRange(0, len(parts)-1).Draw(t, "empty")] = ""
			r.URI = wamp.URI(strings.Join(parts, "."))
		}
		return r
	})
	rapid.Check(t, func(t *rapid.T) {
		rules := rapid.SliceOfN(rule, 0, 12).Draw(t, "rules")
		d := auth.NewDisclosures(rules)
		for range 20 {
			u := uri.Draw(t, "looked up")
			if got, want := d.Of([]byte(u)), naive(rules, u); got != want {
				t.Fatalf("%s by %+v: got %d, want %d", u, rules, got, want)
			}
		}
	})
}

// naive tries every rule: exact before prefix before wildcard, the longer prefix
// first, and of wildcards the one with a literal where they first differ.
func naive(rules []auth.DisclosureRule, uri string) auth.Disclosure {
	best, policy := "", auth.OnRequest
	for _, r := range rules {
		rank := ""
		switch {
		case r.Match == wamp.Exact && string(r.URI) == uri:
			rank = "3"
		case r.Match == wamp.Prefix && strings.HasPrefix(uri, string(r.URI)):
			rank = fmt.Sprintf("2 %04d", len(r.URI))
		case r.Match == wamp.Wildcard:
			pattern, parts := strings.Split(string(r.URI), "."), strings.Split(uri, ".")
			if len(pattern) != len(parts) {
				continue
			}
			rank = "1"
			for i, p := range pattern {
				if p != "" && p != parts[i] {
					rank = ""
					break
				}
				rank += map[bool]string{true: "1", false: "0"}[p != ""]
			}
		}
		if rank != "" && rank >= best {
			best, policy = rank, r.Disclose
		}
	}
	return policy
}

func TestDisclosuresDoNotAllocate(t *testing.T) {
	d := auth.NewDisclosures([]auth.DisclosureRule{{URI: "com.a"}, {URI: "com.", Match: wamp.Prefix}, {URI: "..c", Match: wamp.Wildcard}})
	uris := [][]byte{[]byte("com.a"), []byte("com.b"), []byte("a.b.c"), []byte("nothing")}
	if n := testing.AllocsPerRun(100, func() {
		for _, uri := range uris {
			d.Of(uri)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestLevels(t *testing.T) {
	levels := auth.Levels{"guest": 0, "staff": 3, "backend": 7, "odd": -1}
	var got []uint64
	for _, role := range []string{"guest", "staff", "backend", "odd", "unknown"} {
		got = append(got, levels.Of(role))
	}
	if !slices.Equal(got, []uint64{0, 3, 7, 0, 0}) || levels.Highest() != 7 {
		t.Errorf("got %v, the highest is %d", got, levels.Highest())
	}
	if none := auth.Levels(nil); none.Of("guest") != 0 || none.Highest() != 0 {
		t.Error("no levels are 0")
	}
}

func ExampleDisclosures() {
	d := auth.NewDisclosures([]auth.DisclosureRule{
		{URI: "com.secret.", Match: wamp.Prefix, Disclose: auth.Never},
		{URI: "com.secret.log", Disclose: auth.Always},
	})
	for _, uri := range []string{"com.secret.x", "com.secret.log", "com.other"} {
		policy, _ := d.Of([]byte(uri)).MarshalText()
		fmt.Println(uri, string(policy))
	}
	// Output:
	// com.secret.x never
	// com.secret.log always
	// com.other request
}
