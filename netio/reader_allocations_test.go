//go:build !race

package netio_test

import (
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
)

// The race detector makes pools forget things at random.
func TestReadingDoesNotAllocate(t *testing.T) {
	for _, tc := range traffic {
		r := netio.NewReader(&looped{stream: tc.stream}, netio.ReaderOptions{Framing: tc.framing})
		if n := testing.AllocsPerRun(100, func() { readFrames(t, r, tc.frames) }); n >= 1 {
			t.Errorf("%s: %v allocations", tc.name, n)
		}
		r.Close()
	}
}

func TestFragmentsAreNotCopiedForEachOther(t *testing.T) {
	stream := masked(1, more, "") + strings.Repeat(continued(more, long(1000)), 4000) + continued(final, "")
	l := &looped{stream: stream}
	r := netio.NewReader(l, netio.ReaderOptions{})
	defer r.Close()
	if n := testing.AllocsPerRun(1, func() { readFrames(t, r, 1) }); n > 50 {
		t.Errorf("%v allocations for one message of 4 MB", n)
	}
}
