package dealer_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
	"pgregory.net/rapid"
)

func TestSelectLeast(t *testing.T) {
	open := map[string]int64{"a": 2, "b": 1, "c": 1, "d": 0}
	for _, tt := range []struct {
		callees string
		counter uint64
		not     string
		want    string
	}{
		{"", 0, "", ""},
		{"a", 0, "", "a"},
		{"a", 0, "a", ""},
		{"abcd", 0, "", "d"},
		{"abcd", 1, "", "d"},
		{"abcd", 0, "d", "b"},
		{"abcd", 1, "d", "b"},
		{"abcd", 2, "d", "c"}, // it is the turn of c
		{"abcd", 3, "d", "b"},
		{"abcd", 0, "bcd", "a"},
		{"abcd", 0, "abcd", ""},
	} {
		var r registration
		for _, m := range strings.Split(tt.callees, "") {
			if m != "" {
				_ = r.Join(m, wamp.LeastPending, 0)
			}
		}
		usable := func(m string) bool { return !strings.Contains(tt.not, m) }
		got, ok := dealer.SelectLeast(r.Snapshot(), tt.counter, usable, func(m string) int64 { return open[m] })
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%+v: got %q, %v", tt, got, ok)
		}
	}
}

// Whatever the order of calls and answers, no callee gets a call while another
// that could have got it has fewer.
func TestSelectLeastNeverPassesOver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r registration
		open, counter := map[string]int64{}, uint64(0)
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			m := string(rune('a' + rapid.IntRange(0, 7).Draw(t, "callee")))
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0:
				_ = r.Join(m, wamp.LeastPending, counter)
			case 1:
				if r.Leave(m, counter) {
					delete(open, m)
				}
			case 2:
				open[m] = max(0, open[m]-1)
			default:
				got, ok := dealer.SelectLeast(r.Snapshot(), counter, all, func(m string) int64 { return open[m] })
				counter++
				if ok != (r.Len() > 0) {
					t.Fatalf("%d callees: %v", r.Len(), ok)
				}
				for _, other := range r.Snapshot().Callees {
					if open[other] < open[got] {
						t.Fatalf("%s has %d, %s has %d", got, open[got], other, open[other])
					}
				}
				open[got]++
			}
		}
	})
}

func all(string) bool { return true }

// identity numbers callees without regard to their order.
func identity(m string) uint64 { return dealer.Key("callee " + m) }

// A key stays with its callee, whoever else comes or leaves.
func TestSelectByKeyIsConsistent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r registration
		keys := rapid.SliceOfN(rapid.Uint64(), 1, 50).Draw(t, "keys")
		at := map[uint64]string{}
		for range rapid.IntRange(1, 60).Draw(t, "changes") {
			m := fmt.Sprint(rapid.IntRange(0, 15).Draw(t, "callee"))
			left := r.Leave(m, 0)
			if !left {
				_ = r.Join(m, wamp.Hash, 0)
			}
			for _, key := range keys {
				got, ok := dealer.SelectByKey(r.Snapshot(), key, all, identity)
				switch before := at[key]; {
				case ok != (r.Len() > 0):
					t.Fatalf("%d callees: %v", r.Len(), ok)
				case left && before != m && got != before:
					t.Fatalf("%s left, and %d went from %s to %s", m, key, before, got)
				case !left && got != before && got != m:
					t.Fatalf("%s came, and %d went from %s to %s", m, key, before, got)
				}
				at[key] = got
			}
		}
	})
}

// What is not usable is as if it had left.
func TestSelectByKeySkips(t *testing.T) {
	full, less := registered(t, wamp.Hash, "a", "b", "c"), registered(t, wamp.Hash, "a", "c")
	none := registered(t, wamp.Hash, "a")
	for key := range uint64(100) {
		got, _ := dealer.SelectByKey(full.Snapshot(), key, func(m string) bool { return m != "b" }, identity)
		want, _ := dealer.SelectByKey(less.Snapshot(), key, all, identity)
		if got != want {
			t.Errorf("%d: got %s, want %s", key, got, want)
		}
		if m, ok := dealer.SelectByKey(none.Snapshot(), key, func(string) bool { return false }, identity); ok {
			t.Errorf("%d: got %s", key, m)
		}
	}
}

// Each callee gets its share of the keys, of numbers in a row and of any.
func TestSelectByKeyIsFair(t *testing.T) {
	const callees, keys = 8, 40_000
	var r dealer.Registration[int]
	for i := range callees {
		_ = r.Join(i+1, wamp.Hash, 0)
	}
	source := rand.New(rand.NewPCG(1, 2))
	for name, key := range map[string]func(i int) uint64{
		"numbers": func(i int) uint64 { return uint64(i) },
		"texts":   func(i int) uint64 { return dealer.Key(fmt.Sprint("user-", i)) },
		"any":     func(int) uint64 { return source.Uint64() },
	} {
		hits := map[int]int{}
		for i := range keys {
			m, _ := dealer.SelectByKey(r.Snapshot(), key(i), func(int) bool { return true }, func(m int) uint64 { return uint64(m) })
			hits[m]++
		}
		for m, n := range hits {
			if want := keys / callees; n < want*9/10 || n > want*11/10 {
				t.Errorf("%s: callee %d got %d of %d", name, m, n, keys)
			}
		}
	}
}

func TestKeyIsFNV(t *testing.T) {
	for _, text := range []string{"", "a", "user-17", "é"} {
		h := fnv.New64a()
		h.Write([]byte(text))
		if got := dealer.Key(text); got != h.Sum64() {
			t.Errorf("%q: got %x, want %x", text, got, h.Sum64())
		}
	}
}

func TestExtraPoliciesDoNotAllocate(t *testing.T) {
	s := registered(t, wamp.Hash, "a", "b", "c").Snapshot()
	usable, number := func(m string) bool { return m != "b" }, func(m string) uint64 { return uint64(m[0]) }
	if n := testing.AllocsPerRun(100, func() {
		dealer.SelectByKey(s, dealer.Key("key"), usable, number)
		dealer.SelectLeast(s, 1, usable, func(m string) int64 { return int64(m[0]) })
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
