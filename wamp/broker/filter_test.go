package broker_test

import (
	"slices"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
	"pgregory.net/rapid"
)

func TestAdmits(t *testing.T) {
	ids := func(v ...wamp.ID) []wamp.ID { return append([]wamp.ID{}, v...) }
	names := func(v ...string) []string { return append([]string{}, v...) }
	tests := []struct {
		name string
		r    *wamp.Receivers
		want bool
	}{
		{"no lists at all", nil, true},
		{"no list", &wamp.Receivers{}, true},
		{"excluded", &wamp.Receivers{Exclude: ids(3, 7)}, false},
		{"others excluded", &wamp.Receivers{Exclude: ids(3, 8)}, true},
		{"exclude empty", &wamp.Receivers{Exclude: ids()}, true},
		{"authid excluded", &wamp.Receivers{ExcludeAuthID: names("joe")}, false},
		{"other authid excluded", &wamp.Receivers{ExcludeAuthID: names("user")}, true},
		{"authrole excluded", &wamp.Receivers{ExcludeAuthRole: names("user")}, false},
		{"other authrole excluded", &wamp.Receivers{ExcludeAuthRole: names("joe")}, true},
		{"eligible", &wamp.Receivers{Eligible: ids(7)}, true},
		{"others eligible", &wamp.Receivers{Eligible: ids(8)}, false},
		{"eligible empty", &wamp.Receivers{Eligible: ids()}, false},
		{"authid eligible", &wamp.Receivers{EligibleAuthID: names("joe")}, true},
		{"other authid eligible", &wamp.Receivers{EligibleAuthID: names("user")}, false},
		{"eligible_authid empty", &wamp.Receivers{EligibleAuthID: names()}, false},
		{"authrole eligible", &wamp.Receivers{EligibleAuthRole: names("user")}, true},
		{"other authrole eligible", &wamp.Receivers{EligibleAuthRole: names("joe")}, false},
		{"eligible_authrole empty", &wamp.Receivers{EligibleAuthRole: names()}, false},
		{"eligible and excluded", &wamp.Receivers{Eligible: ids(7), Exclude: ids(7)}, false},
		{"eligible, role excluded", &wamp.Receivers{Eligible: ids(7), ExcludeAuthRole: names("user")}, false},
		{"eligible, other role eligible", &wamp.Receivers{Eligible: ids(7), EligibleAuthRole: names("admin")}, false},
		{"all agree", &wamp.Receivers{Eligible: ids(7), EligibleAuthID: names("joe"), EligibleAuthRole: names("user"),
			Exclude: ids(1), ExcludeAuthID: names("jim"), ExcludeAuthRole: names("admin")}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := broker.Admits(tt.r, 7, "joe", "user"); got != tt.want {
				t.Errorf("Admits: got %v, want %v", got, tt.want)
			}
			f := broker.NewFilter(tt.r)
			if got := f.Admits(7, "joe", "user"); got != tt.want {
				t.Errorf("Filter: got %v, want %v", got, tt.want)
			}
		})
	}
	var zero broker.Filter
	if !zero.Admits(7, "joe", "user") {
		t.Error("the zero filter refuses")
	}
}

// Short lists are walked and long ones are sets: both say the same.
func TestFilterAgreesWithAdmits(t *testing.T) {
	optional := func(t *rapid.T, label string) []wamp.ID {
		if rapid.Bool().Draw(t, label+" absent") {
			return nil
		}
		return slices.Clone(rapid.SliceOfN(rapid.Map(rapid.Uint64Range(1, 60), func(n uint64) wamp.ID { return wamp.ID(n) }), 0, 50).Draw(t, label))
	}
	names := func(ids []wamp.ID) []string {
		if ids == nil {
			return nil
		}
		list := []string{}
		for _, id := range ids {
			list = append(list, string(rune('a'+id)))
		}
		return list
	}
	rapid.Check(t, func(t *rapid.T) {
		r := &wamp.Receivers{Exclude: optional(t, "exclude"), Eligible: optional(t, "eligible"),
			ExcludeAuthID: names(optional(t, "exclude_authid")), EligibleAuthID: names(optional(t, "eligible_authid")),
			ExcludeAuthRole: names(optional(t, "exclude_authrole")), EligibleAuthRole: names(optional(t, "eligible_authrole"))}
		f := broker.NewFilter(r)
		for i := range 60 {
			session, name, role := wamp.ID(i), string(rune('a'+(i*7)%60)), string(rune('a'+(i*11)%60))
			if got, want := f.Admits(session, name, role), broker.Admits(r, session, name, role); got != want {
				t.Fatalf("session %d: filter %v, lists %v", i, got, want)
			}
		}
	})
}

func TestFilterAllocations(t *testing.T) {
	r := &wamp.Receivers{Eligible: make([]wamp.ID, 32), ExcludeAuthRole: []string{"guest"}}
	if n := testing.AllocsPerRun(100, func() {
		f := broker.NewFilter(r)
		f.Admits(7, "joe", "user")
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
