package actors_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// What a peer sends right behind its HELLO, in as many writes as it likes and before it
// has read WELCOME, is handled by its session: nothing is lost and nothing overtakes,
// whichever goroutines run its connection and its session meanwhile.
func TestPipelinedBeforeWelcome(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8)) // as many threads cut in anywhere
	rounds := 150
	if testing.Short() {
		rounds = 30
	}
	cfg := actors.Config{Realms: []actors.RealmConfig{{URI: "realm1", RequestIDs: lane.RequestIDsStrict}}}
	cfg.SetFault(func(kind supervisor.Kind, it *lane.Item) {
		if kind == supervisor.Connection && it.Op == lane.OpInput { // others go on meanwhile
			for range 20 {
				runtime.Gosched()
			}
		}
	})
	r := start(t, cfg)
	hearer := enter(t, r, kinds[1])
	hearer.must(t, subscribe("com.topic", ""), wamp.Subscribed)
	hearer.must(t, register("com.procedure", "", ""), wamp.Registered)
	for _, p := range places(t, r) {
		for _, k := range kinds[:6] {
			t.Run(fmt.Sprint(p.name, "/", k), func(t *testing.T) {
				for range rounds {
					pipelineOnce(t, p.guest(t, k), hearer)
				}
			})
		}
	}
}

const early = 12

// pipelineOnce says HELLO and everything else at once, each message in a write of
// its own.
func pipelineOnce(t *testing.T, g *guest, hearer *peer) {
	all := [][]byte{g.frame(g.encode([]any{1, "realm1", everything}))}
	for n := 1; n <= early; n += 3 {
		all = append(all,
			g.frame(g.encode([]any{32, n, wamp.Dict{}, fmt.Sprint("com.own.", n)})),
			g.frame(g.encode([]any{16, n + 1, wamp.Dict{"acknowledge": true}, "com.topic", []any{n + 1}})),
			g.frame(g.encode([]any{48, n + 2, wamp.Dict{}, "com.procedure", []any{n + 2}})))
	}
	for _, b := range all {
		if _, err := g.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	next := map[wamp.MessageType]int64{wamp.Event: 2, wamp.Invocation: 3}
	for range early / 3 * 2 {
		m := hearer.next(t)
		if got := hearer.args(m); got[0] != next[m.Type] {
			t.Fatalf("%v of request %d instead of %d", m.Type, got[0], next[m.Type])
		}
		if next[m.Type] += 3; m.Type == wamp.Invocation {
			hearer.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request})
		}
	}
	g.expect(wamp.Welcome)
	answered := map[int64]bool{}
	for range early {
		v, err := receive(g.ctx, g.Raw)
		m, ok := v.([]any)
		if err != nil || !ok || number(m[0]) == int64(wamp.ErrorMessage) || number(m[0]) == int64(wamp.Abort) {
			t.Fatalf("got %v, %v", v, err)
		}
		id, _ := number(m[1]).(int64)
		answered[id] = true
	}
	if len(answered) != early {
		t.Errorf("answers to %v", answered)
	}
	g.Close()
}

var everything = wamp.Dict{"roles": wamp.Dict{"publisher": wamp.Dict{}, "subscriber": wamp.Dict{}, "caller": wamp.Dict{}}}
