package actors_test

import (
	"testing"
	"testing/synctest"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// A callee unregisters while a call is on its way to it: the call goes to another
// one, and so does all of its input, in order, also what was sent before that was
// known.
func TestInputFollowsItsCall(t *testing.T) {
	var cfg actors.Config
	var reached, goOn chan struct{} // of the bubble
	cfg.SetFault(func(kind supervisor.Kind, it *lane.Item) {
		if kind == supervisor.Session && asks(it, wamp.Unregister) {
			close(reached)
			<-goOn
		}
	})
	inBubble(t, cfg, func(t *testing.T, r *actors.Router) {
		reached, goOn = make(chan struct{}), make(chan struct{})
		features := []string{"progressive_call_invocations", "call_canceling"}
		leaving, second, caller := enterAs(t, r, kinds[0], features...), enterAs(t, r, kinds[1], features...), enterAs(t, r, kinds[4])
		reg := leaving.must(t, register("com.upload", "", "first"), wamp.Registered)
		second.must(t, register("com.upload", "", "first"), wamp.Registered)
		leaving.ask(&wamp.Message{Type: wamp.Unregister, ID: reg.ID})
		<-reached
		caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.upload"), Fields: progressing, Payload: caller.payload(0)})
		for i := 1; i < 4; i++ {
			more := &wamp.Message{Type: wamp.Call, Request: caller.last, URI: []byte("com.upload"), Payload: caller.payload(i)}
			if i < 3 {
				more.Fields = progressing
			}
			caller.raw.Send(more)
		}
		synctest.Wait()
		close(goOn)
		leaving.expect(t, wamp.Unregistered)
		for i := range 4 {
			m := second.expect(t, wamp.Invocation)
			if got := second.args(m); got[0] != int64(i) || m.Request != 1 || m.Flags.Has(wamp.Progress) != (i < 3) {
				t.Errorf("INVOCATION %d with input %v instead of %d", m.Request, got, i)
			}
		}
		second.raw.Send(&wamp.Message{Type: wamp.Yield, Request: 1})
		caller.expect(t, wamp.Result)
		leaving.silent(t)
		end(t, r, leaving, second, caller)
	})
}

// A call is canceled whose INVOCATION is held back until its callee has got the
// reply to something that it asked for: the callee never hears of the call, so there
// is no answer to wait for in any mode.
func TestCancelOfAHeldCall(t *testing.T) {
	for _, mode := range []string{"skip", "kill", "killnowait"} {
		inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
			callee, caller := enter(t, r, kinds[1]), enter(t, r, kinds[4])
			callee.must(t, register("com.slow", "", ""), wamp.Registered)
			box := r.Realm("realm1").Sessions.Get(callee.id).Box
			pending := &lane.Member{Session: r.Realm("realm1").Sessions.Get(callee.id), URI: "com.pending"}
			box.Post(nil, lane.Item{Op: lane.OpEvent, Member: pending, Count: 1})
			canceled, _ := caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.slow"), Payload: caller.payload(1)})
			other, _ := caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.slow"), Payload: caller.payload(2)})
			synctest.Wait()
			caller.raw.Send(&wamp.Message{Type: wamp.Cancel, Request: canceled, Fields: []wamp.Field{wamp.Text("mode", mode)}})
			if m := caller.expect(t, wamp.ErrorMessage); m.Request != canceled || string(m.URI) != string(wamp.ErrCanceled) {
				t.Errorf("%s: ERROR %s of call %d", mode, m.URI, m.Request)
			}
			box.Post(nil, lane.Item{Op: lane.OpRefused, Member: pending, Ext: &lane.Failure{URI: wamp.ErrInternal}})
			m := callee.expect(t, wamp.Invocation)
			if got := callee.args(m); m.Request != 1 || got[0] != 2 {
				t.Errorf("%s: INVOCATION %d of call %v", mode, m.Request, got)
			}
			callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request})
			if m := caller.expect(t, wamp.Result); m.Request != other {
				t.Errorf("%s: RESULT %d", mode, m.Request)
			}
			callee.silent(t)
			end(t, r, callee, caller)
		})
	}
}

// A callee leaves while calls to it are held back in the same way: they go to another
// callee, and fail where there is none.
func TestCalleeLeavesWithHeldCalls(t *testing.T) {
	for how, leave := range leavings {
		t.Run(how, func(t *testing.T) {
			inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
				callee, second, caller, other := enter(t, r, kinds[1]), enter(t, r, kinds[2]), enter(t, r, kinds[4]), enter(t, r, kinds[0])
				callee.must(t, register("com.slow", "", "first"), wamp.Registered)
				second.must(t, register("com.slow", "", "first"), wamp.Registered)
				callee.must(t, register("com.alone", "", ""), wamp.Registered)
				session := r.Realm("realm1").Sessions.Get(callee.id)
				pending := &lane.Member{Session: session, URI: "com.pending"}
				session.Box.Post(nil, lane.Item{Op: lane.OpEvent, Member: pending, Count: 1})
				shared, _ := caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.slow"), Payload: caller.payload(1)})
				alone, _ := caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.alone"), Payload: caller.payload(2)})
				synctest.Wait()
				leave(t, callee, other)
				m := second.expect(t, wamp.Invocation)
				if got := second.args(m); len(got) != 1 || got[0] != 1 {
					t.Errorf("INVOCATION of call %v", got)
				}
				if m := caller.expect(t, wamp.ErrorMessage); m.Request != alone || string(m.URI) != string(wamp.ErrNoSuchProcedure) {
					t.Errorf("ERROR %s of call %d", m.URI, m.Request)
				}
				second.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request})
				if m := caller.expect(t, wamp.Result); m.Request != shared {
					t.Errorf("RESULT %d", m.Request)
				}
				callee.cut()
				end(t, r, second, caller, other)
			})
		})
	}
}

// What comes about a former call with the same request id, which its caller has given
// up, says nothing about the one that is open: neither that its INVOCATION was
// written, nor that it was not.
func TestWordsAboutAFormerCall(t *testing.T) {
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		callee, caller := enterAs(t, r, kinds[1], "progressive_call_invocations", "call_canceling"), enterAs(t, r, kinds[4])
		callee.must(t, register("com.upload", "", ""), wamp.Registered)
		sessions := r.Realm("realm1").Sessions
		pending := &lane.Member{Session: sessions.Get(callee.id), URI: "com.pending"}
		pending.Session.Box.Post(nil, lane.Item{Op: lane.OpEvent, Member: pending, Count: 1})
		former := func(op lane.Op) {
			sessions.Get(caller.id).Box.Post(nil, lane.Item{Op: op, Session: sessions.Get(caller.id), Request: caller.last, Serial: 1 << 31})
			synctest.Wait()
		}
		caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.upload"), Fields: progressing, Payload: caller.payload(0)})
		synctest.Wait()
		former(lane.OpInvoked)
		former(lane.OpBounce)
		caller.raw.Send(&wamp.Message{Type: wamp.Call, Request: caller.last, URI: []byte("com.upload"), Payload: caller.payload(1)})
		synctest.Wait()
		pending.Session.Box.Post(nil, lane.Item{Op: lane.OpRefused, Member: pending, Ext: &lane.Failure{URI: wamp.ErrInternal}})
		for i := range int64(2) {
			m := callee.expect(t, wamp.Invocation)
			if got := callee.args(m); m.Request != 1 || len(got) != 1 || got[0] != i {
				t.Errorf("INVOCATION %d with %v instead of input %d", m.Request, got, i)
			}
		}
		former(lane.OpBounce)
		callee.silent(t)
		callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: 1})
		caller.expect(t, wamp.Result)
		end(t, r, callee, caller)
	})
}

// More than enough open invocations: the one that is canceled is found, whichever
// it is, and no other.
func TestCancelAmongMany(t *testing.T) {
	const calls = 500
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		callee, caller := enter(t, r, kinds[1]), enter(t, r, kinds[4])
		callee.must(t, register("com.slow", "", ""), wamp.Registered)
		invoked := map[wamp.ID]wamp.ID{}
		for range calls {
			m := timed(t, caller, callee)
			invoked[caller.last] = m.Request
		}
		last := caller.last
		for i := range wamp.ID(calls) {
			request := last - calls + 1 + i*7919%calls
			if i%3 == 0 { // answered: the index must forget it
				callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: invoked[request]})
				caller.expect(t, wamp.Result)
			}
			caller.raw.Send(&wamp.Message{Type: wamp.Cancel, Request: request})
			if i%3 == 0 {
				continue
			}
			if m := caller.expect(t, wamp.ErrorMessage); m.Request != request {
				t.Fatalf("ERROR of call %d instead of %d", m.Request, request)
			}
			if m := callee.expect(t, wamp.Interrupt); m.Request != invoked[request] {
				t.Fatalf("INTERRUPT %d instead of %d", m.Request, invoked[request])
			}
			if i%10 == 1 { // one that comes later is in the index, too
				m := timed(t, caller, callee)
				caller.raw.Send(&wamp.Message{Type: wamp.Cancel, Request: caller.last})
				caller.expect(t, wamp.ErrorMessage)
				if got := callee.expect(t, wamp.Interrupt); got.Request != m.Request {
					t.Fatalf("INTERRUPT %d instead of %d", got.Request, m.Request)
				}
			}
		}
		caller.silent(t)
		callee.silent(t)
	})
}
