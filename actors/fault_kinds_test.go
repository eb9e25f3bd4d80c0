package actors_test

import (
	"errors"
	"io"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/connection"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// scene is a router with traffic, and a peer that is near the fault.
type scene struct {
	*testing.T
	router *actors.Router
	faults *faults
	flow   *flow
	victim *peer
	kind   kind
}

// onScene runs a test for every serializer and framing of the victim. Whatever
// happens to it, the traffic goes on and nothing is left at the end.
func onScene(t *testing.T, f func(*scene)) {
	for _, k := range kinds {
		t.Run(k.String(), func(t *testing.T) {
			t.Parallel()
			s := &scene{T: t, kind: k}
			s.router, s.faults = startFaulty(t, actors.Config{})
			s.flow = startFlow(t, s.router, "realm1")
			s.victim = enter(t, s.router, k)
			f(s)
			s.flow.end()
			s.victim.cut()
			left(t, s.router)
		})
	}
}

func join(it *lane.Item) bool  { return it.Op == lane.OpJoin }
func leave(it *lane.Item) bool { return it.Op == lane.OpLeave }

// refused says something that is lost in a crash, and hears so.
func (s *scene) refused(m *wamp.Message) {
	s.Helper()
	if reply := s.victim.must(s, m, wamp.ErrorMessage); string(reply.URI) != string(wamp.ErrInternal) {
		s.Errorf("got %s", reply.URI)
	}
}

// A topic, a registration or the directory loses one join, which is answered,
// and no member.
func TestFaultOnJoin(t *testing.T) {
	for _, on := range []supervisor.Kind{supervisor.Topic, supervisor.Directory} {
		t.Run("subscribe/"+string(on), func(t *testing.T) {
			onScene(t, func(s *scene) {
				s.faults.arm(on, 1, join)
				s.refused(subscribe(flowTopic, ""))
				s.flow.goOn()
				s.victim.must(s, subscribe(flowTopic, ""), wamp.Subscribed)
				s.victim.expect(s, wamp.Event)
			})
		})
	}
	for _, on := range []supervisor.Kind{supervisor.Registration, supervisor.Directory} {
		t.Run("register/"+string(on), func(t *testing.T) {
			onScene(t, func(s *scene) {
				s.faults.arm(on, 1, join)
				s.refused(register(flowProcedure, "", "roundrobin"))
				s.flow.goOn()
				s.victim.must(s, register("com.other", "", ""), wamp.Registered)
			})
		})
	}
}

// A leave that an actor failed on is done all the same.
func TestFaultOnLeave(t *testing.T) {
	for on, times := range map[supervisor.Kind]int{supervisor.Topic: 1, supervisor.Directory: 2} {
		t.Run(string(on), func(t *testing.T) {
			onScene(t, func(s *scene) {
				sub := s.victim.must(s, subscribe("com.lonely", ""), wamp.Subscribed)
				struck := s.faults.arm(on, times, leave)
				s.victim.must(s, &wamp.Message{Type: wamp.Unsubscribe, ID: sub.ID}, wamp.Unsubscribed)
				<-struck
				eventually(s, "the topic is dropped", func() bool {
					_, ok := s.router.Realm("realm1").Topics.Get([]byte("com.lonely"))
					return !ok
				})
			})
		})
	}
}

// A session that fails takes its peer along, who is told, and nobody else.
func TestFaultInSession(t *testing.T) {
	faults := map[string]func(*lane.Item) bool{
		"input": func(it *lane.Item) bool { return asks(it, wamp.Subscribe) },
		"event": nil, "invoke": nil, "joined": func(it *lane.Item) bool { return it.Op == lane.OpJoined },
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			onScene(t, func(s *scene) {
				v, when := s.victim, fault
				switch id := v.id; name {
				case "event":
					v.must(s, subscribe(flowTopic, ""), wamp.Subscribed)
					when = func(it *lane.Item) bool { return it.Op == lane.OpEvent && it.Member.Session.ID == id }
				case "invoke":
					v.must(s, register("com.mine", "", ""), wamp.Registered)
					caller := enter(s, s.router, s.kind)
					when := func(it *lane.Item) bool { return it.Op == lane.OpInvoke && it.Member.Session.ID == id }
					s.faults.arm(supervisor.Session, 1, when)
					m := caller.must(s, &wamp.Message{Type: wamp.Call, URI: []byte("com.mine")}, wamp.ErrorMessage)
					if string(m.URI) != string(wamp.ErrInternal) {
						s.Errorf("the caller got %s", m.URI)
					}
					caller.cut()
					s.aborted()
					return
				}
				s.faults.arm(supervisor.Session, 1, when)
				v.ask(subscribe("com.boom", ""))
				s.aborted()
			})
		})
	}
}

// asks says whether an input has a message of this type.
func asks(it *lane.Item, what wamp.MessageType) bool {
	if it.Op != lane.OpInput {
		return false
	}
	for i := range it.Ext.(*lane.Input).Messages {
		if it.Ext.(*lane.Input).Messages[i].Type == what {
			return true
		}
	}
	return false
}

// aborted: whatever else is on its way, the last word is ABORT.
func (s *scene) aborted() {
	s.Helper()
	for {
		switch m := s.victim.next(s); m.Type {
		case wamp.Event, wamp.Subscribed:
		case wamp.Abort:
			if string(m.URI) != string(wamp.ErrInternal) {
				s.Errorf("got ABORT %s", m.URI)
			}
			s.ended()
			return
		default:
			s.Fatalf("got %v %s", m.Type, m.URI)
		}
	}
}

// ended: the victim's transport is closed, and its session is gone.
func (s *scene) ended() {
	s.Helper()
	for {
		if _, err := receive(s.Context(), s.victim.raw); err != nil {
			if errors.Is(err, io.ErrNoProgress) {
				continue
			}
			break
		}
	}
	eventually(s, "the session is gone", func() bool {
		return s.router.Realm("realm1").Sessions.Get(s.victim.id) == nil
	})
}

// What a session published before it failed, in the same drain, still arrives.
func TestFaultAfterPublish(t *testing.T) {
	twoDispatchers(t)
	const events = 50
	for _, k := range kinds {
		t.Run(k.String(), func(t *testing.T) {
			t.Parallel()
			var cfg actors.Config
			blocked, release := make(chan struct{}), make(chan struct{})
			cfg.SetFault(func(kind supervisor.Kind, it *lane.Item) {
				switch {
				case kind == supervisor.Session && it.Op == lane.OpEvent && it.Member.URI == "com.plug":
					close(blocked) // the drain of this event lasts until two inputs wait
					<-release
				case kind == supervisor.Session && asks(it, wamp.Subscribe) && it.Ext.(*lane.Input).Messages[0].Request > events:
					panic("a fault of the test")
				}
			})
			s := &scene{T: t, router: start(t, cfg), kind: k}
			s.victim = enter(t, s.router, k)
			s.victim.must(t, subscribe("com.plug", ""), wamp.Subscribed)
			listener, other := enter(t, s.router, k), enter(t, s.router, k)
			listener.must(t, subscribe("com.news", ""), wamp.Subscribed)
			other.ask(&wamp.Message{Type: wamp.Publish, URI: []byte("com.plug")})
			<-blocked
			s.publishAndFail(events, release)
			for n := range int64(events) {
				if got := listener.args(listener.expect(t, wamp.Event)); got[0] != n {
					t.Fatalf("got event %d instead of %d", got[0], n)
				}
			}
			s.aborted()
		})
	}
}

// publishAndFail fills one drain with two inputs. The session fails on the second.
func (s *scene) publishAndFail(events int, release chan struct{}) {
	defer close(release)
	v, box := s.victim, s.router.Realm("realm1").Sessions.Get(s.victim.id).Box
	var messages []*wamp.Message
	for n := range events {
		v.last++
		messages = append(messages, &wamp.Message{
			Type: wamp.Publish, Request: v.last, URI: []byte("com.news"), Payload: v.payload(n),
		})
	}
	v.raw.Send(messages...)
	eventually(s, "the events wait", func() bool { return box.Len() == 1 })
	v.ask(subscribe("com.boom", ""))
	eventually(s, "the next input waits", func() bool { return box.Len() == 2 })
}

// A connection, or its reader, takes its own session along and nobody else.
func TestFaultInConnection(t *testing.T) {
	faults := map[string]func(s *scene){
		"reader": func(s *scene) {
			s.faults.arm(connection.ReaderKind, 1, func(it *lane.Item) bool { return asks(it, wamp.Subscribe) })
			s.victim.ask(subscribe("com.boom", ""))
		},
		"connection on session-ended": func(s *scene) {
			s.faults.arm(supervisor.Connection, 1, func(it *lane.Item) bool { return it.Op == lane.OpSessionEnded })
			s.victim.raw.Send(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseRealm)})
		},
		"connection on reader-done": func(s *scene) {
			s.faults.arm(supervisor.Connection, 1, func(it *lane.Item) bool { return it.Op == lane.OpReaderDone })
			s.victim.raw.Conn().CloseWrite()
		},
	}
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			onScene(t, func(s *scene) {
				failures := counts(s.router, supervisor.Connection).Failures
				f(s)
				s.ended()
				if n := counts(s.router, supervisor.Connection).Failures; n != failures+1 {
					s.Errorf("%d failures of connections are counted", n-failures)
				}
			})
		})
	}
}

// A connection that fails on HELLO closes its transport.
func TestFaultOnHello(t *testing.T) {
	onScene(t, func(s *scene) {
		s.faults.arm(supervisor.Connection, 1, func(it *lane.Item) bool { return asks(it, wamp.Hello) })
		raw, err := attach(s.Context(), s.router, s.kind)
		if err != nil {
			s.Fatal(err)
		}
		defer raw.Close()
		if _, err := hello(s.Context(), raw); err == nil {
			s.Error("a WELCOME")
		}
	})
}

// Meta answers the call that it lost, and serves on.
func TestFaultInMeta(t *testing.T) {
	onScene(t, func(s *scene) {
		s.faults.arm(supervisor.Meta, 1, func(it *lane.Item) bool { return it.Op == lane.OpMetaCall })
		count := &wamp.Message{Type: wamp.Call, URI: []byte("wamp.session.count")}
		s.refused(count)
		if n := s.victim.args(s.victim.must(s, count, wamp.Result)); n[0] != 7 {
			s.Errorf("%d sessions", n[0])
		}
	})
}
