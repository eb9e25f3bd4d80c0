package netio_test

import (
	"bytes"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
	"pgregory.net/rapid"
)

// However the slices are cut, and however little the connection below takes at a
// time, every byte arrives once and in order, and never more is reported than was
// given.
func TestTLSWritesEverythingOnce(t *testing.T) {
	x, y := netio.Pipe(4 << 20)
	o := observe(x)
	client, server := secured(t, o, y, 0)
	defer client.Close()
	defer server.Close()
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 300), rapid.IntRange(0, 40_000), rapid.IntRange(0, 300_000)), 1, 9).Draw(t, "sizes")
		var bufs [][]byte
		var sent []byte
		for i, n := range sizes {
			bufs = append(bufs, bytes.Repeat([]byte{byte('a' + i)}, n))
			sent = append(sent, bufs[i]...)
		}
		for len(bufs) > 0 {
			o.budget = rapid.IntRange(1, 400_000).Draw(t, "budget")
			n, err := client.TryWrite(bufs)
			if err != nil {
				t.Fatal(err)
			}
			bufs = after(t, bufs, n)
		}
		o.sent, o.budget = o.sent[:0], -1
		if _, err := client.TryWrite(nil); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(sent))
		for filled := 0; filled < len(got); {
			n, err := server.ReadReady(func() []byte { return got[filled:] }, func() {})
			if err != nil {
				t.Fatal(err)
			}
			filled += n
		}
		if !bytes.Equal(got, sent) {
			t.Fatal("other bytes arrived")
		}
	})
}

// after is what is left behind n bytes; empty slices count as written.
func after(t *rapid.T, bufs [][]byte, n int) [][]byte {
	for len(bufs) > 0 && n >= len(bufs[0]) {
		n, bufs = n-len(bufs[0]), bufs[1:]
	}
	if len(bufs) == 0 {
		if n > 0 {
			t.Fatalf("%d bytes too many are reported", n)
		}
		return nil
	}
	return append([][]byte{bufs[0][n:]}, bufs[1:]...)
}
