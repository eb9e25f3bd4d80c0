package session_test

import (
	"slices"
	"testing"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/session"
	"github.com/callboard-wamp/callboard/wamp"
)

// A route that is looked up again, because a pattern that matches has come or
// gone, takes no new memory, is right, and keeps nothing of what it found before.
func TestRoutesAreRenewedInPlace(t *testing.T) {
	realm := lane.NewRealm(&lane.Env{}, "realm1")
	r := session.NewRouter(&lane.Session{Realm: realm})
	uri := []byte("com.example.topic")
	topics := map[string]*lane.Topic{}
	patterns := &realm.TopicPatterns
	expect := func(want ...string) {
		t.Helper()
		var all []*lane.Topic
		for _, p := range want {
			all = append(all, topics[p])
		}
		if len(all) > 0 {
			all = append([]*lane.Topic{nil}, all...) // there is no exact one
		}
		if got := r.Topics(uri); !slices.Equal(got, all) {
			t.Fatalf("got %d topics, want %q", len(got), want)
		}
	}
	add := func(p string, m wamp.Match) {
		topics[p] = new(lane.Topic)
		topics[p].URI, topics[p].Match = p, m
		patterns.Add(p, m, topics[p])
	}
	expect()
	add("com.", wamp.Prefix)
	expect("com.")
	add("com.example.", wamp.Prefix)
	add("com..topic", wamp.Wildcard)
	add("com.other.", wamp.Prefix)
	expect("com.", "com.example.", "com..topic")
	if n := testing.AllocsPerRun(100, func() { r.Renew(uri) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	patterns.Remove("com.", wamp.Prefix)
	patterns.Remove("com..topic", wamp.Wildcard)
	expect("com.example.")
	for _, kept := range r.Kept(uri) {
		if kept != nil {
			t.Errorf("%s is kept", kept.URI)
		}
	}
	patterns.Remove("com.example.", wamp.Prefix)
	expect()
	add("com.", wamp.Prefix)
	expect("com.")
}
