package actors_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// twoDispatchers is for tests that keep an actor waiting: the goroutine that runs
// it may be a dispatcher, and there are as many as processors.
func twoDispatchers(t *testing.T) {
	if before := runtime.GOMAXPROCS(0); before < 2 {
		runtime.GOMAXPROCS(2)
		t.Cleanup(func() { runtime.GOMAXPROCS(before) })
	}
}

// event is an EVENT on its way to a member, as a publisher's session posts it.
func event(m *lane.Member, publication wamp.ID, payload wamp.Payload) lane.Item {
	g := m.Session.Transport.Group
	e := &wamp.Message{Type: wamp.Event, ID: m.Topic.ID, Request: publication, Payload: payload}
	b := g.Serializer.Append(netio.AppendElementHeader(nil, g.Framing, g.Serializer.Size(e)), e)
	b = netio.AppendTrailer(b, g.Framing)
	c := netio.Copy(b)
	return lane.Item{Op: lane.OpEvent, Member: m, Count: 1, Chunk: c, Bytes: c.B[:len(b)]}
}

// An event and a call that overtake SUBSCRIBED and REGISTERED wait for them, and
// what comes behind them waits too. They are posted by the actor that is about to
// grant the membership: nothing can be earlier.
func TestNothingBeforeTheReply(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.String(), func(t *testing.T) {
			var old *lane.Member
			var caller *lane.Session
			var cfg actors.Config
			cfg.SetFault(func(kind supervisor.Kind, it *lane.Item) {
				switch {
				case it == nil || it.Op != lane.OpJoin:
				case kind == supervisor.Topic && it.Member.URI == "com.old":
					old = it.Member
				case kind == supervisor.Topic:
					it.Member.Session.Box.Post(nil, event(it.Member, 101, wamp.Payload{}))
					it.Member.Session.Box.Post(nil, event(old, 102, wamp.Payload{}))
				case kind == supervisor.Registration:
					it.Member.Session.Box.Post(nil, lane.Item{Op: lane.OpInvoke, Member: it.Member, Session: caller, Request: 7})
					it.Member.Session.Box.Post(nil, event(old, 103, wamp.Payload{}))
				}
			})
			r := start(t, cfg)
			p, other := enter(t, r, k), enter(t, r, k)
			caller = r.Realm("realm1").Sessions.Get(other.id)
			first := p.must(t, subscribe("com.old", ""), wamp.Subscribed)
			second := p.must(t, subscribe("com.new", ""), wamp.Subscribed)
			for n, sub := range []wamp.ID{second.ID, first.ID} {
				if m := p.expect(t, wamp.Event); m.ID != sub || m.Request != wamp.ID(101+n) {
					t.Errorf("got event %d of subscription %d", m.Request, m.ID)
				}
			}
			reg := p.must(t, register("com.procedure", "", ""), wamp.Registered)
			if m := p.expect(t, wamp.Invocation); m.ID != reg.ID {
				t.Errorf("got an INVOCATION of registration %d", m.ID)
			}
			if m := p.expect(t, wamp.Event); m.Request != 103 {
				t.Errorf("got event %d", m.Request)
			}
		})
	}
}

// An event and a call that were sent before UNSUBSCRIBED and UNREGISTERED, and
// arrive after them, do not reach the peer. They are posted when the membership is
// being taken out: nobody is later.
func TestNothingBehindTheLeave(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.String(), func(t *testing.T) {
			var caller *lane.Session
			taken := make(chan bool, 2)
			var cfg actors.Config
			cfg.SetFault(func(kind supervisor.Kind, it *lane.Item) {
				switch {
				case it == nil || it.Op != lane.OpLeave:
				case kind == supervisor.Topic:
					taken <- it.Member.Session.Box.Post(nil, event(it.Member, 101, wamp.Payload{}))
				case kind == supervisor.Registration:
					taken <- it.Member.Session.Box.Post(nil, lane.Item{Op: lane.OpInvoke, Member: it.Member, Session: caller, Request: 7})
				}
			})
			r := start(t, cfg)
			p, other := enter(t, r, k), enter(t, r, k)
			caller = r.Realm("realm1").Sessions.Get(other.id)
			sub := p.must(t, subscribe("com.topic", ""), wamp.Subscribed)
			p.must(t, &wamp.Message{Type: wamp.Unsubscribe, ID: sub.ID}, wamp.Unsubscribed)
			reg := p.must(t, register("com.procedure", "", ""), wamp.Registered)
			p.must(t, &wamp.Message{Type: wamp.Unregister, ID: reg.ID}, wamp.Unregistered)
			if first, second := <-taken, <-taken; !first || !second {
				t.Error("the session is gone")
			}
			p.silent(t)
			if n := r.Counters().Dropped(lane.DropClosed); n != 1 {
				t.Errorf("%d events are counted", n)
			}
		})
	}
}

// What waits for a reply is bounded: a session that is sent more is cut, and all
// of it is counted.
func TestWhatWaitsForTheReplyIsBounded(t *testing.T) {
	const events = 10
	var cfg actors.Config
	cfg.Limits = lane.DefaultLimits()
	cfg.Limits.HeldBytes = events / 2 * 1000
	refused := make(chan uint64, 1) // of a mailbox that was closed meanwhile
	cfg.SetFault(func(kind supervisor.Kind, it *lane.Item) {
		if kind == supervisor.Topic && it.Op == lane.OpJoin {
			large := wamp.Payload{N: 1, Bytes: []byte(`["` + string(make([]byte, 1000)) + `"]`)}
			var late uint64
			for n := range wamp.ID(events) {
				if e := event(it.Member, n+1, large); !it.Member.Session.Box.Post(nil, e) {
					e.Release()
					late++
				}
			}
			refused <- late
		}
	})
	r := start(t, cfg)
	p := enter(t, r, kinds[0])
	p.ask(subscribe("com.topic", ""))
	if m, err := p.raw.Receive(t.Context()); err == nil {
		t.Errorf("got %v", m.Type)
	}
	p.cut()
	left(t, r)
	if n := r.Counters().Dropped(lane.DropSessionGone) + <-refused; n != events {
		t.Errorf("%d of %d events are counted: %v", n, events, r.Counters().Drops())
	}
}

// crowded lets victim join what key names, and a throng of stand-ins behind it in
// the same drain of the actor of this kind. It returns when the victim has its
// reply, while the others are still being told.
func crowded(t *testing.T, kind supervisor.Kind, throng int, key *lane.Member, ask *wamp.Message) *actors.Router {
	t.Helper()
	twoDispatchers(t)
	waits, release := make(chan *lane.Member), make(chan struct{})
	free := sync.OnceFunc(func() { close(release) })
	var once sync.Once
	var cfg actors.Config
	cfg.SetFault(func(k supervisor.Kind, it *lane.Item) {
		if k == kind && it.Op == lane.OpJoin {
			once.Do(func() { waits <- it.Member; <-release })
		}
	})
	r := start(t, cfg)
	t.Cleanup(free)
	plug, victim := enter(t, r, kinds[4]), enter(t, r, kinds[4])
	copied := *ask
	plug.ask(&copied)
	m := <-waits
	box := boxOf(m)
	victim.ask(ask)
	eventually(t, "the victim waits", func() bool { return box.Len() == 1 })
	s := standIn(t, r, throng, key)
	t.Cleanup(s.leave)
	eventually(t, "the crowd waits", func() bool { return box.Len() == 1+throng })
	free()
	if m := victim.next(t); m.Request != victim.last || m.Type == wamp.ErrorMessage {
		t.Fatalf("got %v %s", m.Type, m.URI)
	}
	return r
}

func boxOf(m *lane.Member) *lane.Box {
	if m.Procedure {
		return m.Registration.Box
	}
	return m.Topic.Box
}

// Members are seen by publishers before any of them hears SUBSCRIBED, and callees
// by callers before REGISTERED: one that is told long before the last one is
// reached at once.
func TestSnapshotBeforeReplies(t *testing.T) {
	t.Run("topic", func(t *testing.T) {
		r := crowded(t, supervisor.Topic, 100_000, &lane.Member{URI: "com.topic"}, subscribe("com.topic", ""))
		if n := members(r, "com.topic"); n != 100_002 {
			t.Errorf("%d members are seen by publishers", n)
		}
	})
	t.Run("registration", func(t *testing.T) {
		key := &lane.Member{URI: "com.procedure", Procedure: true, Invoke: wamp.Last}
		r := crowded(t, supervisor.Registration, 4_000, key, register("com.procedure", "", "last"))
		if n := callees(r); n != 4_002 {
			t.Errorf("%d callees are seen by callers", n)
		}
	})
}
