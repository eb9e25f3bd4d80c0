package netio_test

import (
	"io"
	"runtime"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
)

// sink takes everything and does nothing.
type sink struct{ netio.Conn }

func (sink) TryWrite(bufs [][]byte) (n int, err error) {
	for _, b := range bufs {
		n += len(b)
	}
	return n, nil
}

var loads = []struct {
	name        string
	spans, size int
}{
	{"one-span", 1, 256},
	{"join-64", 64, 256},
	{"writev-64KiB", 8, 64 << 10},
}

// drain is what a session does per batch: spans of a shared chunk that do not
// touch each other, then one flush.
func drain(o *netio.Outbox, c *netio.Chunk, spans, size int) error {
	c.Retain(spans)
	for i := range spans {
		at := i * (size + 1) % (len(c.B) - size)
		if err := o.Append(netio.Span{Chunk: c, Bytes: c.B[at : at+size]}, 1); err != nil {
			return err
		}
	}
	return o.Flush()
}

// BenchmarkOutbox measures a drain per operation without the kernel, and with a
// Unix socket whose peer throws everything away.
func BenchmarkOutbox(b *testing.B) {
	for _, l := range loads {
		b.Run(l.name+"/sink", func(b *testing.B) {
			benchmarkDrain(b, sink{}, l.spans, l.size)
		})
		b.Run(l.name+"/unix", func(b *testing.B) {
			x, y := dial(b, "unix", b.TempDir()+"/s")
			defer y.Close()
			go func() { _, _ = io.Copy(io.Discard, y) }()
			s := socket(b, x)
			defer s.Close()
			benchmarkDrain(b, s, l.spans, l.size)
		})
	}
}

func benchmarkDrain(b *testing.B, conn netio.Conn, spans, size int) {
	o := netio.NewOutbox(conn, netio.Limits{Bytes: 1 << 40, Messages: 1 << 40}, func(err error) { b.Error(err) })
	c := netio.Take(256 << 10)
	defer c.Release()
	b.ReportAllocs()
	b.SetBytes(int64(spans * size))
	for b.Loop() {
		if err := drain(o, c, spans, size); err != nil {
			b.Fatal(err)
		}
		for o.Stats().BacklogBytes > 0 {
			runtime.Gosched()
		}
	}
	s := o.Stats()
	b.ReportMetric(float64(s.Messages)/float64(s.Writes), "messages/write")
	o.Close()
}
