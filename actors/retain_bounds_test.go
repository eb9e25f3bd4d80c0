package actors_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// recalled subscribes and returns what retained events come, by topic. Behind
// them comes an event that the peer publishes itself.
func recalled(t *testing.T, p *peer, key uri) map[string]int64 {
	t.Helper()
	sub := p.must(t, retaining(key), wamp.Subscribed).ID
	end := strings.TrimSuffix(key.uri, ".") + ".end"
	endSub := sub
	if key.match == "exact" {
		endSub = p.must(t, subscribe(end, ""), wamp.Subscribed).ID // its reply may come before the retained event
	}
	p.ask(&wamp.Message{
		Type: wamp.Publish, URI: []byte(end), Fields: []wamp.Field{{Key: "exclude_me", Kind: wamp.FieldFalse}}, Payload: p.payload(-1),
	})
	got := map[string]int64{}
	for {
		m := p.expect(t, wamp.Event)
		d := p.details(t, m)
		if m.ID == endSub && d["retained"] == nil {
			break
		}
		topic, _ := d["topic"].(string)
		got[topic] = p.args(m)[0]
	}
	p.must(t, &wamp.Message{Type: wamp.Unsubscribe, ID: sub}, wamp.Unsubscribed)
	return got
}

func bounded(b store.Bounds) actors.Config {
	return actors.Config{Realms: []actors.RealmConfig{{URI: "realm1", Retention: b}}}
}

var everyRoom = uri{"com.room.", "prefix"}

// Topics that were published to long ago go first; what went is counted.
func TestRetainedBounds(t *testing.T) {
	for name, c := range map[string]struct {
		bounds store.Bounds
		want   int
	}{
		"by number": {store.Bounds{Events: 3}, 3},
		"by bytes":  {store.Bounds{Bytes: 1200}, 4},
		"default":   {store.Bounds{}, 10},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, bounded(c.bounds))
			p, q := enter(t, r, kinds[0]), enter(t, r, kinds[4])
			for i := range 10 {
				p.must(t, retain(p, fmt.Sprint("com.room.", i), i), wamp.Published)
			}
			p.must(t, retain(p, "com.room.9", 90), wamp.Published)
			got := recalled(t, q, everyRoom)
			if len(got) != c.want || got["com.room.9"] != 90 {
				t.Errorf("retained: %v", got)
			}
			if n := r.Counters().Dropped(lane.DropRetained); n != uint64(10-c.want) {
				t.Errorf("%d counted", n)
			}
		})
	}
}

// An event that is larger than everything may be is not retained, and the one
// that it follows is not sent in its place.
func TestRetainedTooLarge(t *testing.T) {
	r := start(t, bounded(store.Bounds{Bytes: 1 << 10}))
	p, q := enter(t, r, kinds[0]), enter(t, r, kinds[1])
	p.must(t, retain(p, "com.room.1", 1), wamp.Published)
	m := retain(p, "com.room.1", 0)
	m.Payload = p.payload(strings.Repeat("x", 2<<10))
	p.must(t, m, wamp.Published)
	if got := recalled(t, q, everyRoom); len(got) != 0 {
		t.Errorf("retained: %v", got)
	}
}

func TestRetainedAge(t *testing.T) {
	var ahead atomic.Int64
	cfg := bounded(store.Bounds{Age: time.Hour})
	cfg.Now = func() time.Time { return time.Unix(1_700_000_000, 0).Add(time.Duration(ahead.Load())) }
	r := start(t, cfg)
	p, q := enter(t, r, kinds[0]), enter(t, r, kinds[1])
	p.must(t, retain(p, "com.room.old", 1), wamp.Published)
	// Of one topic: for everybody, and later for few.
	p.must(t, retain(p, "com.room.few", 2), wamp.Published)
	ahead.Store(int64(40 * time.Minute))
	p.must(t, retain(p, "com.room.new", 3), wamp.Published)
	few := retain(p, "com.room.few", 4)
	few.Fields = append(few.Fields, wamp.Text("_unused", ""))
	p.must(t, few, wamp.Published)
	if got := recalled(t, q, everyRoom); len(got) != 3 {
		t.Errorf("after 40 minutes: %v", got)
	}
	ahead.Store(int64(61 * time.Minute))
	if got := recalled(t, q, everyRoom); len(got) != 2 || got["com.room.new"] != 3 || got["com.room.few"] != 4 {
		t.Errorf("after 61 minutes: %v", got)
	}
	ahead.Store(int64(101 * time.Minute))
	if got := recalled(t, q, everyRoom); len(got) != 0 {
		t.Errorf("after 101 minutes: %v", got)
	}
}

func TestClearRetained(t *testing.T) {
	r := start(t, actors.Config{})
	p, q := enter(t, r, kinds[0]), enter(t, r, kinds[1])
	for i, topic := range []string{"com.room.a", "com.room.b", "com.hall", "com.room.c.d"} {
		p.must(t, retain(p, topic, i), wamp.Published)
	}
	for _, c := range []struct {
		uri   string
		match wamp.Match
		want  int
	}{
		{"com.none", wamp.Exact, 0}, {"com.room.a", wamp.Exact, 1}, {"com.room.a", wamp.Exact, 0},
		{"com..c.d", wamp.Wildcard, 1}, {"com.room", wamp.Prefix, 1}, {"", wamp.Prefix, 1},
	} {
		if n, err := r.ClearRetained(t.Context(), "realm1", c.uri, c.match); n != c.want || err != nil {
			t.Errorf("%v: %d cleared, %v", c, n, err)
		}
	}
	if got := recalled(t, q, uri{"com.", "prefix"}); len(got) != 0 {
		t.Errorf("after the clear: %v", got)
	}
	if _, err := r.ClearRetained(t.Context(), "realm2", "", wamp.Prefix); !errors.Is(err, actors.ErrNoRealm) {
		t.Errorf("a realm that does not exist: %v", err)
	}
}

// A publication that is announced and not yet fanned out makes newcomers wait
// that may have to get it, and their live events with them.
func TestRetainedUnderWay(t *testing.T) {
	for name, withdrawn := range map[string]bool{"fanned out": false, "withdrawn": true} {
		t.Run(name, func(t *testing.T) {
			r := start(t, actors.Config{})
			h := r.Realm("realm1")
			p, q, other := enter(t, r, kinds[0]), enter(t, r, kinds[4]), enter(t, r, kinds[1])
			p.must(t, retain(p, "com.topic", 1), wamp.Published)
			k := &lane.Kept{Event: &store.Event{
				Publication: 4711, Topic: "com.topic", Time: time.Now(), Serializer: uint8(p.serializer()), Payload: p.payload(2),
			}}
			if !k.Announce(h, nil) {
				t.Fatal("the realm is closed")
			}
			q.must(t, retaining(uri{"com.topic", "exact"}), wamp.Subscribed)
			// Others do not wait.
			if got := recalled(t, other, everyRoom); len(got) != 0 {
				t.Errorf("retained elsewhere: %v", got)
			}
			p.must(t, &wamp.Message{Type: wamp.Publish, URI: []byte("com.topic"), Fields: acknowledged, Payload: p.payload(3)}, wamp.Published)
			q.must(t, &wamp.Message{Type: wamp.Unsubscribe, ID: 1 << 40}, wamp.ErrorMessage) // no event came before
			k.Withdrawn = withdrawn
			k.Settle(h, nil)
			want := int64(2)
			if withdrawn {
				want = 1
			}
			if m := q.expect(t, wamp.Event); q.args(m)[0] != want || q.details(t, m)["retained"] != true {
				t.Errorf("got %v", q.args(m))
			}
			if m := q.expect(t, wamp.Event); q.args(m)[0] != 3 || len(q.details(t, m)) != 0 {
				t.Errorf("got %v", q.args(m))
			}
		})
	}
}

// Whatever retention fails on: the subscriber is not left waiting, and live
// events come.
func TestFaultInRetention(t *testing.T) {
	for _, op := range []lane.Op{lane.OpRetain, lane.OpGetRetained, lane.OpGetAgain, lane.OpSettled, lane.OpClear} {
		t.Run(op.String(), func(t *testing.T) {
			r, f := startFaulty(t, actors.Config{})
			h := r.Realm("realm1")
			p, q := enter(t, r, kinds[0]), enter(t, r, kinds[1])
			failed := f.arm(supervisor.Retention, 1, func(it *lane.Item) bool { return it.Op == op })
			p.must(t, retain(p, "com.topic", 1), wamp.Published)
			k := &lane.Kept{Event: &store.Event{Publication: 4711, Topic: "com.topic", Time: time.Now(), Serializer: uint8(p.serializer()), Payload: p.payload(2)}}
			k.Announce(h, nil)
			q.must(t, retaining(uri{"com.topic", "exact"}), wamp.Subscribed)
			if op == lane.OpClear {
				if _, err := r.ClearRetained(t.Context(), "realm1", "", wamp.Prefix); err == nil {
					t.Error("cleared")
				}
			}
			k.Settle(h, nil)
			p.must(t, retain(p, "com.topic", 3), wamp.Published)
			for m := q.expect(t, wamp.Event); q.args(m)[0] != 3; m = q.expect(t, wamp.Event) {
				t.Logf("got %v", q.args(m))
			}
			q.ask(retaining(uri{"com.topic", "exact"}))
			q.expect(t, wamp.Subscribed)
			p.must(t, retain(p, "com.topic", 4), wamp.Published)
			for m := q.expect(t, wamp.Event); q.args(m)[0] != 4; m = q.expect(t, wamp.Event) {
				t.Logf("got %v", q.args(m))
			}
			<-failed
			recalled(t, enter(t, r, kinds[2]), uri{"com.topic", "prefix"}) // by the restarted actor
			if c := counts(r, supervisor.Retention); c.Failures != 1 || c.Alive != 1 {
				t.Errorf("%+v", c)
			}
		})
	}
}

// What a realm retains, it retains when it is restarted.
func TestRetainedOverRestart(t *testing.T) {
	r, f := startFaulty(t, actors.Config{})
	p := enter(t, r, kinds[0])
	p.must(t, retain(p, "com.room.1", 1), wamp.Published)
	if got := recalled(t, enter(t, r, kinds[1]), everyRoom); got["com.room.1"] != 1 {
		t.Errorf("retained before: %v", got)
	}
	before := r.Realm("realm1")
	f.arm(supervisor.Realm, 1, func(*lane.Item) bool { return true })
	r.System().Root.Send(actor.NewPID(r.System().Address(), "callboard/realms/realm1"), "boom")
	reopened(t, r, before)
	if got := recalled(t, enter(t, r, kinds[1]), everyRoom); got["com.room.1"] != 1 {
		t.Errorf("retained: %v", got)
	}
}
