package netio_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/netio"
)

// recorder is a connection that takes a given number of bytes per write and
// remembers how it was written to.
type recorder struct {
	netio.Conn
	window  int // bytes left, negative is no limit
	writes  [][]int
	aliases []*byte // first byte of each write
	data    bytes.Buffer
	err     error
	onWrite func()
	onWait  func() error
}

func (r *recorder) TryWrite(bufs [][]byte) (int, error) {
	if r.onWrite != nil {
		r.onWrite()
	}
	if r.err != nil {
		return 0, r.err
	}
	var lengths []int
	written := 0
	for i, b := range bufs {
		if i == 0 {
			r.aliases = append(r.aliases, &b[0])
		}
		lengths = append(lengths, len(b))
		n := len(b)
		if r.window >= 0 {
			n = min(n, r.window)
			r.window -= n
		}
		r.data.Write(b[:n])
		written += n
	}
	r.writes = append(r.writes, lengths)
	return written, nil
}

func (r *recorder) WaitWritable() error { return r.onWait() }

func newRecorder() *recorder {
	c, _ := netio.Pipe(1)
	return &recorder{Conn: c, window: -1}
}

// noChunksLeft fails a test that leaves a chunk behind. It asks again for a
// while: a queued connection's writer ends some time after Close.
func noChunksLeft(t *testing.T) {
	t.Helper()
	before := netio.LiveChunks()
	t.Cleanup(func() {
		for range 1000 {
			if netio.LiveChunks() == before {
				return
			}
			time.Sleep(time.Millisecond)
		}
		t.Errorf("%d chunks are still held", netio.LiveChunks()-before)
	})
}

func static(n int) netio.Span { return netio.Span{Bytes: bytes.Repeat([]byte{'s'}, n)} }

func shared(n int) netio.Span {
	c := netio.Take(n)
	for i := range n {
		c.B[i] = byte('a' + i%26)
	}
	return netio.Span{Chunk: c, Bytes: c.B[:n]}
}

func appendAll(t *testing.T, o *netio.Outbox, spans ...netio.Span) {
	t.Helper()
	for _, s := range spans {
		if err := o.Append(s, 1); err != nil {
			t.Fatal(err)
		}
	}
}

// How many writes, and of what: DESIGN's rule for one, several and large spans.
func TestFlushChoosesTheWrite(t *testing.T) {
	repeat := func(n, size int) (sizes []int) {
		for range n {
			sizes = append(sizes, size)
		}
		return sizes
	}
	for _, c := range []struct {
		name   string
		spans  []int
		writes [][]int
	}{
		{"nothing", nil, nil},
		{"one", []int{5}, [][]int{{5}}},
		{"one large", []int{1 << 20}, [][]int{{1 << 20}}},
		{"several are joined", []int{1, 2, 3}, [][]int{{6}}},
		{"64 KiB are joined", repeat(8, 8<<10), [][]int{{64 << 10}}},
		{"more are a vector", repeat(9, 8<<10), [][]int{repeat(9, 8<<10)}},
		{"large spans are a vector", []int{16 << 10, 1}, [][]int{{16 << 10, 1}}},
		{"many small ones are joined", repeat(1000, 3), [][]int{{3000}}},
		{"at most 512 in a vector", repeat(600, 200), [][]int{repeat(512, 200), {88 * 200}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			noChunksLeft(t)
			r := newRecorder()
			o := netio.NewOutbox(r, netio.Limits{}, nil)
			for _, n := range c.spans {
				appendAll(t, o, shared(n))
			}
			if err := o.Flush(); err != nil {
				t.Fatal(err)
			}
			if !equal(r.writes, c.writes) {
				t.Errorf("writes %v, want %v", r.writes, c.writes)
			}
			if got := o.Stats(); got.Writes != uint64(len(c.writes)) || got.Messages != uint64(len(c.spans)) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func equal(a, b [][]int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if len(a[i]) != len(b[i]) {
			return false
		}
		for k := range a[i] {
			if a[i][k] != b[i][k] {
				return false
			}
		}
	}
	return true
}

func TestOneSpanIsNotCopied(t *testing.T) {
	noChunksLeft(t)
	r := newRecorder()
	o := netio.NewOutbox(r, netio.Limits{}, nil)
	s := shared(100)
	appendAll(t, o, s)
	if err := o.Flush(); err != nil || r.aliases[0] != &s.Bytes[0] {
		t.Errorf("written from another place (%v)", err)
	}
}

func TestAdjacentSpansAreMerged(t *testing.T) {
	noChunksLeft(t)
	r := newRecorder()
	o := netio.NewOutbox(r, netio.Limits{}, nil)
	c := netio.Copy([]byte("one two three"))
	c.Retain(2)
	appendAll(t, o, netio.Span{Chunk: c, Bytes: c.B[:4]}, netio.Span{Chunk: c, Bytes: c.B[4:8]})
	if c.Retain(1); c.Exclusive() {
		t.Error("no reference is held")
	}
	c.Release()
	appendAll(t, o, netio.Span{Chunk: c, Bytes: c.B[8:]})
	if err := o.Flush(); err != nil || r.data.String() != "one two three" || r.aliases[0] != &c.B[0] {
		t.Errorf("%q in %v (%v)", r.data.String(), r.writes, err)
	}
	if s := o.Stats(); s.Spans != 3 || s.Messages != 3 || s.BacklogMessages != 0 {
		t.Errorf("%+v", s)
	}
}

func TestEmptySpan(t *testing.T) {
	noChunksLeft(t)
	o := netio.NewOutbox(newRecorder(), netio.Limits{}, nil)
	appendAll(t, o, netio.Span{}, shared(0))
	if err := o.Flush(); err != nil || o.Stats().Writes != 0 {
		t.Errorf("%v, %+v", err, o.Stats())
	}
}

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits netio.Limits
		spans  []int // what is appended after one byte that blocks
		err    error // of the last one
	}{
		{"below the bytes", netio.Limits{Bytes: 10}, []int{8, 100}, nil},
		{"at the bytes", netio.Limits{Bytes: 10}, []int{9, 1}, netio.ErrFull},
		{"below the messages", netio.Limits{Messages: 3}, []int{9, 9}, nil},
		{"at the messages", netio.Limits{Messages: 3}, []int{9, 9, 9}, netio.ErrFull},
		{"default bytes", netio.Limits{}, []int{netio.DefaultOutboxBytes - 1, 1}, netio.ErrFull},
		{"default messages", netio.Limits{}, ones(netio.DefaultOutboxMessages), netio.ErrFull},
	} {
		t.Run(c.name, func(t *testing.T) {
			noChunksLeft(t)
			a, b := netio.Pipe(1)
			defer a.Close()
			defer b.Close()
			o := netio.NewOutbox(a, c.limits, nil)
			defer o.Close()
			appendAll(t, o, static(2))
			if err := o.Flush(); err != nil { // one byte is gone, one waits
				t.Fatal(err)
			}
			var err error
			for i, n := range c.spans {
				if err != nil {
					t.Fatalf("span %d: %v", i-1, err)
				}
				err = o.Append(shared(n), 1)
			}
			if !errors.Is(err, c.err) {
				t.Errorf("%v, want %v", err, c.err)
			}
		})
	}
}

func ones(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = 1
	}
	return list
}

// A drain that appends more than the limit to a peer that takes it all is not
// a slow peer.
func TestFullOutboxTriesToWrite(t *testing.T) {
	noChunksLeft(t)
	r := newRecorder()
	o := netio.NewOutbox(r, netio.Limits{Bytes: 10}, nil)
	appendAll(t, o, shared(10), shared(10), shared(3))
	if s := o.Stats(); s.BacklogBytes != 3 || s.Writes != 2 {
		t.Errorf("%+v", s)
	}
	o.Close()
}

// An outbox lags when its peer has not taken half of what it may hold; what merely
// was not flushed yet is no lag.
func TestLagging(t *testing.T) {
	noChunksLeft(t)
	for name, limits := range map[string]netio.Limits{"bytes": {Bytes: 20}, "messages": {Messages: 4}} {
		r := newRecorder()
		o := netio.NewOutbox(r, limits, nil)
		appendAll(t, o, shared(5), shared(7))
		if o.Lagging() || o.Stats().BacklogBytes > 12 {
			t.Errorf("%s: a peer that takes everything lags", name)
		}
		r.window = 0
		done := make(chan struct{})
		r.onWait = func() error { <-done; return io.EOF }
		appendAll(t, o, shared(5))
		if o.Lagging() {
			t.Errorf("%s: less than half makes it lag", name)
		}
		appendAll(t, o, shared(5))
		if !o.Lagging() {
			t.Errorf("%s: half of the limit waits and it does not lag", name)
		}
		o.Close()
		close(done)
	}
}

// A blocked outbox gives shared chunks back at once and keeps copies.
func TestBlockedOutboxHoldsNothingShared(t *testing.T) {
	noChunksLeft(t)
	a, b := netio.Pipe(10)
	defer b.Close()
	defer a.Close()
	o := netio.NewOutbox(a, netio.Limits{}, nil)
	first, second := shared(100), shared(200_000)
	first.Chunk.Retain(1)
	second.Chunk.Retain(1)
	appendAll(t, o, first)
	if err := o.Flush(); err != nil {
		t.Fatal(err)
	}
	appendAll(t, o, second, static(1))
	if !first.Chunk.Exclusive() || !second.Chunk.Exclusive() {
		t.Error("a shared chunk is held")
	}
	want := string(first.Bytes) + string(second.Bytes) + "s"
	first.Chunk.Release()
	second.Chunk.Release()
	if s := o.Stats(); s.BacklogBytes != 90+200_000+1 || s.BacklogMessages != 3 || s.StalledSince.IsZero() {
		t.Errorf("%+v", s)
	}
	o.CloseAfterFlush()
	var got strings.Builder
	if err := readAll(b, &got); err != io.EOF || got.String() != want {
		t.Errorf("%d bytes, %v", got.Len(), err)
	}
	if s := o.Stats(); s.BacklogBytes != 0 || s.BacklogMessages != 0 || !s.StalledSince.IsZero() {
		t.Errorf("%+v", s)
	}
}

// A large message that nobody else holds is kept as it is.
func TestBlockedOutboxKeepsItsOwn(t *testing.T) {
	before := netio.LiveChunks()
	a, b := netio.Pipe(10)
	defer b.Close()
	defer a.Close()
	o := netio.NewOutbox(a, netio.Limits{}, nil)
	appendAll(t, o, shared(1<<20), shared(1<<20))
	if err := o.Flush(); err != nil {
		t.Fatal(err)
	}
	appendAll(t, o, shared(1<<20))
	if n := netio.LiveChunks() - before; n != 3 {
		t.Errorf("%d chunks", n)
	}
	o.Close()
	if n := netio.LiveChunks() - before; n != 0 {
		t.Errorf("%d chunks after Close", n)
	}
}

func TestClosedOutboxRefuses(t *testing.T) {
	for name, end := range map[string]func(*netio.Outbox){
		"close":             (*netio.Outbox).Close,
		"close after flush": (*netio.Outbox).CloseAfterFlush,
	} {
		t.Run(name, func(t *testing.T) {
			noChunksLeft(t)
			o := netio.NewOutbox(newRecorder(), netio.Limits{}, func(err error) { t.Error(err) })
			appendAll(t, o, shared(9))
			end(o)
			if err := o.Append(shared(9), 1); err != netio.ErrClosed {
				t.Error(err)
			}
			if err := o.Flush(); err != netio.ErrClosed {
				t.Error(err)
			}
			o.CloseAfterFlush()
			o.Close()
		})
	}
}

// Many appenders, one peer that reads now and then: each appender's bytes
// arrive in its order.
func TestConcurrentAppenders(t *testing.T) {
	eachConn(t, func(t *testing.T, a, b netio.Conn) {
		noChunksLeft(t)
		o := netio.NewOutbox(a, netio.Limits{Bytes: 1 << 30, Messages: 1 << 30}, func(err error) { t.Error(err) })
		const appenders, each = 8, 2000
		var group sync.WaitGroup
		for id := range appenders {
			group.Go(func() {
				for i := range each {
					c := netio.Copy([]byte{byte(id), byte(i), byte(i >> 8)})
					if err := o.Append(netio.Span{Chunk: c, Bytes: c.B}, 1); err != nil {
						t.Error(err)
					}
					if i%16 == 0 {
						_ = o.Flush()
					}
				}
			})
		}
		go func() { group.Wait(); o.CloseAfterFlush() }()
		var got bytes.Buffer
		if err := readAll(b, &got); err != io.EOF {
			t.Fatal(err)
		}
		var next [appenders]int
		for m := range bytesOf(got.Bytes(), 3) {
			if i := int(m[1]) | int(m[2])<<8; i != next[m[0]] {
				t.Fatalf("appender %d: message %d instead of %d", m[0], i, next[m[0]])
			}
			next[m[0]]++
		}
		if s := o.Stats(); s.Messages != appenders*each || s.BacklogBytes != 0 || s.BacklogMessages != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func bytesOf(b []byte, size int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for ; len(b) >= size && yield(b[:size]); b = b[size:] {
		}
	}
}
