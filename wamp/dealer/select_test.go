package dealer_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

func TestSelect(t *testing.T) {
	tests := []struct {
		name    string
		policy  wamp.Invoke
		callees string
		counter uint64
		not     string
		want    string
	}{
		{"nobody", wamp.Single, "", 0, "", ""},
		{"single", wamp.Single, "a", 5, "", "a"},
		{"single, not usable", wamp.Single, "a", 5, "a", ""},
		{"first", wamp.First, "abc", 5, "", "a"},
		{"first, next after the one called", wamp.First, "abc", 5, "a", "b"},
		{"first, all but the last tried", wamp.First, "abc", 5, "ab", "c"},
		{"last", wamp.Last, "abc", 5, "", "c"},
		{"last, the one before", wamp.Last, "abc", 5, "c", "b"},
		{"last, all but the first tried", wamp.Last, "abc", 5, "bc", "a"},
		{"last of one", wamp.Last, "a", 5, "", "a"},
		{"last, all tried", wamp.Last, "abc", 5, "abc", ""},
		{"roundrobin", wamp.RoundRobin, "abc", 5, "", "c"},
		{"roundrobin, looping back", wamp.RoundRobin, "abc", 6, "", "a"},
		{"roundrobin, skipping", wamp.RoundRobin, "abc", 5, "ca", "b"},
		{"roundrobin, all tried", wamp.RoundRobin, "abc", 5, "abc", ""},
		{"random, one left", wamp.Random, "abc", 5, "ac", "b"},
		{"random, all tried", wamp.Random, "abc", 5, "abc", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r registration
			for _, m := range strings.Split(tt.callees, "") {
				_ = r.Join(m, tt.policy, 0)
			}
			for random := range uint64(16) {
				got, ok := dealer.Select(r.Snapshot(), tt.counter, random<<60, func(m string) bool { return !strings.Contains(tt.not, m) })
				if got != tt.want || ok != (tt.want != "") {
					t.Errorf("got %q, %v", got, ok)
				}
			}
		})
	}
}

// Every usable callee is drawn equally often, beside unusable ones too.
func TestSelectRandomIsFair(t *testing.T) {
	r := registered(t, wamp.Random, "a", "b", "c", "d", "e")
	source := rand.New(rand.NewPCG(1, 2))
	for _, not := range []string{"", "b", "bc"} {
		hits, left := map[string]int{}, 5-len(not)
		for range 30_000 {
			m, _ := dealer.Select(r.Snapshot(), 0, source.Uint64(), func(m string) bool { return !strings.Contains(not, m) })
			hits[m]++
		}
		for m, n := range hits {
			if want := 30_000 / left; n < want*95/100 || n > want*105/100 {
				t.Errorf("without %q: %s was drawn %d times, want about %d", not, m, n, want)
			}
		}
		if len(hits) != left {
			t.Errorf("without %q: drawn %v", not, hits)
		}
	}
}

// Those that are usable take turns equally often, also while one of them is not,
// such as one that is closing.
func TestSelectTurnsAreFair(t *testing.T) {
	for _, all := range []string{"a", "ab", "abc", "abcde"} {
		r := registered(t, wamp.RoundRobin, strings.Split(all, "")...)
		for _, not := range append(strings.Split(all, ""), "none") {
			hits := map[string]int{}
			for counter := range uint64(600) {
				if m, ok := dealer.Select(r.Snapshot(), counter, 0, func(m string) bool { return m != not }); ok {
					hits[m]++
				}
			}
			left := len(all)
			if not != "none" {
				left--
			}
			for m, n := range hits {
				if n != 600/left {
					t.Errorf("of %s without %s: %s had %d turns of 600", all, not, m, n)
				}
			}
			if len(hits) != left {
				t.Errorf("of %s without %s: %v", all, not, hits)
			}
		}
	}
}

func TestSelectAllocations(t *testing.T) {
	r := registered(t, wamp.Random, "a", "b", "c")
	s := r.Snapshot()
	usable := func(m string) bool { return m != "b" }
	if n := testing.AllocsPerRun(100, func() { dealer.Select(s, 1, 1<<63, usable) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkSelect(b *testing.B) {
	for policy := wamp.First; policy < wamp.InvokeUnknown; policy++ {
		b.Run(policy.String(), func(b *testing.B) {
			var r registration
			for _, m := range []string{"a", "b", "c", "d"} {
				_ = r.Join(m, policy, 0)
			}
			s, counter := r.Snapshot(), uint64(0)
			b.ReportAllocs()
			for b.Loop() {
				counter++
				dealer.Select(s, counter, counter<<50, nil)
			}
		})
	}
}
