package netio_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
	"github.com/gobwas/ws"
	"pgregory.net/rapid"
)

var batchedFramings = []netio.Framing{netio.WebSocketTextBatched, netio.WebSocketBinaryBatched}

// element is a message as an outbox with batches gets it.
func element(f netio.Framing, message string) []byte {
	return netio.AppendTrailer(append(netio.AppendElementHeader(nil, f, len(message)), message...), f)
}

// elementOf is an element of n bytes in all.
func elementOf(f netio.Framing, n int) []byte {
	return element(f, long(n-netio.ElementSize(f, 0)))
}

func inChunk(b []byte) netio.Span {
	c := netio.Copy(b)
	return netio.Span{Chunk: c, Bytes: c.B}
}

// framesOf are the headers of what one side sent, and what it carried.
func framesOf(t interface{ Fatalf(string, ...any) }, side netio.Role, sent []byte) (frames []ws.Frame) {
	for in := bytes.NewReader(sent); in.Len() > 0; {
		//lint:ignore SA1019 the frames are those of this project, and short
		f, err := ws.ReadFrame(in)
		if err != nil || f.Header.Masked != (side == netio.Client) || !f.Header.Fin {
			t.Fatalf("frame %+v: %v", f.Header, err)
		}
		header := sent[len(sent)-in.Len()-len(f.Payload)-ws.HeaderSize(f.Header):]
		if !sameLength(header[:ws.HeaderSize(f.Header)], f.Header) {
			t.Fatalf("the length of frame %+v is not in its shortest form", f.Header)
		}
		if f.Header.Masked {
			ws.Cipher(f.Payload, f.Header.Mask, 0)
		}
		frames = append(frames, f)
	}
	return frames
}

// What is appended between two writes goes into few frames, at the borders of all
// forms of the length (RFC 6455, 5.2) and of the batch.
func TestBatchesAreJoined(t *testing.T) {
	most := netio.BatchLimit(netio.WebSocketBinaryBatched, netio.NoLimit)
	if most <= 1<<15 || most > 1<<16 {
		t.Fatalf("batches of %d bytes", most)
	}
	for _, tc := range []struct {
		name     string
		maxSend  int
		elements []int
		frames   []int
	}{
		{"one", netio.NoLimit, []int{60}, []int{60}},
		{"the last short length", netio.NoLimit, []int{60, 65}, []int{125}},
		{"the first of 16 bits", netio.NoLimit, []int{60, 66}, []int{126}},
		{"many", netio.NoLimit, slices.Repeat([]int{50}, 600), []int{30_000}},
		{"a full batch", netio.NoLimit, []int{most - 40, 20, 20}, []int{most}},
		{"one octet more", netio.NoLimit, []int{most - 40, 20, 21}, []int{most - 20, 21}},
		{"the last of 16 bits", netio.NoLimit, []int{5, 1<<16 - 1, 5}, []int{5, 1<<16 - 1, 5}},
		{"the first of 64 bits", netio.NoLimit, []int{5, 1 << 16, 5, 5}, []int{5, 1 << 16, 10}},
		{"large ones", netio.NoLimit, []int{1 << 20, 1 << 20, 6, 7}, []int{1 << 20, 1 << 20, 13}},
		{"the peer's limit", 100, []int{50, 50, 49, 50, 101, 5}, []int{100, 99, 101, 5}},
		{"no place for two", 9, []int{5, 5, 5}, []int{5, 5, 5}},
	} {
		for _, f := range batchedFramings {
			for _, side := range []netio.Role{netio.Server, netio.Client} {
				t.Run(fmt.Sprint(tc.name, "/", f, "/", side), func(t *testing.T) {
					checkJoined(t, outbox{framing: f, side: side, maxSend: tc.maxSend}, tc.elements, tc.frames)
				})
			}
		}
	}
}

// outbox is one with batches.
type outbox struct {
	framing netio.Framing
	side    netio.Role
	maxSend int
}

func (b outbox) of(o *netio.Outbox) *netio.Outbox {
	if b.side == netio.Client {
		o.BatchMasked(b.framing, b.maxSend)
	} else {
		o.Batch(b.framing, b.maxSend)
	}
	return o
}

// checkJoined appends elements of these lengths and wants frames of those.
func checkJoined(t *testing.T, b outbox, elements, frames []int) {
	noChunksLeft(t)
	r := newRecorder()
	o := b.of(netio.NewOutbox(r, netio.Limits{}, nil))
	var all []byte
	for _, n := range elements {
		all = append(all, elementOf(b.framing, n)...)
		appendAll(t, o, inChunk(elementOf(b.framing, n)))
	}
	if err := o.Flush(); err != nil {
		t.Fatal(err)
	}
	var got []int
	var payload []byte
	for _, frame := range framesOf(t, b.side, r.data.Bytes()) {
		got, payload = append(got, len(frame.Payload)), append(payload, frame.Payload...)
	}
	if !slices.Equal(got, frames) || !bytes.Equal(payload, all) {
		t.Errorf("frames of %v, want %v; %d bytes of %d", got, frames, len(payload), len(all))
	}
	if s := o.Stats(); s.Messages != uint64(len(elements)) || s.BacklogBytes != 0 || s.Writes != uint64(len(r.writes)) || s.Writes != 1 {
		t.Errorf("%+v", s)
	}
}

// A flush ends a batch, and so does a control frame, which stands between two.
func TestBatchBorders(t *testing.T) {
	noChunksLeft(t)
	const f = netio.WebSocketTextBatched
	r := newRecorder()
	o := netio.NewOutbox(r, netio.Limits{}, nil)
	o.Batch(f, netio.NoLimit)
	for _, step := range []string{"[1]", "[2]", "ping", "[3]", "flush", "[4]", "[5]", "ping", "ping", "[6]"} {
		var err error
		switch step {
		case "flush":
			err = o.Flush()
		case "ping":
			err = o.AppendControl(netio.AppendPing(nil, f, netio.Server, []byte("p")))
		default:
			err = o.Append(inChunk(element(f, step)), 1)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	o.CloseAfterFlush()
	var got []string
	for _, frame := range framesOf(t, netio.Server, r.data.Bytes()) {
		got = append(got, string(frame.Payload))
	}
	want := []string{separated("[1]", "[2]"), "p", separated("[3]"), separated("[4]", "[5]"), "p", "p", separated("[6]")}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := o.Append(inChunk(element(f, "[7]")), 1); err != netio.ErrClosed {
		t.Errorf("appended after the end: %v", err)
	}
}

// Framings without batches are left alone.
func TestNoBatches(t *testing.T) {
	for _, f := range []netio.Framing{netio.WebSocketText, netio.WebSocketBinary, netio.RawSocket} {
		r := newRecorder()
		o := netio.NewOutbox(r, netio.Limits{}, nil)
		o.Batch(f, netio.NoLimit)
		b := element(f, "[1]")
		if want := append(netio.AppendHeader(nil, f, 3), "[1]"...); !bytes.Equal(b, want) || netio.ElementSize(f, 3) != len(want) {
			t.Errorf("%v: %q, want %q", f, b, want)
		}
		appendAll(t, o, inChunk(b), inChunk(b))
		if err := o.AppendControl([]byte("control")); err != nil {
			t.Fatal(err)
		}
		_ = o.Flush()
		if want := strings.Repeat(string(b), 2) + "control"; r.data.String() != want || netio.BatchLimit(f, 7) != netio.NoLimit {
			t.Errorf("%v: sent %q, want %q", f, r.data.String(), want)
		}
	}
}

// A peer that takes nothing makes its outbox hold little more than what waits, and
// counts it as before; all of that is dropped with the outbox.
func TestBatchesOfABlockedOutbox(t *testing.T) {
	const f, many = netio.WebSocketBinaryBatched, 1500
	noChunksLeft(t)
	a, b := netio.Pipe(10)
	defer b.Close()
	live := netio.LiveChunks()
	o := netio.NewOutbox(a, netio.Limits{}, nil)
	o.Batch(f, netio.NoLimit)
	appendAll(t, o, inChunk(elementOf(f, 1000)))
	_ = o.Flush() // the pipe takes ten bytes of it
	for range many {
		appendAll(t, o, inChunk(elementOf(f, 20)))
		if err := o.AppendControl(netio.AppendPing(nil, f, netio.Server, nil)); err != nil {
			t.Fatal(err)
		}
	}
	s := o.Stats()
	if s.BacklogMessages != 1+2*many || s.BacklogBytes > 1004+many*(2+20+2) || s.BacklogBytes < 1000+many*22 {
		t.Errorf("%+v", s)
	}
	if n := netio.LiveChunks() - live; n > 6 { // 36 KB in all, and as many headers as fit into 4 KiB
		t.Errorf("%d chunks are held", n)
	}
	o.Close()
	if s := o.Stats(); s.BacklogBytes != 0 || s.BacklogMessages != 0 || s.LostMessages != 1+2*many {
		t.Errorf("after Close: %+v", s)
	}
	a.Close()
}

// assembly sends messages and pings at random through an outbox with batches, and
// knows what must arrive.
type assembly struct {
	outbox  *netio.Outbox
	framing netio.Framing
	side    netio.Role
	limit   int
	longest int // span
	sent    int
	want    []string
	reads   chan int
}

func (a *assembly) message(t *rapid.T) string {
	n := rapid.SampledFrom([]int{0, 5, 100, 300, 5000, 70_000}).Draw(t, "longest")
	a.sent++
	return fmt.Sprint(a.sent, long(rapid.IntRange(0, n).Draw(t, "length")))
}

// append appends a span with some messages, of a chunk that somebody else holds
// too or not.
func (a *assembly) append(t *rapid.T) {
	var b []byte
	count := rapid.IntRange(1, 5).Draw(t, "messages")
	var messages []string
	for range count {
		m := a.message(t)
		b = append(b, element(a.framing, m)...)
		messages = append(messages, line(netio.Frame{Kind: netio.Message, Data: []byte(m)}))
	}
	s := inChunk(b)
	if a.side == netio.Server && rapid.Bool().Draw(t, "shared") {
		s.Chunk.Retain(1)
		defer s.Chunk.Release()
	}
	switch err := a.outbox.Append(s, count); err {
	case nil:
		a.want = append(a.want, messages...)
		a.longest = max(a.longest, len(b))
	case netio.ErrFull:
	default:
		t.Fatal(err)
	}
}

func (a *assembly) ping(t *rapid.T) {
	a.sent++
	data := []byte(fmt.Sprint(a.sent))
	if a.outbox.AppendControl(netio.AppendPing(nil, a.framing, a.side, data)) == nil {
		a.want = append(a.want, line(netio.Frame{Kind: netio.Ping, Data: data}))
	}
}

func (a *assembly) flush(t *rapid.T) {
	if err := a.outbox.Flush(); err != nil {
		t.Fatal(err)
	}
}

func (a *assembly) read(t *rapid.T) { a.reads <- rapid.IntRange(1, 200_000).Draw(t, "read") }

// Any sequence of messages, by any bound, however the peer reads: what is decoded
// is the sequence, and no frame is longer than the bound, but for a span alone.
func TestBatchesProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		live := netio.LiveChunks()
		near, far := netio.Pipe(rapid.SampledFrom([]int{1, 50, 3000, 200_000}).Draw(t, "capacity"))
		a := &assembly{
			outbox: netio.NewOutbox(near, netio.Limits{
				Bytes: rapid.SampledFrom([]int{500, 50_000, 10_000_000}).Draw(t, "bytes"), Messages: rapid.SampledFrom([]int{20, 10_000}).Draw(t, "count"),
			}, func(err error) { panic(err) }),
			framing: rapid.SampledFrom(batchedFramings).Draw(t, "framing"),
			side:    rapid.SampledFrom([]netio.Role{netio.Server, netio.Client}).Draw(t, "side"),
			limit:   rapid.SampledFrom([]int{1, 50, 125, 126, 130, 5000, netio.NoLimit}).Draw(t, "limit"),
			reads:   make(chan int, 1000),
		}
		outbox{framing: a.framing, side: a.side, maxSend: a.limit}.of(a.outbox)
		got := make(chan []byte, 1)
		go reader(far, a.reads, got)
		t.Repeat(map[string]func(*rapid.T){
			"append": a.append, "append again": a.append, "and again": a.append, "ping": a.ping, "flush": a.flush, "read": a.read,
		})
		a.outbox.CloseAfterFlush()
		close(a.reads)
		arrived := <-got
		a.check(t, arrived)
		if s := a.outbox.Stats(); s.BacklogBytes != 0 || s.BacklogMessages != 0 || netio.LiveChunks() != live {
			t.Fatalf("%+v, %d chunks", s, netio.LiveChunks()-live)
		}
	})
}

func (a *assembly) check(t *rapid.T, arrived []byte) {
	most := max(netio.BatchLimit(a.framing, a.limit), a.longest)
	for _, f := range framesOf(t, a.side, arrived) {
		if len(f.Payload) > most {
			t.Fatalf("a frame of %d bytes, limit %d, longest span %d", len(f.Payload), a.limit, a.longest)
		}
	}
	o := netio.ReaderOptions{Framing: a.framing, Role: netio.Client - a.side}
	if got := read(split(arrived, 10_000), o); got.end != io.EOF.Error() || !slices.Equal(got.frames, a.want) {
		t.Fatalf("got %d frames and %s, want %d:\n%v", len(got.frames), got.end, len(a.want), got)
	}
}
