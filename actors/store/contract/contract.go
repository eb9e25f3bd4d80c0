// Package contract says what every store must do, as a test that each of them
// runs.
//
//	contract.Run(t, func(t *testing.T) store.Store { return store.Memory() })
package contract

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/wamp"
)

// Began is the time of the first event that [Event] makes.
var Began = time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC)

// Event makes an event whose parts all depend on n, n seconds after [Began].
func Event(n int) *store.Event {
	e := &store.Event{
		Publication: wamp.ID(1000 + n), Topic: fmt.Sprint("com.topic.", n%3), Time: Began.Add(time.Duration(n) * time.Second),
		Serializer: uint8(1 + n%3), Payload: wamp.Payload{Bytes: fmt.Appendf(nil, "payload %d", n), N: uint8(1 + n%2), Opaque: n%5 == 0},
	}
	if n%2 == 0 {
		e.Details = []wamp.Field{wamp.Int("publisher", uint64(n)), wamp.Text("publisher_authid", fmt.Sprint("joe", n))}
		e.Audience.Publisher = wamp.Reader{Session: wamp.ID(n), AuthID: "joe", AuthRole: "user"}
	}
	if n%3 == 0 {
		e.Audience.Receivers = &wamp.Receivers{EligibleAuthID: []string{"a", "b"}, ExcludeAuthRole: []string{}}
	}
	return e
}

// Wide are bounds that nothing here exceeds.
var Wide = store.Bounds{Events: 1 << 20, Bytes: 1 << 30}

// Log is the history of a subscription.
func Log(uri string) store.Log {
	return store.Log{Kind: store.History, Realm: "realm1", Match: wamp.Prefix, URI: uri}
}

// Append adds events to a history, one by one in one change.
func Append(t testing.TB, s store.Store, log store.Log, b store.Bounds, from, to int) {
	t.Helper()
	var writes []store.Write
	for n := from; n < to; n++ {
		writes = append(writes, store.Write{Log: log, Events: []*store.Event{Event(n)}, Bounds: b})
	}
	if err := s.Apply(writes); err != nil {
		t.Fatal(err)
	}
}

// Contents are the events of a log.
func Contents(t testing.TB, s store.Store, log store.Log, order store.Order) (all []*store.Event) {
	t.Helper()
	if err := s.Read(log, order, func(e *store.Event) bool { all = append(all, e); return true }); err != nil {
		t.Fatal(err)
	}
	return all
}

// Want compares a log with the events that it should have.
func Want(t testing.TB, s store.Store, log store.Log, from, to int) {
	t.Helper()
	oldest, newest := Contents(t, s, log, store.OldestFirst), Contents(t, s, log, store.NewestFirst)
	if len(oldest) != to-from || len(newest) != to-from {
		t.Fatalf("%v has %d and %d events, not %d", log, len(oldest), len(newest), to-from)
	}
	for i := range oldest {
		if want := Event(from + i); !reflect.DeepEqual(oldest[i], want) || !reflect.DeepEqual(newest[to-from-1-i], want) {
			t.Fatalf("%v has %+v at %d, not %+v", log, oldest[i], i, want)
		}
	}
}

// Run tests a store that open makes, which is empty.
func Run(t *testing.T, open func(*testing.T) store.Store) {
	tests := map[string]func(*testing.T, store.Store){
		"appends and reads": appends, "stops reading": stops, "bounds": bounds, "age": age,
		"retained logs": retained, "logs apart": apart,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func appends(t *testing.T, s store.Store) {
	Want(t, s, Log("com.a"), 0, 0)
	Append(t, s, Log("com.a"), Wide, 0, 1)
	Want(t, s, Log("com.a"), 0, 1)
	Append(t, s, Log("com.a"), Wide, 1, 300)
	Want(t, s, Log("com.a"), 0, 300)
}

func stops(t *testing.T, s store.Store) {
	Append(t, s, Log("com.a"), Wide, 0, 10)
	for _, order := range []store.Order{store.OldestFirst, store.NewestFirst} {
		n := 0
		if err := s.Read(Log("com.a"), order, func(*store.Event) bool { n++; return n < 3 }); err != nil || n != 3 {
			t.Errorf("visited %d: %v", n, err)
		}
	}
}

func bounds(t *testing.T, s store.Store) {
	few := store.Bounds{Events: 5, Bytes: 1 << 20}
	for n := range 20 {
		Append(t, s, Log("com.number"), few, n, n+1)
		Want(t, s, Log("com.number"), max(0, n-4), n+1)
	}
	Append(t, s, Log("com.number"), few, 20, 200)
	Want(t, s, Log("com.number"), 195, 200)
	size := 0
	for n := 97; n < 100; n++ {
		size += Event(n).Size()
	}
	Append(t, s, Log("com.bytes"), store.Bounds{Events: 100, Bytes: size}, 0, 100)
	Want(t, s, Log("com.bytes"), 97, 100)
	Append(t, s, Log("com.bytes"), store.Bounds{Events: 100, Bytes: 1}, 100, 101)
	Want(t, s, Log("com.bytes"), 0, 0)
	Append(t, s, Log("com.bytes"), Wide, 101, 102)
	Want(t, s, Log("com.bytes"), 101, 102)
}

func age(t *testing.T, s store.Store) {
	Append(t, s, Log("com.a"), store.Bounds{Events: 100, Bytes: 1 << 20, Age: 3 * time.Second}, 0, 10)
	Want(t, s, Log("com.a"), 6, 10)
	Append(t, s, Log("com.a"), store.Bounds{Events: 100, Bytes: 1 << 20, Age: 3 * time.Second}, 100, 101)
	Want(t, s, Log("com.a"), 100, 101)
}

func retained(t *testing.T, s store.Store) {
	log := func(uri string) store.Log { return store.Log{Kind: store.Retained, Realm: "realm1", URI: uri} }
	write := func(uri string, events ...*store.Event) {
		t.Helper()
		if err := s.Apply([]store.Write{{Log: log(uri), Events: events}}); err != nil {
			t.Fatal(err)
		}
	}
	write("com.a", Event(0), Event(1), Event(2))
	write("com.b", Event(7))
	Want(t, s, log("com.a"), 0, 3)
	write("com.a", Event(5), Event(6))
	Want(t, s, log("com.a"), 5, 7)
	Want(t, s, log("com.b"), 7, 8)
	write("com.b")
	Want(t, s, log("com.b"), 0, 0)
	if logs, err := s.Logs("realm1", store.Retained); err != nil || !reflect.DeepEqual(logs, []store.Log{log("com.a")}) {
		t.Errorf("%v %v", logs, err)
	}
}

func apart(t *testing.T, s store.Store) {
	logs := []store.Log{
		{Kind: store.History, Realm: "a", Match: wamp.Exact, URI: "b.c"}, {Kind: store.History, Realm: "a", Match: wamp.Prefix, URI: "b.c"},
		{Kind: store.History, Realm: "a", Match: wamp.Exact, URI: "b"}, {Kind: store.History, Realm: "ab", Match: wamp.Exact, URI: ".c"},
		{Kind: store.History, Realm: "a", Match: wamp.Prefix, URI: ""}, {Kind: store.Retained, Realm: "a", URI: "b.c"},
	}
	for i, log := range logs {
		Append(t, s, log, Wide, 10*i, 10*i+1)
	}
	for i, log := range logs {
		Want(t, s, log, 10*i, 10*i+1)
	}
	for realm, want := range map[string]int{"a": 4, "ab": 1, "b": 0} {
		if got, err := s.Logs(realm, store.History); err != nil || len(got) != want {
			t.Errorf("realm %s: %v %v", realm, got, err)
		}
	}
}
