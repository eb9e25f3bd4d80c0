package actors_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// A caller may use the id of a call again that it gave up. The answer of the old
// call, which was under way at that moment, is not taken for that of the new one.
func TestOldAnswerOfARepeatedID(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.String(), func(t *testing.T) {
			twoDispatchers(t)
			blocked, release := make(chan struct{}), make(chan struct{})
			free := sync.OnceFunc(func() { close(release) })
			var cfg actors.Config
			cfg.SetFault(func(kind supervisor.Kind, it *lane.Item) {
				if kind == supervisor.Session && it.Op == lane.OpEvent {
					close(blocked) // the drain of the one event lasts until all else waits
					<-release
				}
			})
			r := start(t, cfg)
			t.Cleanup(free)
			caller, old, next := enter(t, r, k), enter(t, r, k), enter(t, r, k)
			caller.must(t, subscribe("com.plug", ""), wamp.Subscribed)
			old.must(t, register("com.old", "", ""), wamp.Registered)
			next.must(t, register("com.next", "", ""), wamp.Registered)
			id, _ := caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.old")})
			invocation := old.expect(t, wamp.Invocation)
			next.ask(&wamp.Message{Type: wamp.Publish, URI: []byte("com.plug")})
			<-blocked
			box := r.Realm("realm1").Sessions.Get(caller.id).Box
			caller.raw.Send(
				&wamp.Message{Type: wamp.Cancel, Request: id, Fields: []wamp.Field{wamp.Text("mode", "skip")}},
				&wamp.Message{Type: wamp.Call, Request: id, URI: []byte("com.next")},
			)
			eventually(t, "the new call waits", func() bool { return box.Len() == 1 })
			old.raw.Send(&wamp.Message{Type: wamp.Yield, Request: invocation.Request, Payload: old.payload(1)})
			eventually(t, "the old answer waits", func() bool { return box.Len() == 2 })
			free()
			caller.expect(t, wamp.Event)
			if m := caller.expect(t, wamp.ErrorMessage); m.Request != id || string(m.URI) != string(wamp.ErrCanceled) {
				t.Errorf("got ERROR %s for request %d", m.URI, m.Request)
			}
			invocation = next.expect(t, wamp.Invocation)
			next.raw.Send(&wamp.Message{Type: wamp.Yield, Request: invocation.Request, Payload: next.payload(2)})
			m := caller.expect(t, wamp.Result)
			if got := caller.args(m); m.Request != id || len(got) != 1 || got[0] != 2 {
				t.Errorf("got RESULT %d %v", m.Request, got)
			}
			if n := r.Counters().Dropped(lane.DropLateAnswer); n != 1 {
				t.Errorf("%d late answers are counted", n)
			}
		})
	}
}

// A reader stops reading while its session is busy: what the peer sends stays in
// the transport, and its writes are held up.
func TestABusySessionHoldsItsPeerBack(t *testing.T) {
	twoDispatchers(t)
	blocked, release := make(chan struct{}), make(chan struct{})
	free := sync.OnceFunc(func() { close(release) })
	var cfg actors.Config
	cfg.SetFault(func(kind supervisor.Kind, it *lane.Item) {
		if kind == supervisor.Session && it.Op == lane.OpEvent {
			close(blocked)
			<-release
		}
	})
	r := start(t, cfg)
	t.Cleanup(free)
	busy, other := enter(t, r, kinds[4]), enter(t, r, kinds[4])
	busy.must(t, subscribe("com.plug", ""), wamp.Subscribed)
	other.ask(&wamp.Message{Type: wamp.Publish, URI: []byte("com.plug")})
	<-blocked
	const publishes, size = 512, 8 << 10
	sent := make(chan int, 1)
	go func() {
		m := wamp.Message{Type: wamp.Publish, URI: []byte("com.nobody"), Payload: busy.payload(string(make([]byte, size)))}
		n := 0
		for ; n < publishes; n++ {
			p := m
			p.Request = busy.last + wamp.ID(n) + 1
			if busy.raw.Send(&p) != nil {
				break
			}
		}
		sent <- n
	}()
	box := r.Realm("realm1").Sessions.Get(busy.id).Box
	// When it waits it has taken what may be under way; the writer fills the pipe.
	eventually(t, "the reader waits", func() bool { return waitsForCredit() })
	if n := box.Len(); n > 16 {
		t.Errorf("%d reads wait", n)
	}
	select {
	case n := <-sent:
		t.Errorf("%d publishes of %d octets were taken", n, size)
	default:
	}
	free()
	if n := <-sent; n != publishes {
		t.Errorf("%d publishes were sent", n)
	}
	busy.last += publishes
	busy.expect(t, wamp.Event)
	busy.silent(t)
}

// waitsForCredit says whether a goroutine of the router waits until what it read
// has been handled.
func waitsForCredit() bool {
	return bytes.Contains(stacks(), []byte("lane.(*Credit).Take("))
}
