package actors_test

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// sized returns a message of exactly n octets: the text at its end is filled up.
func (g *guest) sized(n int, message func(fill string) []any) []byte {
	g.t.Helper()
	fill := n - len(g.encode(message("")))
	for {
		b := g.encode(message(strings.Repeat("x", fill)))
		if len(b) == n {
			return b
		}
		fill -= len(b) - n // the length of the text takes octets, too
	}
}

func helloOf(fill string) []any {
	return []any{1, "realm1", wamp.Dict{"roles": publisher["roles"], "x_fill": fill}}
}

func publishOf(fill string) []any {
	return []any{16, 1, wamp.Dict{"acknowledge": true}, "com.other", []any{fill}}
}

// Before WELCOME a message has at most 16 KiB, afterwards 4 MiB. The last octet
// counts.
func TestMessageSize(t *testing.T) {
	router := start(t, actors.Config{})
	for _, p := range places(t, router) {
		crowd := seat(t, p)
		for _, k := range kinds {
			t.Run(fmt.Sprint(p.name, "/", k), func(t *testing.T) {
				g := p.guest(t, k)
				g.must(g.SendBytes(g.sized(16<<10-k.around(), helloOf)))
				g.expect(wamp.Welcome)
				g.must(g.SendBytes(g.sized(4<<20-k.around(), publishOf)))
				g.expect(wamp.Published)
				large := g.sized(4<<20+1-k.around(), publishOf)
				g.must(g.SendBytes(large))
				g.failed(1009)

				early := p.guest(t, k)
				early.must(early.SendBytes(early.sized(16<<10+1-k.around(), helloOf)))
				early.failed(1009)
				crowd.hears()
			})
		}
	}
}

func (g *guest) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// heap returns what is in use after two collections: the pools have given up
// what nobody took.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// The router's memory follows what was received, not what was announced: many
// peers that announce 4 MiB and send 1 KiB cost little more than that KiB. What
// announces more is refused at the header.
func TestDeclaredSize(t *testing.T) {
	const guests, sent, each = 64, 1 << 10, 32 << 10
	router := start(t, actors.Config{})
	p := places(t, router)[1]
	for _, k := range kinds {
		t.Run(k.String(), func(t *testing.T) {
			var all []*guest
			for range guests {
				all = append(all, p.member(t, k))
			}
			before := heap()
			for _, g := range all {
				b := g.frame(g.encode(publishOf("")))
				b = netio.AppendMaskedHeader(b, g.Transport().Framing, 4<<20-k.around(), netio.NewMask())
				_, err := g.Write(append(b, make([]byte, sent)...))
				g.must(err)
			}
			for _, g := range all {
				g.expect(wamp.Published) // what stood behind it was read with it
			}
			if grown := heap() - before; grown > guests*each {
				t.Errorf("%d octets for each peer that sent %d", grown/guests, sent)
			}
		})
	}
}

// What announces more than may come is refused before anything is taken for it:
// a frame of 1 GiB, a text of as many octets, a list of as many items.
func TestDeclaredTooMuch(t *testing.T) {
	p := places(t, start(t, actors.Config{}))[0]
	before := heap()
	for _, k := range kinds[:3] {
		own := byte(2)
		if k.serializer == codec.JSON {
			own = 1
		}
		g := p.member(t, k)
		_, err := g.Write([]byte{fin | own, 0x80 | 127, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0})
		g.must(err)
		g.failed(1009)
		for name, text := range brokenTexts[k.serializer] {
			if strings.Contains(name, " of ") {
				g := p.member(t, k)
				g.must(g.SendBytes([]byte(text)))
				g.aborted(1002)
			}
		}
	}
	if grown := heap() - before; grown > 4<<20 {
		t.Errorf("%d octets more than before", grown)
	}
}

// Connections that never say a word, or half of one, end with the router; their
// goroutines too, which the end of the package looks for.
func TestHalfOpen(t *testing.T) {
	router := start(t, actors.Config{})
	address := serve(t, router)
	for _, text := range []string{"", "\x7f", "\x7f\xf1", "GET /ws HTTP/1.1\r\nHost:", "\x7f\xf1\x00\x00\x00\x00"} {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
	}
	p := places(t, router)[1]
	seat(t, p).hears()
}
