package actors_test

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/connection"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// batch is several messages in the payload of one WebSocket message.
func (g *guest) batch(messages ...[]byte) (b []byte) {
	for _, m := range messages {
		if g.Transport().Serializer == codec.JSON {
			b = append(append(b, m...), 0x1e)
			continue
		}
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(m))), m...)
	}
	return b
}

// sendBatch sends this payload, whatever it is, as one WebSocket message.
func (g *guest) sendBatch(payload []byte) {
	g.t.Helper()
	first := byte(fin | 2)
	if g.Transport().Serializer == codec.JSON {
		first = fin | 1
	}
	_, err := g.Write(webFrame(first, string(payload)))
	g.must(err)
}

func (g *guest) news(request int, text string) []byte {
	return g.encode([]any{16, request, wamp.Dict{"acknowledge": true}, "com.topic", []any{text}})
}

// More messages in one WebSocket message than one input has: all are answered, in
// order, and no input takes many times the size of what was read.
func TestLargeBatch(t *testing.T) {
	const many, most = 20_000, 8192
	var cfg actors.Config
	var largest atomic.Int64
	cfg.SetFault(func(kind supervisor.Kind, it *lane.Item) {
		if kind == connection.ReaderKind && it != nil && it.Op == lane.OpInput {
			if n := int64(len(it.Ext.(*lane.Input).Messages)); n > largest.Load() {
				largest.Store(n) // one reader at a time has more than one message
			}
		}
	})
	router := start(t, cfg)
	p := places(t, router)[0]
	for _, k := range batchedKinds {
		t.Run(k.String(), func(t *testing.T) {
			g := p.guest(t, k)
			g.sendBatch(g.batch(g.encode([]any{1, "realm1", publisher})))
			g.expect(wamp.Welcome)
			var all [][]byte
			for i := range many {
				all = append(all, g.encode([]any{16, i + 1, wamp.Dict{"acknowledge": true}, "com.other"}))
			}
			go g.sendBatch(g.batch(all...))
			for i := range many {
				if m := g.expect(wamp.Published); number(m[1]) != int64(i+1) {
					t.Fatalf("got %v as answer %d", m, i+1)
				}
			}
			if n := largest.Load(); n != most {
				t.Errorf("%d messages in one input, at most %d", n, most)
			}
		})
	}
}

// A batch of which one message is malformed fails the transport, after the
// messages before it were handled; of what stands behind it nothing is (advanced
// profile, "Message Batching").
func TestBrokenBatches(t *testing.T) {
	router := start(t, actors.Config{})
	for _, p := range places(t, router) {
		crowd := seat(t, p)
		for _, k := range batchedKinds {
			for name, broken := range map[string]func(*guest) []byte{
				"malformed":        func(g *guest) []byte { return g.batch([]byte("?"), g.news(2, "behind")) },
				"empty":            func(g *guest) []byte { return g.batch(nil, g.news(2, "behind")) },
				"separator missed": func(g *guest) []byte { return append(g.news(2, "cut"), "\x00"...) },
			} {
				t.Run(fmt.Sprint(p.name, "/", k, "/", name), func(t *testing.T) {
					g := p.member(t, k)
					g.sendBatch(append(g.batch(g.news(1, "first")), broken(g)...))
					g.expect(wamp.Published)
					g.failed(netio.CloseProtocolError)
					crowd.hears("first")
				})
			}
			t.Run(fmt.Sprint(p.name, "/", k, "/no message"), func(t *testing.T) {
				g := p.member(t, k)
				g.sendBatch(g.batch(g.news(1, "first")))
				g.sendBatch(nil)
				g.sendBatch(g.batch(g.news(2, "behind")))
				g.expect(wamp.Published)
				g.failed(netio.CloseProtocolError)
				crowd.hears("first")
			})
		}
	}
}

// Peers that take the separator for an octal number are understood.
func TestOctalSeparator(t *testing.T) {
	router := start(t, actors.Config{})
	p := places(t, router)[0]
	crowd := seat(t, p)
	g := p.member(t, batchedKinds[0])
	var b []byte
	for i, text := range []string{"one", "two"} {
		b = append(append(b, g.news(i+1, text)...), 0x18)
	}
	g.sendBatch(b)
	g.expect(wamp.Published)
	g.expect(wamp.Published)
	crowd.hears("one", "two")
}
