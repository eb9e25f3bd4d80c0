package actors_test

import (
	"testing"
	"testing/synctest"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/wamp"
)

// open is a call that is under way when one side leaves.
type open struct {
	name    string
	options []wamp.Field
	// begin does what has happened to it until then.
	begin func(t *testing.T, caller, callee *peer, invocation wamp.ID)
	// interrupted: the callee got its INTERRUPT.
	interrupted bool
}

var opens = []open{
	{name: "plain"},
	{name: "with a timeout", options: []wamp.Field{wamp.Int("timeout", 3600_000)}},
	{name: "progressive, without a result yet", options: []wamp.Field{wamp.True("receive_progress")}},
	{name: "progressive", options: []wamp.Field{wamp.True("receive_progress")},
		begin: func(t *testing.T, caller, callee *peer, id wamp.ID) {
			callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: id, Fields: progressing})
			caller.expect(t, wamp.Result)
		}},
	{name: "with more input to come", options: progressing,
		begin: func(t *testing.T, caller, callee *peer, id wamp.ID) {
			caller.raw.Send(&wamp.Message{Type: wamp.Call, Request: caller.last, URI: []byte("com.slow"), Fields: progressing})
			if m := callee.expect(t, wamp.Invocation); m.Request != id {
				t.Errorf("INVOCATION %d instead of %d", m.Request, id)
			}
		}},
	{name: "canceled", interrupted: true, begin: cancelAndWait},
	{name: "progressive and canceled", options: []wamp.Field{wamp.True("receive_progress")}, interrupted: true, begin: cancelAndWait},
}

// cancelAndWait cancels the caller's last call with mode kill, whose answer is
// waited for.
func cancelAndWait(t *testing.T, caller, callee *peer, id wamp.ID) {
	caller.raw.Send(&wamp.Message{Type: wamp.Cancel, Request: caller.last, Fields: []wamp.Field{wamp.Text("mode", "kill")}})
	if m := callee.expect(t, wamp.Interrupt); m.Request != id || m.Mode != wamp.Kill {
		t.Errorf("INTERRUPT %d %v", m.Request, m.Mode)
	}
}

// leavings are the ways in which a session ends.
var leavings = map[string]func(t *testing.T, p, other *peer){
	"GOODBYE": func(t *testing.T, p, _ *peer) {
		p.raw.Send(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseRealm)})
		p.expect(t, wamp.Goodbye)
	},
	"lost transport": func(_ *testing.T, p, _ *peer) { p.cut() },
	"kill": func(t *testing.T, p, other *peer) {
		other.must(t, &wamp.Message{Type: wamp.Call, URI: []byte("wamp.session.kill"), Payload: other.payload(uint64(p.id))}, wamp.Result)
		if m := p.expect(t, wamp.Goodbye); string(m.URI) != string(wamp.CloseKilled) {
			t.Errorf("GOODBYE %s", m.URI)
		}
	},
	"ABORT": func(t *testing.T, p, _ *peer) {
		p.raw.Send(&wamp.Message{Type: wamp.Hello, URI: []byte("realm1"), Dict: nil})
		p.expect(t, wamp.Abort)
	},
}

// Both sides of a call leave in every way, in every state of the call, with a callee
// that knows INTERRUPT and one that does not: the side that stays hears of it once,
// as it can understand, and lives on; nothing is left behind.
func TestLeavingDuringACall(t *testing.T) {
	for how, leave := range leavings {
		for _, o := range opens {
			for _, canceling := range []bool{true, false} {
				if !canceling && (o.interrupted || len(o.options) > 0 && o.options[0].Key == "progress") {
					continue // there is no such call
				}
				features := []string{"progressive_call_results", "progressive_call_invocations", "call_canceling"}
				name := how + "/" + o.name
				if !canceling {
					features, name = features[:1], name+", plain callee"
				}
				cfg := actors.Config{Realms: []actors.RealmConfig{{URI: "realm1", ProgressWithoutCanceling: true}}}
				t.Run("caller/"+name, func(t *testing.T) {
					inBubble(t, cfg, func(t *testing.T, r *actors.Router) { callerLeaves(t, r, o, features, leave) })
				})
				t.Run("callee/"+name, func(t *testing.T) {
					inBubble(t, cfg, func(t *testing.T, r *actors.Router) { calleeLeaves(t, r, o, features, leave) })
				})
			}
		}
	}
}

// underWay makes the call, as far as it has come when somebody leaves.
func underWay(t *testing.T, r *actors.Router, o open, features []string) (caller, callee, other *peer, id wamp.ID) {
	caller, callee, other = enterAs(t, r, kinds[4]), enterAs(t, r, kinds[0], features...), enter(t, r, kinds[2])
	callee.must(t, register("com.slow", "", ""), wamp.Registered)
	id = timed(t, caller, callee, o.options...).Request
	if o.begin != nil {
		o.begin(t, caller, callee, id)
	}
	return caller, callee, other, id
}

func callerLeaves(t *testing.T, r *actors.Router, o open, features []string, leave func(*testing.T, *peer, *peer)) {
	caller, callee, other, id := underWay(t, r, o, features)
	leave(t, caller, other)
	synctest.Wait()
	if len(features) == 3 && !o.interrupted {
		m := callee.expect(t, wamp.Interrupt)
		if m.Request != id || m.Mode != wamp.KillNoWait || m.Options.Reason != string(wamp.ErrCanceled) {
			t.Errorf("INTERRUPT %d %v %+v", m.Request, m.Mode, m.Options)
		}
	}
	before := r.Counters().Drops()["late_answer"]
	callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: id, Fields: progressing}, &wamp.Message{Type: wamp.Yield, Request: id})
	callee.silent(t)
	if n := r.Counters().Drops()["late_answer"] - before; n != 2 {
		t.Errorf("%d late answers are counted", n)
	}
	// The callee serves others.
	m := timed(t, other, callee)
	callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request})
	other.expect(t, wamp.Result)
	end(t, r, caller, callee, other)
}

func calleeLeaves(t *testing.T, r *actors.Router, o open, features []string, leave func(*testing.T, *peer, *peer)) {
	caller, callee, other, _ := underWay(t, r, o, features)
	leave(t, callee, other)
	m := caller.expect(t, wamp.ErrorMessage)
	args, _, err := caller.serializer().DecodePayload(m.Payload)
	if err != nil || string(m.URI) != string(wamp.ErrCanceled) || m.Request != caller.last || len(args) != 1 || args[0] != "callee gone" {
		t.Errorf("ERROR %s %v of call %d, %v", m.URI, args, m.Request, err)
	}
	caller.silent(t)
	end(t, r, caller, callee, other)
}

// end cuts what is left, and sees that nothing stays behind.
func end(t *testing.T, r *actors.Router, peers ...*peer) {
	for _, p := range peers {
		p.cut()
	}
	left(t, r)
}
