//go:build !race

// The race detector makes pools forget things at random, so allocations are
// counted without it.

package netio_test

import (
	"fmt"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
)

func TestOutboxDoesNotAllocate(t *testing.T) {
	for _, f := range []netio.Framing{netio.WebSocketText, netio.WebSocketTextBatched} {
		for _, l := range loads {
			t.Run(fmt.Sprint(f, "/", l.name), func(t *testing.T) {
				noChunksLeft(t)
				o := netio.NewOutbox(sink{}, netio.Limits{}, nil)
				o.Batch(f, netio.NoLimit)
				c := netio.Take(256 << 10)
				defer c.Release()
				noAllocations(t, func() {
					if err := drain(o, c, l.spans, l.size); err != nil {
						t.Fatal(err)
					}
				})
			})
		}
	}
}

// Above TLS it is crypto/tls that allocates, once a record.
func TestConnsDoNotAllocate(t *testing.T) {
	one, many := [][]byte{make([]byte, 500)}, make([][]byte, 100)
	for i := range many {
		many[i] = make([]byte, 5)
	}
	eachOf(t, plainConns, func(t *testing.T, a, b netio.Conn) {
		space, filled := make([]byte, 500), 0
		buf, idle := func() []byte { return space[filled:] }, func() {}
		for _, bufs := range [][][]byte{one, many} {
			noAllocations(t, func() {
				if n, err := a.TryWrite(bufs); n != 500 || err != nil {
					t.Fatal(n, err)
				}
				for filled = 0; filled < 500; {
					n, err := b.ReadReady(buf, idle)
					if err != nil {
						t.Fatal(err)
					}
					filled += n
				}
			})
		}
	})
}

func TestChunksDoNotAllocate(t *testing.T) {
	noAllocations(t, func() { netio.Take(1000).Release() })
}

func noAllocations(t *testing.T, f func()) {
	t.Helper()
	if n := testing.AllocsPerRun(200, f); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
