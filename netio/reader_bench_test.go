package netio_test

import (
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
)

var traffic = []struct {
	name    string
	framing netio.Framing
	stream  string
	frames  int
}{
	{"ws-64x48B", netio.WebSocketText, strings.Repeat(text(long(48)), 64), 64},
	{"ws-4KiB", netio.WebSocketText, text(long(4096)), 1},
	{"ws-64KiB", netio.WebSocketText, text(long(64 << 10)), 1},
	{"ws-fragments", netio.WebSocketText, masked(1, more, long(20)) + continued(final, long(28)), 1},
	{"ws-text-batch-64x48B", netio.WebSocketTextBatched, text(strings.Repeat(long(48)+"\x1e", 64)), 64},
	{"ws-binary-batch-64x48B", netio.WebSocketBinaryBatched, binaryFrame(strings.Repeat(prefixed(long(48)), 64)), 64},
	{"rawsocket-64x48B", netio.RawSocket, strings.Repeat(raw(0, long(48)), 64), 64},
}

// readFrames reads until n frames have come.
func readFrames(tb testing.TB, r *netio.Reader, n int) {
	for n > 0 {
		if err := r.Fill(); err != nil {
			tb.Fatal(err)
		}
		for {
			_, ok, err := r.Next()
			if err != nil {
				tb.Fatal(err)
			}
			if !ok {
				break
			}
			n--
		}
	}
}

// looped delivers a stream again and again, as much as fits into each read.
type looped struct {
	script
	stream string
	at     int
}

func (l *looped) ReadReady(buf func() []byte, idle func()) (int, error) {
	if l.at == len(l.stream) {
		idle()
		l.at = 0
	}
	n := copy(buf(), l.stream[l.at:])
	l.at += n
	return n, nil
}

func BenchmarkReader(b *testing.B) {
	for _, tc := range traffic {
		b.Run(tc.name, func(b *testing.B) {
			r := netio.NewReader(&looped{stream: tc.stream}, netio.ReaderOptions{Framing: tc.framing})
			defer r.Close()
			b.ReportAllocs()
			b.SetBytes(int64(len(tc.stream)))
			for b.Loop() {
				readFrames(b, r, tc.frames)
			}
		})
	}
}
