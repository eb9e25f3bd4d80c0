package store_test

import (
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/actors/store/contract"
	"github.com/callboard-wamp/callboard/wamp"
	"pgregory.net/rapid"
)

func TestMemory(t *testing.T) {
	contract.Run(t, func(*testing.T) store.Store { return store.Memory() })
}

// TestQueryAgainstAll compares a query with one that looks at every event by
// itself.
func TestQueryAgainstAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(t, "events")
		s := store.Memory()
		var all []*store.Event
		for i := range n {
			e := contract.Event(i)
			e.Time = contract.Began.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, "second")) * time.Second) // clocks jump
			all = append(all, e)
			s.Apply([]store.Write{{Log: contract.Log("com"), Events: []*store.Event{e}, Bounds: contract.Wide}})
		}
		q := drawQuery(t, n)
		var got []*store.Event
		if err := q.Run(s, contract.Log("com"), func(e *store.Event) bool { got = append(got, e); return true }); err != nil {
			t.Fatal(err)
		}
		want := naive(q, all)
		if len(got) != len(want) {
			t.Fatalf("found %d, not %d", len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("at %d: %+v, not %+v", i, got[i], want[i])
			}
		}
	})
}

func drawQuery(t *rapid.T, n int) *store.Query {
	when := func(label string) *time.Time {
		if rapid.IntRange(0, 4).Draw(t, label) > 0 {
			return nil
		}
		at := contract.Began.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, label+" at")) * time.Second)
		return &at
	}
	which := func(label string) wamp.ID {
		if rapid.IntRange(0, 4).Draw(t, label) > 0 {
			return 0
		}
		return wamp.ID(1000 + rapid.IntRange(0, n).Draw(t, label+" id")) // one may not be stored
	}
	q := &store.Query{
		NewestFirst: rapid.Bool().Draw(t, "reverse"), Limit: rapid.IntRange(0, 5).Draw(t, "limit"),
		FromTime: when("from"), AfterTime: when("after"), BeforeTime: when("before"), UntilTime: when("until"),
		FromPublication: which("from"), AfterPublication: which("after"),
		BeforePublication: which("before"), UntilPublication: which("until"),
	}
	if rapid.Bool().Draw(t, "by topic") {
		q.Topic = "com.topic.1"
	}
	if rapid.Bool().Draw(t, "by admission") {
		q.Admits = func(e *store.Event) bool { return e.Publication%2 == 0 }
	}
	return q
}

// naive is the text of the specification, one condition after the other.
func naive(q *store.Query, all []*store.Event) (found []*store.Event) {
	at := func(id wamp.ID) int {
		for i, e := range all {
			if e.Publication == id {
				return i
			}
		}
		return -1
	}
	for _, id := range []wamp.ID{q.FromPublication, q.AfterPublication, q.BeforePublication, q.UntilPublication} {
		if id != 0 && at(id) < 0 {
			return nil
		}
	}
	for i, e := range all {
		ok := (q.FromTime == nil || !e.Time.Before(*q.FromTime)) && (q.AfterTime == nil || e.Time.After(*q.AfterTime)) &&
			(q.BeforeTime == nil || e.Time.Before(*q.BeforeTime)) && (q.UntilTime == nil || !e.Time.After(*q.UntilTime)) &&
			(q.Topic == "" || e.Topic == q.Topic) && (q.Admits == nil || q.Admits(e)) &&
			(q.FromPublication == 0 || i >= at(q.FromPublication)) && (q.AfterPublication == 0 || i > at(q.AfterPublication)) &&
			(q.BeforePublication == 0 || i < at(q.BeforePublication)) && (q.UntilPublication == 0 || i <= at(q.UntilPublication))
		if ok && q.NewestFirst {
			found = append([]*store.Event{e}, found...)
		} else if ok {
			found = append(found, e)
		}
	}
	if q.Limit > 0 && len(found) > q.Limit {
		found = found[:q.Limit]
	}
	return found
}
