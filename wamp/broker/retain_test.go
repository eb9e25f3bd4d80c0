package broker_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
	"pgregory.net/rapid"
)

// kept is a retained event of the tests.
type kept struct {
	n int
	a wamp.Audience
}

func (k kept) audience() *wamp.Audience { return &k.a }

// newestFor is what a subscriber is sent.
func newestFor(chain []kept, r *wamp.Reader) int {
	for _, k := range chain {
		if broker.Receives(&k.a, r) {
			return k.n
		}
	}
	return 0
}

var readers = []wamp.Reader{
	{Session: 1, AuthID: "joe", AuthRole: "user"}, {Session: 2, AuthID: "ann", AuthRole: "user"},
	{Session: 3, AuthID: "joe", AuthRole: "admin"}, {Session: 4, AuthID: "eve", AuthRole: "guest"},
}

func TestRetain(t *testing.T) {
	p, q := readers[0], readers[1]
	admins := &wamp.Receivers{EligibleAuthRole: []string{"admin"}}
	for name, c := range map[string]struct {
		events []wamp.Audience // oldest first
		want   []int           // which are kept, newest first, counted from 1
	}{
		"for everybody":            {[]wamp.Audience{{}, {}, {}}, []int{3}},
		"a publisher that repeats": {[]wamp.Audience{{Publisher: p}, {Publisher: p}, {Publisher: p}}, []int{3}},
		"two publishers":           {[]wamp.Audience{{Publisher: p}, {Publisher: q}, {Publisher: p}}, []int{3, 2}},
		"three publishers": {
			[]wamp.Audience{{Publisher: p}, {Publisher: q}, {Publisher: readers[2]}}, []int{3, 2},
		},
		"one for few":                     {[]wamp.Audience{{}, {Receivers: admins}}, []int{2, 1}},
		"the same few again":              {[]wamp.Audience{{}, {Receivers: admins}, {Receivers: admins}}, []int{3, 1}},
		"everybody after few":             {[]wamp.Audience{{Receivers: admins}, {}}, []int{2}},
		"all but its publisher after few": {[]wamp.Audience{{Receivers: admins}, {Publisher: readers[2]}}, []int{2, 1}},
		"nobody":                          {[]wamp.Audience{{}, {Receivers: &wamp.Receivers{Eligible: []wamp.ID{}}}}, []int{2, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			var chain []kept
			for i, a := range c.events {
				chain = broker.Retain(chain, kept{i + 1, a}, kept.audience, 16)
			}
			if len(chain) != len(c.want) {
				t.Fatalf("kept %v, not %v", chain, c.want)
			}
			for i, n := range c.want {
				if chain[i].n != n {
					t.Errorf("kept %v, not %v", chain, c.want)
				}
			}
		})
	}
}

// Whatever was published, each session is sent the newest event that it could
// have seen, and what is kept does not grow with what was published.
func TestRetainAgainstAll(t *testing.T) {
	subset := func(t *rapid.T, label string, from []string) []string {
		if rapid.IntRange(0, 3).Draw(t, label) > 0 {
			return nil
		}
		return rapid.SliceOfN(rapid.SampledFrom(from), 0, 2).Draw(t, label+" of")
	}
	audience := func(t *rapid.T) (a wamp.Audience) {
		if rapid.Bool().Draw(t, "exclude_me") {
			a.Publisher = rapid.SampledFrom(readers).Draw(t, "publisher")
		}
		if !rapid.Bool().Draw(t, "narrowed") {
			return a
		}
		names, roles := []string{"joe", "ann", "eve"}, []string{"user", "admin", "guest"}
		a.Receivers = &wamp.Receivers{
			ExcludeAuthID: subset(t, "exclude_authid", names), EligibleAuthID: subset(t, "eligible_authid", names),
			ExcludeAuthRole: subset(t, "exclude_authrole", roles), EligibleAuthRole: subset(t, "eligible_authrole", roles),
		}
		if rapid.Bool().Draw(t, "ids") {
			a.Receivers.Exclude = []wamp.ID{rapid.SampledFrom(readers).Draw(t, "excluded").Session}
		}
		return a
	}
	rapid.Check(t, func(t *rapid.T) {
		var chain, all []kept
		for n := range rapid.IntRange(1, 12).Draw(t, "events") {
			k := kept{n + 1, audience(t)}
			chain = broker.Retain(chain, k, kept.audience, 64)
			all = append([]kept{k}, all...)
		}
		for i := range readers {
			if got, want := newestFor(chain, &readers[i]), newestFor(all, &readers[i]); got != want {
				t.Fatalf("%+v is sent %d, not %d, of %+v", readers[i], got, want, chain)
			}
		}
	})
}

// A chain is as long as it may be and no longer, and what is for everybody stays.
func TestRetainIsBounded(t *testing.T) {
	chain := broker.Retain(nil, kept{n: 1000}, kept.audience, 16)
	for n := range 100 {
		k := kept{n: n}
		k.a.Receivers = &wamp.Receivers{Eligible: []wamp.ID{wamp.ID(n + 1)}}
		chain = broker.Retain(chain, k, kept.audience, 16)
	}
	if len(chain) != 16 || chain[0].n != 99 || chain[14].n != 85 || chain[15].n != 1000 {
		t.Errorf("%d kept: %v", len(chain), chain)
	}
}
