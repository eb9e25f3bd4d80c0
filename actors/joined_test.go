package actors_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/gobwas/ws"
)

// many are the messages of one read.
const many = 64

// batches reads WebSocket messages until they hold this many WAMP messages.
func (g *guest) batches(messages int) (payloads int, all [][]any) {
	g.t.Helper()
	g.must(g.Conn().SetReadDeadline(time.Now().Add(patience)))
	for len(all) < messages {
		//lint:ignore SA1019 the frames are those of this project, and short
		f, err := ws.ReadFrame(g.Conn())
		g.must(err)
		payloads++
		for rest := f.Payload; len(rest) > 0; {
			var b []byte
			if g.Transport().Serializer == codec.JSON {
				b, rest, _ = bytes.Cut(rest, []byte{0x1e})
			} else {
				n := 4 + binary.BigEndian.Uint32(rest)
				b, rest = rest[4:n], rest[n:]
			}
			v, err := g.Transport().Serializer.DecodeValue(b)
			g.must(err)
			all = append(all, v.([]any))
		}
	}
	return payloads, all
}

// hear expects this many messages of a type in one WebSocket message, or in as
// many as their size asks for, in order by the number that each of them carries.
func (g *guest) hear(want wamp.MessageType, payloads int) (messages [][]any) {
	g.t.Helper()
	n, messages := g.batches(many)
	if n != payloads || len(messages) != many {
		g.t.Errorf("%d %vs in %d WebSocket messages, want %d in %d", len(messages), want, n, many, payloads)
	}
	for i, m := range messages {
		args, _ := m[len(m)-1].([]any)
		if number(m[0]) != int64(want) || len(args) == 0 || number(args[0]) != int64(i) {
			g.t.Fatalf("got %v as number %d", m, i)
		}
	}
	return messages
}

// all sends a batch of messages, one for each number.
func (g *guest) all(message func(i int) []any) {
	g.t.Helper()
	var b [][]byte
	for i := range many {
		b = append(b, g.encode(message(i)))
	}
	g.sendBatch(g.batch(b...))
}

// What one read of the router's brings to a session leaves in one WebSocket message
// where batches are agreed on: events of one topic and of several, invocations,
// results; as many as it takes where they are long.
func TestMessagesAreJoined(t *testing.T) {
	router := start(t, actors.Config{})
	for _, p := range places(t, router) {
		for _, k := range batchedKinds {
			t.Run(fmt.Sprint(p.name, "/", k), func(t *testing.T) {
				from, to := p.member(t, k), p.guest(t, k)
				to.send([]any{1, "realm1", wamp.Dict{"roles": wamp.Dict{"subscriber": wamp.Dict{}, "callee": wamp.Dict{}}}})
				to.expect(wamp.Welcome)
				for i := range 4 {
					to.send([]any{32, i + 1, wamp.Dict{}, fmt.Sprintf("com.topic.%d", i)})
					to.expect(wamp.Subscribed)
				}
				procedure := "com." + p.name + "." + k.serializer.String()
				to.send([]any{64, 5, wamp.Dict{}, procedure})
				to.expect(wamp.Registered)

				text := ""
				event := func(topics int) func(int) []any {
					return func(i int) []any {
						return []any{16, i + 1, wamp.Dict{}, fmt.Sprintf("com.topic.%d", i%topics), []any{i, text}}
					}
				}
				from.all(event(1))
				to.hear(wamp.Event, 1)
				from.all(event(4))
				to.hear(wamp.Event, 1)
				text = strings.Repeat("x", 5000) // 64 KiB have room for 13 messages
				from.all(event(4))
				to.hear(wamp.Event, 5)

				text = ""
				call := func(id int) func(int) []any {
					return func(i int) []any { return []any{48, id + i, wamp.Dict{}, procedure, []any{i}} }
				}
				from.all(call(100))
				invocations := to.hear(wamp.Invocation, 1)
				to.all(func(i int) []any { return []any{70, invocations[i][1], wamp.Dict{}, []any{i}} })
				from.hear(wamp.Result, 1)

				// One that is longer than a batch stands alone.
				firstLong := func(message func(int) []any) func(int) []any {
					return func(i int) []any {
						m := message(i)
						if i == 0 {
							m[len(m)-1] = []any{i, strings.Repeat("x", 100_000)}
						}
						return m
					}
				}
				from.all(firstLong(event(1)))
				to.hear(wamp.Event, 2)
				from.all(firstLong(call(200)))
				invocations = to.hear(wamp.Invocation, 2)
				to.all(firstLong(func(i int) []any { return []any{70, invocations[i][1], wamp.Dict{}, []any{i}} }))
				from.hear(wamp.Result, 2)
			})
		}
	}
}

// Who reads late gets everything in order, in WebSocket messages that are joined
// behind a full socket, too.
func TestLateReaderOfBatches(t *testing.T) {
	const rounds = 100 // of 64 messages of 2.3 KB each, more than sockets hold and less than an outbox does
	router := start(t, actors.Config{})
	text := strings.Repeat("x", 2300)
	for _, p := range places(t, router) {
		for _, k := range batchedKinds {
			t.Run(fmt.Sprint(p.name, "/", k), func(t *testing.T) {
				from, to := p.member(t, k), p.guest(t, k)
				to.send([]any{1, "realm1", wamp.Dict{"roles": wamp.Dict{"subscriber": wamp.Dict{}}}})
				to.expect(wamp.Welcome)
				to.send([]any{32, 1, wamp.Dict{}, "com.topic"})
				to.expect(wamp.Subscribed)
				for n := range rounds {
					from.all(func(i int) []any {
						return []any{16, n*many + i + 1, wamp.Dict{"acknowledge": i == many-1}, "com.topic", []any{n*many + i, text}}
					})
					from.expect(wamp.Published)
				}
				payloads, messages := to.batches(rounds * many)
				for i, m := range messages {
					if args := m[len(m)-1].([]any); number(args[0]) != int64(i) {
						t.Fatalf("got number %v at %d", args[0], i)
					}
				}
				if len(messages) != rounds*many || payloads > len(messages)/8 {
					t.Errorf("%d messages of %d in %d WebSocket messages", len(messages), rounds*many, payloads)
				}
			})
		}
	}
}
