package actors_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/timer"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// The tests of this file run the whole router in a bubble of testing/synctest:
// time passes only when everybody waits, so limits of many seconds are tested
// exactly and at once. All connections are pipes.

// inBubble runs a router and a test in a bubble. The router is drained at the
// end; a goroutine that is left makes the bubble fail.
func inBubble(t *testing.T, cfg actors.Config, test func(*testing.T, *actors.Router)) {
	synctest.Test(t, func(t *testing.T) {
		// The last to be cleaned up: protoactor counts dead letters in a goroutine
		// that lasts a second, and time stands still when the test has returned.
		t.Cleanup(func() { time.Sleep(time.Minute) })
		test(t, start(t, cfg))
	})
}

var acknowledged = []wamp.Field{wamp.True("acknowledge")}

func TestBubble(t *testing.T) {
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		began := time.Now()
		a, b := enter(t, r, kinds[0]), enter(t, r, kinds[4])
		sub := a.must(t, subscribe("com.topic", ""), wamp.Subscribed).ID
		reg := a.must(t, register("com.procedure", "", ""), wamp.Registered).ID
		b.must(t, &wamp.Message{Type: wamp.Publish, URI: []byte("com.topic"), Fields: acknowledged}, wamp.Published)
		if m := a.expect(t, wamp.Event); m.ID != sub {
			t.Errorf("EVENT of subscription %d, not %d", m.ID, sub)
		}
		b.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.procedure"), Payload: b.payload(7)})
		m := a.expect(t, wamp.Invocation)
		if m.ID != reg {
			t.Errorf("INVOCATION of registration %d, not %d", m.ID, reg)
		}
		a.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request, Payload: m.Payload})
		if got := b.args(b.expect(t, wamp.Result)); got[0] != 7 {
			t.Errorf("RESULT %v", got)
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("something waited for %v", took)
		}
	})
}

// A topic that crashes on a SUBSCRIBE answers it with an ERROR, and goes on with
// the members that it had.
func TestBubbleCrash(t *testing.T) {
	var cfg actors.Config
	joins := 0 // counted by the one topic
	cfg.SetFault(func(kind supervisor.Kind, it *lane.Item) {
		if kind == supervisor.Topic && it.Op == lane.OpJoin {
			if joins++; joins == 2 {
				panic("a fault of the test")
			}
		}
	})
	inBubble(t, cfg, func(t *testing.T, r *actors.Router) {
		a, b := enter(t, r, kinds[1]), enter(t, r, kinds[3])
		a.must(t, subscribe("com.topic", ""), wamp.Subscribed)
		if m := b.must(t, subscribe("com.topic", ""), wamp.ErrorMessage); string(m.URI) != string(wamp.ErrInternal) {
			t.Errorf("ERROR %s", m.URI)
		}
		b.must(t, subscribe("com.topic", ""), wamp.Subscribed)
		b.must(t, &wamp.Message{Type: wamp.Publish, URI: []byte("com.topic"), Fields: acknowledged}, wamp.Published)
		a.expect(t, wamp.Event)
	})
}

// within says that something happened after least, but not much later than most:
// what takes several checks loses up to a tick at each.
func within(t *testing.T, began time.Time, least, most time.Duration) {
	t.Helper()
	if took := time.Since(began); took < least || took > most+6*timer.Tick {
		t.Errorf("after %v, not between %v and %v", took, least, most)
	}
}

// silent is a transport without HELLO.
func silent(t *testing.T, r *actors.Router, k kind) *client.Raw {
	raw, err := attach(t.Context(), r, k)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	return raw
}

func TestBubbleHelloTimeout(t *testing.T) {
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		limit := lane.DefaultLimits().HelloTimeout
		for _, k := range kinds {
			began := time.Now()
			raw := silent(t, r, k)
			m, err := raw.Receive(t.Context())
			if err != nil || m.Type != wamp.Abort || string(m.URI) != string(wamp.ErrProtocolViolation) {
				t.Fatalf("%v: got %+v, %v instead of ABORT", k, m, err)
			}
			within(t, began, limit, limit)
			_, err = raw.Receive(t.Context())
			var closed *client.CloseError
			if !errors.Is(err, io.EOF) && (!errors.As(err, &closed) || closed.Code != netio.ClosePolicy) {
				t.Errorf("%v: %v", k, err)
			}
		}
	})
}

// A connection that does not even say which transport it wants is closed.
func TestBubbleHandshakeTimeout(t *testing.T) {
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		began := time.Now()
		ours, theirs := netio.Pipe(0)
		defer ours.Close()
		if err := r.Attach(theirs, netio.AcceptOptions{WebSocketPath: "/ws"}); err != nil {
			t.Fatal(err)
		}
		if n, err := ours.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("got %d octets, %v", n, err)
		}
		within(t, began, lane.DefaultLimits().HelloTimeout, lane.DefaultLimits().HelloTimeout)
	})
}

// A WebSocket peer that is silent is asked as often as it may be, and then
// dropped. One that answers pings stays, and so does a RawSocket.
func TestBubbleKeepAlive(t *testing.T) {
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		alive, raw := enter(t, r, kinds[1]), enter(t, r, kinds[4])
		go alive.raw.Receive(context.Background()) // which answers pings
		began := time.Now()
		dead := enter(t, r, kinds[0])
		pings := 0
		for {
			f, err := dead.raw.ReceiveFrame(t.Context())
			if err != nil {
				break
			}
			if f.Kind != netio.Ping {
				t.Errorf("got a frame of kind %v", f.Kind)
			}
			pings++
		}
		l := lane.DefaultLimits()
		if pings != l.PingTries {
			t.Errorf("%d pings, not %d", pings, l.PingTries)
		}
		silence := l.PingInterval + time.Duration(l.PingTries)*l.PongWait
		within(t, began, silence, silence+l.PingInterval/2)
		time.Sleep(10 * time.Minute)
		if h := r.Realm("realm1"); h.Sessions.Get(alive.id) == nil || h.Sessions.Get(raw.id) == nil || h.Sessions.Len() != 2 {
			t.Errorf("%d sessions are left", h.Sessions.Len())
		}
		alive.cut()
	})
}

// A subscriber that reads nothing is cut when its transport has been stalled for
// too long; publisher and other subscribers notice nothing.
func TestBubbleWriteStall(t *testing.T) {
	for _, k := range []kind{kinds[0], kinds[4]} {
		t.Run(k.String(), func(t *testing.T) {
			inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) { stall(t, r, k) })
		})
	}
}

func stall(t *testing.T, r *actors.Router, k kind) {
	stuck, other, from := enter(t, r, k), enter(t, r, k), enter(t, r, k)
	stuck.must(t, subscribe("com.topic", ""), wamp.Subscribed)
	other.must(t, subscribe("com.topic", ""), wamp.Subscribed)
	began := time.Now()
	payload := from.payload(string(make([]byte, 4<<10)))
	for range 100 {
		from.must(t, &wamp.Message{Type: wamp.Publish, URI: []byte("com.topic"), Fields: acknowledged, Payload: payload}, wamp.Published)
		other.expect(t, wamp.Event)
	}
	if time.Since(began) != 0 {
		t.Errorf("publishing waited for %v", time.Since(began))
	}
	h := r.Realm("realm1")
	eventually(t, "the stalled session is cut", func() bool { return h.Sessions.Get(stuck.id) == nil })
	l := lane.DefaultLimits()
	within(t, began, l.WriteStall, l.WriteStall+l.PingInterval/2)
	if h.Sessions.Len() != 2 {
		t.Errorf("%d sessions are left", h.Sessions.Len())
	}
	if n := r.Counters().Dropped(lane.DropSlow); n == 0 {
		t.Error("the loss was not counted")
	}
}

// Drain is over at once when everybody answers, and when nobody does after the
// time that GOODBYE and closing may take, to the tick.
func TestBubbleDrain(t *testing.T) {
	for _, answer := range []bool{true, false} {
		inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
			for _, k := range kinds {
				p := enter(t, r, k)
				go func() {
					if m, ok := p.get(t, wamp.Goodbye); ok && string(m.URI) != string(wamp.CloseSystemShutdown) {
						t.Errorf("GOODBYE %s", m.URI)
					}
					if answer {
						p.raw.Send(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseGoodbyeAndOut)})
						p.raw.Receive(context.Background())
						p.cut()
					}
				}()
			}
			began := time.Now()
			if err := r.Drain(t.Context()); err != nil {
				t.Error(err)
			}
			l := lane.DefaultLimits()
			if answer {
				within(t, began, 0, 0)
			} else {
				within(t, began, l.GoodbyeGrace+l.LingerTime, l.GoodbyeGrace+l.LingerTime)
			}
		})
	}
}
