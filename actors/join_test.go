package actors_test

import (
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// standIns are members without peers: handles of sessions that share a few
// mailboxes, whose actors drop what comes. They cost next to nothing.
type standIns struct {
	realm   *lane.Realm
	members []*lane.Member
}

const standInBoxes = 64

// standIn makes n of them join a topic or procedure as like is.
func standIn(t *testing.T, r *actors.Router, n int, like *lane.Member) *standIns {
	t.Helper()
	h := r.Realm("realm1")
	s := &standIns{realm: h}
	boxes := make([]*lane.Box, min(n, standInBoxes))
	for i := range boxes {
		boxes[i] = dropping(t, h.Env)
	}
	for i := range n {
		m := &lane.Member{URI: like.URI, Match: like.Match, Procedure: like.Procedure, Invoke: like.Invoke}
		m.Session = &lane.Session{ID: wamp.ID(1<<53 - i), Realm: h, Box: boxes[i%len(boxes)], Transport: &lane.Transport{
			Group: lane.Group{Serializer: codec.MessagePack, MaxSend: 1 << 20},
		}}
		m.SetState(lane.Active)
		s.members = append(s.members, m)
		h.Directory.Post(nil, lane.Item{Op: lane.OpJoin, Member: m})
	}
	return s
}

// dropping makes an actor that drops what it gets.
func dropping(t *testing.T, env *lane.Env) *lane.Box {
	box := env.NewBox(supervisor.Session, nil)
	pid := env.System.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		if b, ok := c.Message().(*lane.Batch); ok {
			for it, ok := b.Next(); ok; it, ok = b.Next() {
				it.Release()
			}
		}
	}, actor.WithMailbox(func() actor.Mailbox { return box })))
	t.Cleanup(func() { _ = env.System.Root.StopFuture(pid).Wait() })
	return box
}

func (s *standIns) leave() {
	for _, m := range s.members {
		s.realm.Directory.Post(nil, lane.Item{Op: lane.OpLeave, Member: m})
	}
}

// rounds is how often something is tried.
func rounds(n int) int {
	if long() {
		return 50 * n
	}
	return n
}

// TestJoinedIsReached: whoever has seen a SUBSCRIBED publishes, and the event
// arrives, however busy the subscriber is; nothing comes before SUBSCRIBED or
// behind UNSUBSCRIBED. Alone in the topic, and among 100,000.
func TestJoinedIsReached(t *testing.T) {
	for _, key := range []uri{{"com.topic", "exact"}, {"com.", "prefix"}, {"com.", "wildcard"}} {
		t.Run("alone by "+key.match, func(t *testing.T) {
			reached(t, start(t, actors.Config{}), key, rounds(500))
		})
	}
	t.Run("among 100000", func(t *testing.T) {
		r := start(t, actors.Config{})
		s := standIn(t, r, 100_000, &lane.Member{URI: "com.topic"})
		eventually(t, "all have joined", func() bool { return members(r, "com.topic") == 100_000 })
		reached(t, r, uri{"com.topic", "exact"}, rounds(5))
		s.leave()
		eventually(t, "the topic is gone", func() bool { return members(r, "com.topic") == 0 })
	})
}

func reached(t *testing.T, r *actors.Router, key uri, rounds int) {
	a, b := enter(t, r, kinds[3]), enter(t, r, kinds[1])
	noise := makeBusy(t, r, a)
	for n := range rounds {
		id := joinAmidst(t, a, subscribe(key.uri, key.match), wamp.Subscribed, noise)
		publish := func(n int) {
			b.must(t, &wamp.Message{
				Type: wamp.Publish, URI: []byte("com.topic"), Fields: []wamp.Field{wamp.True("acknowledge")}, Payload: b.payload(n),
			}, wamp.Published)
		}
		publish(n)
		// Its acknowledgement left behind the event, so what a sends now comes later.
		a.ask(&wamp.Message{Type: wamp.Unsubscribe, ID: id})
		publish(-1)
		m := amidst(t, a, noise)
		if m.Type != wamp.Event || m.ID != id || a.args(m)[0] != int64(n) {
			t.Fatalf("round %d: got %+v instead of the event of subscription %d", n, m, id)
		}
		if m = amidst(t, a, noise); m.Type == wamp.Event && m.ID == id {
			m = amidst(t, a, noise) // the second event was faster than UNSUBSCRIBE
		}
		if m.Type != wamp.Unsubscribed || m.Request != a.last {
			t.Fatalf("round %d: got %+v instead of UNSUBSCRIBED", n, m)
		}
	}
}

// makeBusy lets others publish to a topic of a's all the time. It returns the
// subscription.
func makeBusy(t *testing.T, r *actors.Router, a *peer) wamp.ID {
	noise := a.must(t, subscribe("org.noise", ""), wamp.Subscribed).ID
	for range 2 {
		p := enter(t, r, kinds[0])
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for {
				select {
				case <-stop:
					return
				default:
				}
				m := &wamp.Message{Type: wamp.Publish, URI: []byte("org.noise"), Fields: []wamp.Field{wamp.True("acknowledge")}}
				if _, err := p.ask(m); err != nil {
					return
				}
				p.get(t, wamp.Published)
			}
		}()
		t.Cleanup(func() { close(stop); <-stopped })
	}
	return noise
}

// amidst is next without the noise.
func amidst(t *testing.T, p *peer, noise wamp.ID) *wamp.Message {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if m := p.next(t); m.Type != wamp.Event || m.ID != noise {
			return m
		}
	}
	t.Fatal("nothing but noise")
	return nil
}

// joinAmidst sends a request and returns the id that the next message grants.
func joinAmidst(t *testing.T, p *peer, m *wamp.Message, want wamp.MessageType, noise wamp.ID) wamp.ID {
	t.Helper()
	p.ask(m)
	reply := amidst(t, p, noise)
	if reply.Type != want || reply.Request != p.last {
		t.Fatalf("got %+v instead of %v", reply, want)
	}
	return reply.ID
}

// TestRegisteredIsCalled is its twin for REGISTERED and CALL. Of 1,000 callees
// that share the procedure the last one that came is called.
func TestRegisteredIsCalled(t *testing.T) {
	for _, key := range []uri{{"com.procedure", "exact"}, {"com.", "prefix"}, {"com.", "wildcard"}} {
		t.Run("alone by "+key.match, func(t *testing.T) {
			called(t, start(t, actors.Config{}), key, rounds(300))
		})
	}
	t.Run("among 1000", func(t *testing.T) {
		r := start(t, actors.Config{})
		s := standIn(t, r, 1_000, &lane.Member{URI: "com.procedure", Procedure: true, Invoke: wamp.Last})
		eventually(t, "all have registered", func() bool { return callees(r) == 1_000 })
		called(t, r, uri{"com.procedure", "exact"}, rounds(300))
		s.leave()
		eventually(t, "the registration is gone", func() bool { return callees(r) == 0 })
	})
}

func callees(r *actors.Router) int {
	p, ok := r.Realm("realm1").Procedures.Get([]byte("com.procedure"))
	if !ok {
		return 0
	}
	c, ok := p.Callees()
	if !ok || c == nil {
		return 0
	}
	return len(c.Callees)
}

func called(t *testing.T, r *actors.Router, key uri, rounds int) {
	a, b := enter(t, r, kinds[3]), enter(t, r, kinds[1])
	noise := makeBusy(t, r, a)
	for n := range rounds {
		id := joinAmidst(t, a, register(key.uri, key.match, "last"), wamp.Registered, noise)
		if _, err := b.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.procedure"), Payload: b.payload(n)}); err != nil {
			t.Fatal(err)
		}
		m := amidst(t, a, noise)
		if m.Type != wamp.Invocation || m.ID != id {
			t.Fatalf("round %d: got %+v instead of an INVOCATION of %d", n, m, id)
		}
		a.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request, Payload: m.Payload})
		if got := b.args(b.expect(t, wamp.Result)); got[0] != int64(n) {
			t.Fatalf("round %d: RESULT %v", n, got)
		}
		a.ask(&wamp.Message{Type: wamp.Unregister, ID: id})
		if m := amidst(t, a, noise); m.Type != wamp.Unregistered {
			t.Fatalf("round %d: got %+v instead of UNREGISTERED", n, m)
		}
	}
}

// TestPatternServesMeanwhile: a procedure that is registered by prefix all the
// time is always served, also while another session registers and unregisters
// the very URI.
func TestPatternServesMeanwhile(t *testing.T) {
	r := start(t, actors.Config{})
	steady, visitor, caller := enter(t, r, kinds[1]), enter(t, r, kinds[3]), enter(t, r, kinds[4])
	steady.must(t, register("com.", "prefix", ""), wamp.Registered)
	stop := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() { serveInOrder(t, steady) })
	done.Go(func() {
		yield := func(m *wamp.Message) {
			visitor.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request, Payload: m.Payload})
		}
		for {
			select {
			case <-stop:
				return
			default:
			}
			visitor.ask(register("com.procedure", "", ""))
			m, ok := visitor.awaitReply(t, wamp.Registered, yield)
			if !ok {
				return
			}
			visitor.ask(&wamp.Message{Type: wamp.Unregister, ID: m.ID})
			if _, ok := visitor.awaitReply(t, wamp.Unregistered, yield); !ok {
				return
			}
		}
	})
	for n := range rounds(3_000) {
		caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.procedure"), Payload: caller.payload(0, n+1)})
		if m, ok := caller.get(t, wamp.Result); !ok {
			t.Errorf("round %d: %+v", n, m)
			break
		}
	}
	close(stop)
	steady.raw.Conn().SetReadDeadline(time.Unix(1, 0))
	done.Wait()
}
