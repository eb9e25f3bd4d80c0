package actors_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// enterAs joins realm1 as a callee with these features, or with those of the client
// if there are none, and as a caller that has progressive invocations.
func enterAs(t *testing.T, r *actors.Router, k kind, features ...string) *peer {
	t.Helper()
	raw, err := attach(t.Context(), r, k)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	roles := client.DefaultRoles()
	roles["caller"] = wamp.Dict{"features": wamp.Dict{"progressive_call_invocations": true}}
	if len(features) > 0 {
		announced := wamp.Dict{}
		for _, f := range features {
			announced[f] = true
		}
		roles["callee"] = wamp.Dict{"features": announced}
	}
	dict, err := raw.Transport().Serializer.AppendValue(nil, wamp.Dict{"roles": roles})
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Send(&wamp.Message{Type: wamp.Hello, URI: []byte("realm1"), Dict: dict}); err != nil {
		t.Fatal(err)
	}
	m, err := raw.Receive(t.Context())
	if err != nil || m.Type != wamp.Welcome {
		t.Fatalf("got %+v, %v instead of WELCOME", m, err)
	}
	return &peer{raw: raw, id: m.Request}
}

// half of what an outbox may hold, in progressive results.
const (
	chunk      = 64 << 10
	halfOutbox = 8 << 20 / chunk
)

// A caller that does not read has its progressive call interrupted long before its
// outbox is full, so its session lives: it gets what was sent until then, and then
// the one ERROR. Others notice nothing.
func TestSlowCallerIsInterrupted(t *testing.T) {
	for _, k := range []kind{kinds[0], kinds[4]} {
		t.Run(k.String(), func(t *testing.T) {
			inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
				callee, slow, other := enter(t, r, k), enter(t, r, k), enter(t, r, k)
				n, interrupts := flood(t, callee, slow, other)
				if len(interrupts) != 1 || interrupts[0].Options.Reason != string(wamp.ErrCanceled) || interrupts[0].Mode != wamp.KillNoWait {
					t.Errorf("got %d times INTERRUPT", len(interrupts))
				}
				drops := r.Counters().Drops()
				if got := drops["slow_caller"] + drops["late_answer"]; drops["slow_caller"] != 1 || got == 0 {
					t.Errorf("%d and %d are counted", drops["slow_caller"], drops["late_answer"])
				}
				passed := readUntilError(t, slow)
				if lost := drops["slow_caller"] + drops["late_answer"]; passed+lost != n {
					t.Errorf("%d passed on and %d dropped of %d", passed, lost, n)
				}
				slow.must(t, subscribe("com.alive", ""), wamp.Subscribed)
			})
		})
	}
}

// The same with a callee that cannot be interrupted: what it goes on sending is
// dropped and counted, without end.
func TestSlowCallerOfAnOldCallee(t *testing.T) {
	cfg := actors.Config{Realms: []actors.RealmConfig{{URI: "realm1", ProgressWithoutCanceling: true}}}
	inBubble(t, cfg, func(t *testing.T, r *actors.Router) {
		callee, slow, other := enterAs(t, r, kinds[1], "progressive_call_results"), enter(t, r, kinds[1]), enter(t, r, kinds[1])
		n, interrupts := flood(t, callee, slow, other)
		if callee.silent(t); len(interrupts) > 0 {
			t.Error("a callee got INTERRUPT that has not announced it")
		}
		passed := readUntilError(t, slow)
		drops := r.Counters().Drops()
		if lost := drops["slow_caller"] + drops["late_answer"]; passed+lost != n || drops["slow_caller"] != 1 {
			t.Errorf("%d passed on and %v dropped of %d", passed, drops, n)
		}
		slow.must(t, subscribe("com.alive", ""), wamp.Subscribed)
	})
}

// flood yields more progressive results than the slow caller is sent, while
// another caller is answered.
func flood(t *testing.T, callee, slow, other *peer) (sent uint64, interrupts []*wamp.Message) {
	t.Helper()
	callee.must(t, register("com.flood", "", ""), wamp.Registered)
	began := time.Now()
	slow.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.flood"), Fields: []wamp.Field{wamp.True("receive_progress")}})
	invoked := callee.expect(t, wamp.Invocation)
	if !invoked.Flags.Has(wamp.ReceiveProgress) {
		t.Fatal("nobody asked for progress")
	}
	yield := wamp.Message{
		Type: wamp.Yield, Request: invoked.Request, Fields: []wamp.Field{wamp.True("progress")},
		Payload: callee.payload(string(make([]byte, chunk))),
	}
	for range halfOutbox + 10 {
		if err := callee.raw.Send(&yield); err != nil {
			t.Fatal(err)
		}
		sent++
	}
	synctest.Wait()
	other.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.flood")})
	m := callee.next(t)
	for ; m.Type == wamp.Interrupt; m = callee.next(t) {
		interrupts = append(interrupts, m)
	}
	callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request})
	other.expect(t, wamp.Result)
	if took := time.Since(began); took != 0 {
		t.Errorf("somebody waited for %v", took)
	}
	return sent, interrupts
}

// readUntilError counts progressive results until the call ends.
func readUntilError(t *testing.T, p *peer) (n uint64) {
	t.Helper()
	for {
		m := p.next(t)
		switch {
		case m.Type == wamp.Result && m.Flags.Has(wamp.Progress):
			n++
		case m.Type == wamp.ErrorMessage && string(m.URI) == string(wamp.ErrCanceled):
			return n
		default:
			t.Fatalf("got %v %s", m.Type, m.URI)
		}
	}
}
