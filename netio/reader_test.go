package netio_test

import (
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/netio"
	"github.com/gobwas/ws"
)

// held counts the chunks that are held now and were not before.
func held(t *testing.T) func() int64 {
	t.Helper()
	before := netio.LiveChunks()
	return func() int64 { return netio.LiveChunks() - before }
}

func fill(t *testing.T, r *netio.Reader) {
	t.Helper()
	if err := r.Fill(); err != nil {
		t.Fatal(err)
	}
}

func next(t *testing.T, r *netio.Reader) netio.Frame {
	t.Helper()
	f, ok, err := r.Next()
	if err != nil || !ok {
		t.Fatalf("Next: %v, %v", ok, err)
	}
	return f
}

func none(t *testing.T, r *netio.Reader) {
	t.Helper()
	if f, ok, err := r.Next(); ok || err != nil {
		t.Fatalf("Next: %s, %v", line(f), err)
	}
}

// waiting is a script that runs a function when the reader is about to wait.
type waiting struct {
	*script
	then func()
}

func (w waiting) ReadReady(buf func() []byte, idle func()) (int, error) {
	idle()
	w.then()
	return w.script.ReadReady(buf, idle)
}

func TestNoChunkIsHeldWhileIdle(t *testing.T) {
	chunks := held(t)
	var idle []int64
	c := waiting{
		&script{pieces: [][]byte{[]byte(text("a")), []byte(text("b") + "\x81"), []byte(text("c")[1:]), []byte(masked(ws.OpText, more, "d")), []byte(continued(final, "e"))}},
		func() { idle = append(idle, chunks()) },
	}
	r := netio.NewReader(c, netio.ReaderOptions{})
	for range 5 {
		fill(t, r)
		for ok := true; ok; {
			_, ok, _ = r.Next()
		}
	}
	if err := r.Fill(); err != io.EOF {
		t.Fatal(err)
	}
	// Nothing; nothing behind "a"; the first octet of "c"; nothing; the fragment "d"; nothing.
	want := []int64{0, 0, 1, 0, 1, 0}
	for i, n := range idle {
		if n != want[i] {
			t.Errorf("wait %d holds %d chunks, want %d", i, n, want[i])
		}
	}
	if r.Close(); chunks() != 0 {
		t.Errorf("%d chunks after Close", chunks())
	}
}

func TestCloseReleasesWhatIsIncomplete(t *testing.T) {
	chunks := held(t)
	for _, stream := range []string{text("hello")[:8], masked(ws.OpText, more, "a") + text("x")[:3], ""} {
		r := netio.NewReader(&script{pieces: split([]byte(stream), 100)}, netio.ReaderOptions{Rest: []byte(text("a"))})
		fill(t, r)
		next(t, r)
		_ = r.Fill()
		_, _, _ = r.Next()
		r.Close()
		r.Close()
		if chunks() != 0 {
			t.Errorf("%q: %d chunks are left", stream, chunks())
		}
		if err := r.Fill(); err != io.EOF {
			t.Errorf("Fill after Close: %v", err)
		}
		if _, _, err := r.Next(); err != io.EOF {
			t.Errorf("Next after Close: %v", err)
		}
	}
}

func TestRetainedFramesSurvive(t *testing.T) {
	chunks := held(t)
	for w := range allWakes {
		for _, n := range []int{1000, 20_000, 1 << 30} {
			retain(t, n, w)
		}
	}
	if chunks() != 0 {
		t.Errorf("%d chunks are left", chunks())
	}
}

func retain(t *testing.T, n int, w wakes) {
	stream := strings.Repeat(text("0123456789")+masked(ws.OpText, more, "ab")+continued(final, "cd"), 3000)
	r := netio.NewReader(&script{pieces: split([]byte(stream), n), wakes: w}, netio.ReaderOptions{})
	var kept []netio.Frame
	for r.Fill() == nil {
		for f, ok, _ := r.Next(); ok; f, ok, _ = r.Next() {
			f.Chunk.Retain(1)
			kept = append(kept, f)
		}
	}
	r.Close()
	if len(kept) != 6000 {
		t.Fatalf("%d frames", len(kept))
	}
	for i, f := range kept {
		if want := [...]string{"0123456789", "abcd"}[i%2]; string(f.Data) != want || cap(f.Data) != len(want) {
			t.Fatalf("frame %d: %q of %d", i, f.Data, cap(f.Data))
		}
		f.Chunk.Release()
	}
}

// Messages whose fragments fill several chunks in one read all stay where they
// are until the next Fill.
func TestFramesAreLentUntilFill(t *testing.T) {
	chunks := held(t)
	var stream strings.Builder
	for i := range 100 {
		half := strings.Repeat(string(rune('A'+i%26)), 60)
		stream.WriteString(masked(ws.OpText, more, half) + continued(final, half) + ping("p"))
	}
	r := netio.NewReader(&script{pieces: [][]byte{[]byte(stream.String()), []byte(masked(ws.OpText, more, "x"))}}, netio.ReaderOptions{ChunkSize: 64 << 10})
	fill(t, r)
	var lent []netio.Frame
	for f, ok, _ := r.Next(); ok; f, ok, _ = r.Next() {
		lent = append(lent, f)
	}
	if len(lent) != 200 || chunks() < 4 {
		t.Fatalf("%d frames, %d chunks", len(lent), chunks())
	}
	for i, f := range lent {
		if want := strings.Repeat(string(rune('A'+i/2%26)), 120); i%2 == 0 && string(f.Data) != want {
			t.Fatalf("frame %d is %q", i, f.Data)
		}
	}
	fill(t, r)
	if none(t, r); chunks() != 2 {
		t.Errorf("%d chunks after Fill", chunks())
	}
	r.Close()
}

func TestAnExclusiveChunkIsReusedInPlace(t *testing.T) {
	r := netio.NewReader(busy(strings.Repeat(text("hello"), 50)), netio.ReaderOptions{})
	defer r.Close()
	fill(t, r)
	first := next(t, r).Chunk
	for range 100 {
		for ok := true; ok; {
			_, ok, _ = r.Next()
		}
		fill(t, r)
		if f := next(t, r); f.Chunk != first {
			t.Fatal("another chunk")
		}
	}
}

// endless delivers the same bytes with every read and is never idle.
type endless struct {
	script
	stream string
}

func busy(stream string) *endless { return &endless{stream: stream} }

func (e *endless) ReadReady(buf func() []byte, idle func()) (int, error) {
	return copy(buf(), e.stream), nil
}

func TestTheNextChunkFitsTheTraffic(t *testing.T) {
	small := text("small")
	var pieces [][]byte
	pieces = append(pieces, split([]byte(strings.Repeat(text(long(1000)), 600)), 1<<30)...)
	for range 20 {
		pieces = append(pieces, []byte(small))
	}
	for w := range allWakes {
		s := &script{pieces: slices.Clone(pieces), wakes: w}
		if out := readFrom(s, netio.ReaderOptions{}); len(out.frames) != 620 {
			t.Fatalf("%d frames", len(out.frames))
		}
		first, second, last := s.sizes[0], s.sizes[2], s.sizes[len(s.sizes)-1]
		if most := slices.Max(s.sizes); first != 16<<10 || second < 60<<10 || most < 250<<10 || last != 16<<10 {
			t.Errorf("%d: first read %d, after a full one %d, at most %d, after small ones %d", w, first, second, most, last)
		}
	}
}

// A peer that announces much and sends little holds little: neither a frame nor
// the fragments of a message take more than a few times what has come.
func TestMemoryFollowsWhatWasReceived(t *testing.T) {
	const whole = 4 << 20
	raw24 := string([]byte{0, whole >> 16, whole >> 8 & 0xff, whole & 0xff})
	for name, tc := range map[string]struct {
		framing netio.Framing
		head    string
	}{
		"frame":     {netio.WebSocketText, announced(whole)},
		"fragments": {netio.WebSocketText, masked(ws.OpText, more, "x") + strings.Replace(announced(whole-1), "\x81", "\x80", 1)},
		"RawSocket": {netio.RawSocket, raw24},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{pieces: split([]byte(tc.head+long(whole-2)), 3000)}
			r := netio.NewReader(s, netio.ReaderOptions{Framing: tc.framing, MaxMessage: whole})
			defer r.Close()
			received := 0
			for len(s.pieces) > 0 {
				received += len(s.pieces[0])
				fill(t, r)
				none(t, r)
				if space := r.Space(); space > 6*received+32<<10 {
					t.Fatalf("%d bytes of space for %d received", space, received)
				}
			}
		})
	}
}

func TestASlowPeerHoldsASmallChunk(t *testing.T) {
	var space int
	var r *netio.Reader
	s := &script{pieces: [][]byte{[]byte(text(long(3000))[:100]), []byte("0")}}
	c := waiting{s, func() {
		if r != nil {
			space = r.Space()
		}
	}}
	r = netio.NewReader(c, netio.ReaderOptions{})
	defer r.Close()
	fill(t, r)
	none(t, r)
	fill(t, r)
	if space != 4<<10 {
		t.Errorf("%d bytes while waiting for the rest of a frame", space)
	}
	if offered := s.sizes[1]; offered != 16<<10-100 {
		t.Errorf("%d bytes offered for it", offered)
	}
}

func TestSetMaxMessage(t *testing.T) {
	stream := text(long(16<<10)) + text(long(16<<10+1)) + text(long(20<<10+1))
	r := netio.NewReader(&script{pieces: split([]byte(stream), 1<<20)}, netio.ReaderOptions{MaxMessage: 16 << 10})
	defer r.Close()
	frame := func() (netio.Frame, error) {
		for {
			f, ok, err := r.Next()
			if ok || err != nil {
				return f, err
			}
			fill(t, r)
		}
	}
	if f, err := frame(); err != nil || len(f.Data) != 16<<10 {
		t.Fatal(err)
	}
	r.SetMaxMessage(20 << 10)
	if f, err := frame(); err != nil || len(f.Data) != 16<<10+1 {
		t.Fatal(err)
	}
	var tooBig *netio.FrameError
	if _, err := frame(); !errors.As(err, &tooBig) || tooBig.Code != netio.CloseTooBig || !strings.Contains(err.Error(), "20480") {
		t.Fatal(err)
	}
	if err := r.Fill(); err != error(tooBig) {
		t.Errorf("Fill goes on: %v", err)
	}
	if _, _, err := r.Next(); err != error(tooBig) {
		t.Errorf("Next goes on: %v", err)
	}
}

func TestADeadlineIsNotTheEnd(t *testing.T) {
	a, b := netio.Pipe(0)
	defer a.Close()
	defer b.Close()
	r := netio.NewReader(a, netio.ReaderOptions{})
	defer r.Close()
	if _, err := b.Write([]byte(text("hello")[:5])); err != nil {
		t.Fatal(err)
	}
	fill(t, r)
	none(t, r)
	_ = a.SetReadDeadline(time.Unix(1, 0))
	if err := r.Fill(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	_ = a.SetReadDeadline(time.Time{})
	if _, err := b.Write([]byte(text("hello")[5:])); err != nil {
		t.Fatal(err)
	}
	fill(t, r)
	if f := next(t, r); string(f.Data) != "hello" {
		t.Fatal(line(f))
	}
}

func TestDiscard(t *testing.T) {
	chunks := held(t)
	for _, tc := range []struct {
		behind int
		want   error
	}{{0, nil}, {9_999, nil}, {10_000, netio.ErrDiscardLimit}, {1 << 20, netio.ErrDiscardLimit}} {
		s := &script{pieces: append(split([]byte(announced(1<<40)), 100), split(make([]byte, tc.behind), 777)...)}
		r := netio.NewReader(s, netio.ReaderOptions{})
		fill(t, r)
		if _, _, err := r.Next(); err == nil {
			t.Fatal("accepted")
		}
		if err := r.Discard(10_000); err != tc.want {
			t.Errorf("%d bytes: %v", tc.behind, err)
		}
	}
	if chunks() != 0 {
		t.Errorf("%d chunks are left", chunks())
	}
	a, b := netio.Pipe(0)
	defer a.Close()
	defer b.Close()
	_ = a.SetReadDeadline(time.Unix(1, 0))
	if err := netio.Discard(a, 1<<20); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
}
