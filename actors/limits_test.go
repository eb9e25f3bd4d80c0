package actors_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// A subscriber that does not read is cut when its outbox is full, and counted. All
// others get every event, in order.
func TestSlowReaderIsCut(t *testing.T) {
	const size = 256 << 10
	router := start(t, actors.Config{})
	for i, p := range places(t, router) {
		events := []int{80, 160}[i] // more than the 16 MiB of an outbox, and the kernel's buffers
		k := []kind{kinds[4], kinds[0]}[i]
		t.Run(fmt.Sprint(p.name, "/", k), func(t *testing.T) {
			before := router.Counters().Drops()["slow"]
			publisher, slow, quick := p.member(t, kinds[5]), p.member(t, k), p.member(t, kinds[5])
			for _, g := range []*guest{slow, quick} {
				g.send([]any{32, 1, wamp.Dict{}, "com.large"})
				g.expect(wamp.Subscribed)
			}
			text := strings.Repeat("x", size)
			for n := range events {
				publisher.send([]any{16, n + 1, wamp.Dict{"acknowledge": true}, "com.large", []any{n, text}})
				publisher.expect(wamp.Published)
				if m := quick.expect(wamp.Event); number(m[4].([]any)[0]) != int64(n) {
					t.Fatalf("event %d: got %v", n, m[4].([]any)[0])
				}
			}
			if router.Counters().Drops()["slow"] == before {
				t.Error("nothing was counted for the slow reader")
			}
			slow.cutOff(events)
		})
	}
}

// cutOff reads what is left for a guest that was cut: fewer events than there
// were, and the end without a word.
func (g *guest) cutOff(events int) {
	g.t.Helper()
	for n := 0; ; n++ {
		v, err := receive(g.ctx, g.Raw)
		if err != nil {
			if g.ctx.Err() != nil || n >= events {
				g.t.Errorf("got %d events, %v", n, err)
			}
			return
		}
		if m := v.([]any); number(m[0]) != int64(wamp.Event) {
			g.t.Fatalf("got %v", v)
		}
	}
}

func hasty() actors.Config {
	l := lane.DefaultLimits()
	l.HelloTimeout, l.HandshakeTimeout, l.GoodbyeGrace = 500*time.Millisecond, time.Second, 50*time.Millisecond
	l.LingerTime = 100 * time.Millisecond
	return actors.Config{Limits: l}
}

// A transport without HELLO ends in time, one that is silent after GOODBYE too.
func TestHelloTimeout(t *testing.T) {
	router := start(t, hasty())
	for _, p := range places(t, router) {
		for _, k := range kinds {
			t.Run(fmt.Sprint(p.name, "/", k), func(t *testing.T) {
				t.Parallel()
				g := p.guest(t, k)
				if m := g.expect(wamp.Abort); m[2] != string(wamp.ErrProtocolViolation) {
					t.Errorf("got %v", m)
				}
				g.closed(1008)

				g = p.member(t, k)
				g.send([]any{6, wamp.Dict{}, "wamp.close.normal"})
				g.expect(wamp.Goodbye)
				g.closed(1000)
			})
		}
	}
}

// Nor does a handshake take for ever, from its first octet to its last.
func TestHandshakeTimeout(t *testing.T) {
	address := serve(t, start(t, hasty()))
	var all []net.Conn
	for _, text := range []string{"", "\x7f", "\x7f\xf1\x00", "GET /ws HTTP/1.1\r\nHost: x\r\n", "POST "} {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	for _, c := range all {
		if err := c.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("still open: %q, %v", got, err)
		}
	}
}

// A drained router says GOODBYE and does not wait for peers that do not answer.
func TestGoodbyeGrace(t *testing.T) {
	router := start(t, hasty())
	p := places(t, router)[0]
	var all []*guest
	for _, k := range kinds {
		all = append(all, p.member(t, k))
	}
	all[0].must(router.Drain(t.Context()))
	for _, g := range all {
		if m := g.expect(wamp.Goodbye); m[2] != string(wamp.CloseSystemShutdown) {
			t.Errorf("got %v", m)
		}
		g.closed(1001)
	}
}

// smallest is the least that a RawSocket peer may accept.
const smallest = 4096

// narrow joins over RawSocket as a peer that accepts 4 KiB.
func narrow(t *testing.T, r *actors.Router, k kind) *guest {
	t.Helper()
	p := place{"narrow", func(ctx context.Context, k kind) (*client.Raw, error) {
		ours, theirs := netio.Pipe(0)
		if err := r.Attach(theirs, netio.AcceptOptions{}); err != nil {
			return nil, err
		}
		return client.Handshake(ctx, ours, k.url(), client.Options{Serializer: k.serializer, MaxMessage: smallest})
	}}
	return p.member(t, k)
}

// An EVENT that a peer does not accept is dropped for this peer and counted
// (advanced profile, "RawSocket Transport"). One of exactly the announced length
// reaches it.
func TestEventTooLargeForReceiver(t *testing.T) {
	router := start(t, actors.Config{})
	wide := places(t, router)[0]
	for _, k := range rawKinds {
		t.Run(k.String(), func(t *testing.T) {
			before := router.Counters().Drops()["too_large"]
			small, large, publisher := narrow(t, router, k), wide.member(t, k), wide.member(t, kinds[0])
			var subscription any
			for _, g := range []*guest{small, large} {
				g.send([]any{32, 1, wamp.Dict{}, "com." + k.String()})
				subscription = g.expect(wamp.Subscribed)[2]
			}
			publish := func(text string) {
				publisher.send([]any{16, 1, wamp.Dict{"acknowledge": true}, "com." + k.String(), []any{text}})
				publisher.expect(wamp.Published)
			}
			publish(strings.Repeat("x", smallest))
			publish("after")
			large.expect(wamp.Event)
			large.expect(wamp.Event)
			m := small.expect(wamp.Event)
			if m[4].([]any)[0] != "after" {
				t.Errorf("got %.80v", m)
			}
			if n := router.Counters().Drops()["too_large"] - before; n != 1 {
				t.Errorf("%d events counted, want 1", n)
			}
			// The publication's id has as many octets as the one before or a few
			// others: one of these lengths is exact.
			exact := small.sized(smallest, func(fill string) []any { return []any{36, subscription, m[2], wamp.Dict{}, []any{fill}} })
			v, err := k.serializer.DecodeValue(exact)
			small.must(err)
			publish(v.([]any)[4].([]any)[0].(string)[8:])
			small.expect(wamp.Event)
		})
	}
}

// Answers that a caller does not accept become an ERROR without payload, and a
// call that the callee does not accept never reaches it.
func TestAnswerTooLargeForReceiver(t *testing.T) {
	router := start(t, actors.Config{})
	wide := places(t, router)[0]
	text := strings.Repeat("x", smallest)
	for i, k := range rawKinds {
		t.Run(k.String(), func(t *testing.T) {
			name := k.serializer.String()
			small, large := narrow(t, router, k), wide.member(t, kinds[i])
			exceeded := func(g *guest) {
				t.Helper()
				if m := g.expect(wamp.ErrorMessage); m[4] != string(wamp.ErrPayloadSizeExceeded) || len(m) != 5 {
					t.Errorf("got %.200v", m)
				}
			}
			large.send([]any{64, 1, wamp.Dict{}, "com.large." + name})
			large.expect(wamp.Registered)
			small.send([]any{64, 1, wamp.Dict{}, "com.small." + name})
			small.expect(wamp.Registered)

			small.send([]any{48, 2, wamp.Dict{}, "com.large." + name})
			large.send([]any{70, large.expect(wamp.Invocation)[1], wamp.Dict{}, []any{text}})
			exceeded(small)
			small.send([]any{48, 3, wamp.Dict{}, "com.large." + name})
			large.send([]any{8, 68, large.expect(wamp.Invocation)[1], wamp.Dict{}, "com.error.no", []any{text}})
			exceeded(small)
			small.send([]any{48, 4, wamp.Dict{}, "com.large." + name})
			large.send([]any{8, 68, large.expect(wamp.Invocation)[1], wamp.Dict{"text": text}, "com.error.no"})
			exceeded(small)

			large.send([]any{48, 2, wamp.Dict{}, "com.small." + name, []any{text}})
			exceeded(large)
			large.send([]any{48, 3, wamp.Dict{}, "com.small." + name, []any{"fits"}})
			m := small.expect(wamp.Invocation)
			if number(m[1]) != int64(1) {
				t.Errorf("INVOCATION %v: one that was not sent took an id", m[1])
			}
			small.send([]any{70, m[1], wamp.Dict{}})
			large.expect(wamp.Result)
		})
	}
}
