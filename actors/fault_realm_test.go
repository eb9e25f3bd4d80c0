package actors_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

var twoRealms = []actors.RealmConfig{{URI: "realm1"}, {URI: "realm2"}}

// reopened waits until a realm can be joined that is not the old one.
func reopened(t *testing.T, r *actors.Router, old *lane.Realm) {
	t.Helper()
	eventually(t, "the realm can be joined again", func() bool {
		h := r.Realm("realm1")
		return h != nil && h != old
	})
}

// A realm that fails says GOODBYE to its own sessions and opens again; another
// realm notices nothing.
func TestFaultInRealm(t *testing.T) {
	faults := map[string]func(*testing.T, *actors.Router, *faults){
		"by itself": func(t *testing.T, r *actors.Router, f *faults) {
			f.arm(supervisor.Realm, 1, func(*lane.Item) bool { return true })
			r.System().Root.Send(actor.NewPID(r.System().Address(), "callboard/realms/realm1"), "boom")
		},
		"by its directory": func(t *testing.T, r *actors.Router, f *faults) {
			limit := supervisor.Defaults()[supervisor.Directory].Max
			f.arm(supervisor.Directory, limit+1, func(it *lane.Item) bool {
				return it.Op == lane.OpJoin && it.Member.URI == "com.boom"
			})
			p := enter(t, r, kinds[1])
			for range limit {
				p.must(t, subscribe("com.boom", ""), wamp.ErrorMessage)
			}
			if n := counts(r, supervisor.Realm).Failures; n != 0 {
				t.Errorf("the realm failed %d times before the limit", n)
			}
			p.ask(subscribe("com.boom", ""))
		},
		"by a shard": func(t *testing.T, r *actors.Router, f *faults) {
			f.arm(supervisor.Shard, 1, func(it *lane.Item) bool {
				child, ok := it.Ext.(*lane.Child)
				return ok && child.Kind == supervisor.Topic
			})
			enter(t, r, kinds[1]).ask(subscribe("com.boom", ""))
		},
	}
	for name, strike := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, f := startFaulty(t, actors.Config{Realms: twoRealms})
			other := startFlow(t, r, "realm2")
			peers := make([]*peer, len(kinds))
			for i, k := range kinds {
				peers[i] = enter(t, r, k)
				peers[i].must(t, subscribe("com.topic", ""), wamp.Subscribed)
				peers[i].must(t, register("com.procedure", "", "roundrobin"), wamp.Registered)
			}
			old := r.Realm("realm1")
			strike(t, r, f)
			for _, p := range peers {
				if m := p.expect(t, wamp.Goodbye); string(m.URI) != string(wamp.CloseRealm) {
					t.Errorf("got GOODBYE %s", m.URI)
				}
				p.cut()
			}
			reopened(t, r, old)
			own := startFlow(t, r, "realm1")
			if topics, procedures := r.Realm("realm1").Counts(); topics != 1 || procedures != 1 {
				t.Errorf("%d topics, %d procedures in the new realm", topics, procedures)
			}
			own.end()
			other.end()
			if c := counts(r, supervisor.Realm); c.Alive != 2 || c.Failures != 1 || c.Restarts != 1 {
				t.Errorf("realms: %+v", c)
			}
			left(t, r)
		})
	}
}

// A realm that fails more often than its policy allows is closed for good. Its
// peers hear that there is none; the router and the other realm go on.
func TestRealmPolicyIsExceeded(t *testing.T) {
	r, f := startFaulty(t, actors.Config{Realms: twoRealms})
	other := startFlow(t, r, "realm2")
	limit := supervisor.Defaults()[supervisor.Realm].Max
	f.arm(supervisor.Realm, limit+1, func(*lane.Item) bool { return true })
	for range limit {
		old := r.Realm("realm1")
		r.System().Root.Send(actor.NewPID(r.System().Address(), "callboard/realms/realm1"), "boom")
		reopened(t, r, old)
	}
	r.System().Root.Send(actor.NewPID(r.System().Address(), "callboard/realms/realm1"), "boom")
	eventually(t, "the realm is closed", func() bool { return counts(r, supervisor.Realm).Alive == 1 })
	raw, err := attach(t.Context(), r, kinds[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Join(t.Context(), raw, client.Options{Realm: "realm1"}); err == nil {
		t.Error("a realm that was closed can be joined")
	}
	raw.Close()
	other.end()
}

// Sessions that join while their realm falls again and again get a WELCOME, and
// then a GOODBYE, or an ABORT: nobody is left waiting, nothing is left behind.
func TestJoiningAFallingRealm(t *testing.T) {
	policies := supervisor.Table{supervisor.Realm: {OnPanic: supervisor.Restart, Max: 1000, OnExceeded: supervisor.Stop}}
	r, f := startFaulty(t, actors.Config{Realms: twoRealms, Policies: policies})
	f.arm(supervisor.Realm, 1<<30, func(*lane.Item) bool { return true })
	other := startFlow(t, r, "realm2")
	results := make(chan error)
	const joiners, falls = 200, 20
	for i := range joiners {
		go func() { results <- joinAndWait(t.Context(), r, kinds[i%len(kinds)]) }()
	}
	for range falls {
		old := r.Realm("realm1")
		r.System().Root.Send(actor.NewPID(r.System().Address(), "callboard/realms/realm1"), "boom")
		reopened(t, r, old)
	}
	// One more for those who came last.
	done := make(chan struct{})
	go func() {
		for range joiners {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		close(done)
	}()
	eventually(t, "everybody has heard of the end", func() bool {
		select {
		case <-done:
			return true
		default:
			r.System().Root.Send(actor.NewPID(r.System().Address(), "callboard/realms/realm1"), "boom")
			return false
		}
	})
	other.end()
	eventually(t, "nobody is left", func() bool {
		return r.Counters().Sessions.Load() == 0 && r.Counters().Conns.Load() == 0
	})
}

// joinAndWait joins and waits for the end. It is an error if that does not come.
func joinAndWait(ctx context.Context, r *actors.Router, k kind) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	raw, err := attach(ctx, r, k)
	if err != nil {
		return err
	}
	defer raw.Close()
	if _, err := hello(ctx, raw); err == nil {
		_, _ = raw.Receive(ctx)
	}
	return ctx.Err()
}

// A HELLO that found its realm just before that one fell is answered by an ABORT.
// The connection stands between the two steps while the realm is restarted.
func TestHelloMeetsARealmThatFell(t *testing.T) {
	twoDispatchers(t)
	var armed atomic.Bool
	blocked, release := make(chan struct{}), make(chan struct{})
	free := sync.OnceFunc(func() { close(release) })
	var cfg actors.Config
	cfg.Random = func() uint64 { // asked for the authid, between the steps, and by encoders at any time
		if bytes.Contains(debug.Stack(), []byte("auth.Anonymous")) && armed.CompareAndSwap(true, false) {
			close(blocked)
			<-release
		}
		return rand.Uint64()
	}
	cfg.SetFault(func(kind supervisor.Kind, _ *lane.Item) {
		if kind == supervisor.Realm {
			panic("a fault of the test")
		}
	})
	r := start(t, cfg)
	defer free()
	raw, err := attach(t.Context(), r, kinds[0])
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	armed.Store(true)
	answer := make(chan error, 1)
	go func() {
		_, err := hello(t.Context(), raw)
		answer <- err
	}()
	<-blocked
	old := r.Realm("realm1")
	r.System().Root.Send(actor.NewPID(r.System().Address(), "callboard/realms/realm1"), "boom")
	reopened(t, r, old)
	free()
	select {
	case err := <-answer:
		if err == nil || !strings.Contains(err.Error(), string(wamp.ErrNoSuchRealm)) {
			t.Errorf("got %v", err)
		}
	case <-time.After(patience):
		t.Fatal("no answer")
	}
	raw.Close()
	left(t, r)
}
