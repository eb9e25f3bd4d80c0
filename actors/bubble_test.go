package actors_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// The whole router runs in a bubble of its own time, over transports in memory:
// joins, calls, events, a topic that crashes, peers that say nothing, the drain.
func TestInABubble(t *testing.T) {
	var cfg actors.Config
	f := &faults{armed: map[supervisor.Kind]*fault{}}
	cfg.SetFault(f.strike)
	inBubble(t, cfg, func(t *testing.T, r *actors.Router) {
		began := time.Now()
		callee, caller := enter(t, r, kinds[0]), enter(t, r, kinds[4])
		callee.must(t, register("com.echo", "", ""), wamp.Registered)
		if _, err := caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.echo"), Payload: caller.payload(7)}); err != nil {
			t.Fatal(err)
		}
		m := callee.expect(t, wamp.Invocation)
		if err := callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request, Payload: m.Payload}); err != nil {
			t.Fatal(err)
		}
		if got := caller.args(caller.expect(t, wamp.Result)); len(got) != 1 || got[0] != 7 {
			t.Errorf("result %v", got)
		}

		// A topic that crashes loses one request and no member.
		callee.must(t, subscribe("com.topic", ""), wamp.Subscribed)
		f.arm(supervisor.Topic, 1, func(it *lane.Item) bool { return it.Op == lane.OpJoin })
		caller.must(t, subscribe("com.topic", ""), wamp.ErrorMessage)
		caller.must(t, &wamp.Message{
			Type: wamp.Publish, URI: []byte("com.topic"), Fields: []wamp.Field{wamp.True("acknowledge")},
		}, wamp.Published)
		callee.expect(t, wamp.Event)
		if passed := time.Since(began); passed > time.Second {
			t.Errorf("all this took %v", passed)
		}
		silentPeers(t, r)
		callee.cut()
		caller.cut()
		synctest.Wait()
	})
}

// silentPeers: one that says no HELLO, and one that joins and never answers a
// ping, are sent away when their time is up, and not before.
func silentPeers(t *testing.T, r *actors.Router) {
	t.Helper()
	limits := lane.DefaultLimits()
	mute, err := attach(t.Context(), r, kinds[1])
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	began := time.Now()
	m, err := mute.Receive(context.Background())
	if err != nil || m.Type != wamp.Abort {
		t.Fatalf("got %+v, %v", m, err)
	}
	if waited := time.Since(began); waited < limits.HelloTimeout || waited > limits.HandshakeTimeout {
		t.Errorf("no HELLO for %v", waited)
	}
	gone := enter(t, r, kinds[2])
	defer gone.cut()
	before := r.Counters().Sessions.Load()
	time.Sleep(limits.PingInterval)
	synctest.Wait()
	if n := r.Counters().Sessions.Load(); n != before {
		t.Errorf("%d sessions instead of %d after one interval", n, before)
	}
	time.Sleep(time.Minute - limits.PingInterval)
	synctest.Wait()
	if n := r.Counters().Sessions.Load(); n >= before {
		t.Errorf("%d sessions after a minute of silence", n)
	}
}
