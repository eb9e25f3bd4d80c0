package actors_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// Many are killed at once: they are told in slices, and all are.
func TestMetaKillsMany(t *testing.T) {
	const many = 600
	r := start(t, actors.Config{})
	killer := enter(t, r, kinds[2])
	victims := make([]*peer, many)
	for i := range victims {
		victims[i] = enter(t, r, kinds[i%len(kinds)])
	}
	if n := killer.args(killer.must(t, call("wamp.session.kill_all", wamp.Payload{}), wamp.Result)); n[0] != many {
		t.Errorf("%d were killed", n[0])
	}
	if n := killer.args(killer.must(t, call("wamp.session.count", wamp.Payload{}), wamp.Result)); n[0] != 1 {
		t.Errorf("%d sessions are left", n[0])
	}
	for _, v := range victims {
		if m := v.expect(t, wamp.Goodbye); string(m.URI) != string(wamp.CloseKilled) {
			t.Fatalf("got GOODBYE %s", m.URI)
		}
		v.cut()
	}
	killer.cut()
	left(t, r)
}

// Nobody listens: nothing is collected for the meta events, and nothing is when
// the last listener has gone.
func TestMetaEventsUnheard(t *testing.T) {
	r := start(t, actors.Config{})
	heard := func() (kinds []string) {
		for k := range lane.ChangeKinds {
			if r.Realm("realm1").Feed.Wants(k) {
				kinds = append(kinds, k.Topic())
			}
		}
		return kinds
	}
	p := enter(t, r, kinds[0])
	for _, pattern := range []uri{{"", "prefix"}, {"wamp", "prefix"}, {"..on_join", "wildcard"}, {"wamp.session.on_stats", "exact"}} {
		p.must(t, subscribe(pattern.uri, pattern.match), wamp.Subscribed)
	}
	if got := heard(); got != nil {
		t.Errorf("collected without a listener: %v", got)
	}
	var ids []wamp.ID
	for _, pattern := range []uri{{"wamp.session.on_join", "exact"}, {"wamp.session.", "prefix"}, {"wamp..on_create", "wildcard"}} {
		ids = append(ids, p.must(t, subscribe(pattern.uri, pattern.match), wamp.Subscribed).ID)
	}
	if got := heard(); len(got) != 4 {
		t.Errorf("collected: %v", got)
	}
	for _, id := range ids {
		p.must(t, &wamp.Message{Type: wamp.Unsubscribe, ID: id}, wamp.Unsubscribed)
	}
	eventually(t, "nothing is collected any more", func() bool { return heard() == nil })
}
