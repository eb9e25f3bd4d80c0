//go:build !race

// The race detector makes pools forget things at random, so allocations are
// counted without it.

package netio_test

import (
	"crypto/tls"
	"fmt"
	"runtime"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
)

func TestOutboxDoesNotAllocate(t *testing.T) {
	for _, f := range []netio.Framing{netio.WebSocketText, netio.WebSocketTextBatched} {
		for _, l := range loads {
			for _, side := range []netio.Role{netio.Server, netio.Client} {
				t.Run(fmt.Sprint(f, "/", l.name, "/", side), func(t *testing.T) {
					noChunksLeft(t)
					o := outbox{framing: f, side: side, maxSend: netio.NoLimit}.of(netio.NewOutbox(sink{}, netio.Limits{}, nil))
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
}

func TestConnsDoNotAllocate(t *testing.T) {
	eachOf(t, plainConns, func(t *testing.T, a, b netio.Conn) {
		for _, bufs := range [][][]byte{slicesOf(1, 500), slicesOf(100, 5)} {
			noAllocations(t, passing(t, a, b, bufs))
		}
	})
}

// Above TLS it is crypto/tls that allocates, once or twice for each record that is
// read, and slices written together share a record.
func TestTLSAllocatesByRecord(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		a, b := secureTCP(version)(t)
		for _, bufs := range [][][]byte{slicesOf(1, 500), slicesOf(100, 5), slicesOf(100, 160)} {
			if n := testing.AllocsPerRun(200, passing(t, a, b, bufs)); n > 2 {
				t.Errorf("TLS %x: %v allocations for a record of %d slices", version, n, len(bufs))
			}
		}
		a.Close()
		b.Close()
	}
}

func slicesOf(n, size int) [][]byte {
	bufs := make([][]byte, n)
	for i := range bufs {
		bufs[i] = make([]byte, size)
	}
	return bufs
}

// passing writes slices to a and reads them from b.
func passing(t *testing.T, a, b netio.Conn, bufs [][]byte) func() {
	total := len(bufs) * len(bufs[0])
	space, filled := make([]byte, total), 0
	buf, idle := func() []byte { return space[filled:] }, func() {}
	return func() {
		if n, err := a.TryWrite(bufs); n != total || err != nil {
			t.Fatal(n, err)
		}
		for filled = 0; filled < total; {
			n, err := b.ReadReady(buf, idle)
			if err != nil {
				t.Fatal(err)
			}
			filled += n
		}
	}
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

// What the docs of the package say about idle sessions.
func TestTLSIdles(t *testing.T) {
	for _, tc := range []struct{ message, most int }{{500, 10 << 10}, {60_000, 34 << 10}} {
		kept := make([]netio.Conn, 100)
		before := heap()
		for i := range kept {
			a, b := secureTCP(0)(t)
			passing(t, a, b, slicesOf(1, tc.message))()
			a.Close()
			kept[i] = b
		}
		if each := (heap() - before) / len(kept); each > tc.most {
			t.Errorf("%d bytes for an idle session, after a message of %d", each, tc.message)
		}
		for _, c := range kept {
			c.Close()
		}
	}
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
