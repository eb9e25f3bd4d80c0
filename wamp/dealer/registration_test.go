package dealer_test

import (
	"slices"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
	"pgregory.net/rapid"
)

type registration = dealer.Registration[string]

func registered(t *testing.T, invoke wamp.Invoke, callees ...string) *registration {
	t.Helper()
	r := &registration{}
	for _, m := range callees {
		if err := r.Join(m, invoke, 0); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestJoin(t *testing.T) {
	tests := []struct {
		name    string
		policy  wamp.Invoke
		callees []string
		invoke  wamp.Invoke
		m       string
		want    wamp.URI
	}{
		{"first callee", 0, nil, wamp.Single, "a", ""},
		{"first callee, unknown policy", 0, nil, wamp.InvokeUnknown, "a", wamp.ErrOptionNotAllowed},
		{"second of single", wamp.Single, []string{"a"}, wamp.Single, "b", wamp.ErrProcedureAlreadyExists},
		{"second of single, shared", wamp.Single, []string{"a"}, wamp.First, "b", wamp.ErrProcedureAlreadyExists},
		{"second of single, unknown", wamp.Single, []string{"a"}, wamp.InvokeUnknown, "b", wamp.ErrOptionNotAllowed},
		{"same policy", wamp.Last, []string{"a"}, wamp.Last, "b", ""},
		{"other policy", wamp.Last, []string{"a"}, wamp.First, "b", wamp.ErrProcedureAlreadyExists},
		{"single to shared", wamp.Random, []string{"a"}, wamp.Single, "b", wamp.ErrProcedureAlreadyExists},
		{"twice, single", wamp.Single, []string{"a"}, wamp.Single, "a", wamp.ErrProcedureAlreadyExists},
		{"twice, shared", wamp.RoundRobin, []string{"a", "b"}, wamp.RoundRobin, "a", wamp.ErrProcedureAlreadyExists},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := registered(t, tt.policy, tt.callees...)
			before := r.Snapshot()
			err := r.Join(tt.m, tt.invoke, 0)
			if tt.want == "" {
				if err != nil || !r.Has(tt.m) || r.Snapshot().Policy != tt.invoke {
					t.Errorf("got %v, %+v", err, r.Snapshot())
				}
				return
			}
			if err == nil || err.URI != tt.want || err.Message == "" || r.Snapshot() != before {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestPolicyIsFreeAgainWhenAllLeft(t *testing.T) {
	r := registered(t, wamp.Single, "a")
	if !r.Leave("a", 1) || r.Leave("a", 1) || r.Len() != 0 {
		t.Fatal("a callee leaves once")
	}
	if err := r.Join("b", wamp.RoundRobin, 1); err != nil {
		t.Error(err)
	}
}

func TestReplace(t *testing.T) {
	r := registered(t, wamp.RoundRobin, "a", "b")
	before := r.Snapshot()
	if out, err := r.Replace("a", wamp.Single, 3); err == nil || err.URI != wamp.ErrProcedureAlreadyExists || out != nil {
		t.Errorf("a callee replaced itself: %v, %v", out, err)
	}
	if out, err := r.Replace("c", wamp.InvokeUnknown, 3); err == nil || err.URI != wamp.ErrOptionNotAllowed || out != nil {
		t.Errorf("unknown policy: %v, %v", out, err)
	}
	if r.Snapshot() != before {
		t.Error("a refusal changed something")
	}
	out, err := r.Replace("c", wamp.Single, 3)
	if err != nil || !slices.Equal(out, []string{"a", "b"}) {
		t.Errorf("got %v, %v", out, err)
	}
	if s := r.Snapshot(); s.Policy != wamp.Single || !slices.Equal(s.Callees, []string{"c"}) {
		t.Errorf("got %+v", s)
	}
	if !slices.Equal(before.Callees, []string{"a", "b"}) {
		t.Error("an old snapshot changed")
	}
	var empty registration
	if out, err := empty.Replace("a", wamp.First, 0); err != nil || len(out) != 0 {
		t.Errorf("nobody to replace: %v, %v", out, err)
	}
}

// calls lets n calls be selected from counter on and returns who got them.
func calls(r *registration, counter *uint64, n int) string {
	got := ""
	for range n {
		m, _ := dealer.Select(r.Snapshot(), *counter, 0, nil)
		*counter++
		got += m
	}
	return got
}

func TestRoundRobinSurvivesChanges(t *testing.T) {
	tests := []struct {
		name   string
		before string
		leave  string
		after  string
	}{
		{"callee in front of the pointer", "ab", "a", "cdbcd"},
		{"callee just called", "ab", "b", "cdacd"},
		{"callee under the pointer", "ab", "c", "dabda"},
		{"callee behind the pointer", "ab", "d", "cabca"},
		{"last callee, under the pointer", "abc", "d", "abcab"},
		{"first callee, under the pointer", "abcd", "a", "bcdbc"},
		{"first callee, nobody called", "", "a", "bcdbc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, counter := range []uint64{0, 7, ^uint64(0) - 2} {
				r := &registration{}
				for _, m := range []string{"a", "b", "c", "d"} {
					if err := r.Join(m, wamp.RoundRobin, counter); err != nil {
						t.Fatal(err)
					}
				}
				if got := calls(r, &counter, len(tt.before)); got != tt.before {
					t.Fatalf("before: got %s, want %s", got, tt.before)
				}
				r.Leave(tt.leave, counter)
				if got := calls(r, &counter, 5); got != tt.after {
					t.Errorf("after: got %s, want %s", got, tt.after)
				}
			}
		})
	}
}

func TestRoundRobinAfterJoin(t *testing.T) {
	r := registered(t, wamp.RoundRobin, "a", "b", "c")
	counter := uint64(0)
	calls(r, &counter, 4)
	if err := r.Join("d", wamp.RoundRobin, counter); err != nil {
		t.Fatal(err)
	}
	if got := calls(r, &counter, 5); got != "bcdab" {
		t.Errorf("got %s", got)
	}
}

// Against a list with a pointer: nobody is left out and nobody is called twice
// in a round, whoever comes and goes.
func TestRoundRobinAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r registration
		var list []string
		turn, counter := 0, rapid.Uint64().Draw(t, "counter")
		type shown struct {
			s    *dealer.Snapshot[string]
			list []string
		}
		var old []shown
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			m := rapid.StringMatching("[a-f]").Draw(t, "callee")
			i := slices.Index(list, m)
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				if err := r.Join(m, wamp.RoundRobin, counter); (err == nil) != (i < 0) {
					t.Fatalf("join %s: %v", m, err)
				}
				if i < 0 {
					list = append(slices.Clone(list), m)
				}
			case 1:
				if r.Leave(m, counter) != (i >= 0) {
					t.Fatalf("leave %s", m)
				}
				if i >= 0 {
					list = slices.Delete(slices.Clone(list), i, i+1)
					if i < turn {
						turn--
					}
				}
			default:
				got, ok := dealer.Select(r.Snapshot(), counter, 0, nil)
				counter++
				if ok != (len(list) > 0) || ok && got != list[turn%len(list)] {
					t.Fatalf("got %s, %v; list %v, turn %d", got, ok, list, turn)
				}
				turn++
			}
			if len(list) > 0 {
				turn %= len(list)
			} else {
				turn = 0
			}
			old = append(old, shown{r.Snapshot(), list})
		}
		for _, o := range old {
			if !slices.Equal(o.s.Callees, o.list) {
				t.Fatalf("an old snapshot shows %v, not %v", o.s.Callees, o.list)
			}
		}
	})
}
