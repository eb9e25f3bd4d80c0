package actors_test

import (
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// Peers that are gone before their WELCOME was written leave no session behind.
func TestPeerGoesBeforeWelcome(t *testing.T) {
	r, _ := startFaulty(t, actors.Config{})
	for i := range 600 {
		k := kinds[i%len(kinds)]
		raw, err := attach(t.Context(), r, k)
		if err != nil {
			t.Fatal(err)
		}
		roles, err := k.serializer.AppendValue(nil, wamp.Dict{"roles": wamp.Dict{"caller": wamp.Dict{}}})
		if err != nil {
			t.Fatal(err)
		}
		raw.Send(&wamp.Message{Type: wamp.Hello, URI: []byte("realm1"), Dict: roles})
		raw.Close()
	}
	left(t, r)
}

// Sessions and connections stand for a peer: they cannot start again.
func TestPeersAreNotRestarted(t *testing.T) {
	for _, k := range []supervisor.Kind{supervisor.Session, supervisor.Connection} {
		for _, a := range []supervisor.Action{supervisor.Restart, supervisor.Resume} {
			policies := supervisor.Table{k: {OnPanic: a, Max: 3}}
			if _, err := actors.NewRouter(actor.NewActorSystem(), actors.Config{Policies: policies}); err == nil {
				t.Errorf("%s may %v", k, a)
			}
		}
	}
}

// A router that nothing was ever started of, or whose start was given up, can be
// drained.
func TestDrainWithoutStart(t *testing.T) {
	r, err := actors.NewRouter(actor.NewActorSystem(), actors.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Drain(t.Context()); err != nil {
		t.Error(err)
	}
}
