package netio_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
	"pgregory.net/rapid"
)

// machine appends and flushes at random to a peer that reads when it is told
// to, and knows what must arrive.
type machine struct {
	outbox  *netio.Outbox
	limits  netio.Limits
	arena   *netio.Chunk
	used    int
	written byte
	want    []byte
	reads   chan int
}

// fill writes bytes that are unlike their neighbours.
func (m *machine) fill(b []byte) {
	for i := range b {
		m.written += 7
		b[i] = m.written
	}
}

func (m *machine) appendSpan(t *rapid.T, s netio.Span) {
	content := bytes.Clone(s.Bytes)
	before := m.outbox.Stats()
	switch err := m.outbox.Append(s, 1); err {
	case nil:
		m.want = append(m.want, content...)
	case netio.ErrFull:
		if before.BacklogBytes < m.limits.Bytes && before.BacklogMessages < m.limits.Messages {
			t.Fatalf("refused with %+v", before)
		}
	default:
		t.Fatal(err)
	}
}

// fromArena appends the next bytes of a chunk that others hold as well.
func (m *machine) fromArena(t *rapid.T) {
	n := rapid.IntRange(0, 200).Draw(t, "n")
	if m.used+n > len(m.arena.B) || rapid.IntRange(0, 9).Draw(t, "fresh") == 0 {
		m.arena.Release()
		m.arena, m.used = netio.Take(1), 0
	}
	b := m.arena.B[m.used : m.used+n]
	m.fill(b)
	m.used += n
	m.arena.Retain(1)
	m.appendSpan(t, netio.Span{Chunk: m.arena, Bytes: b})
}

func (m *machine) ownChunk(t *rapid.T) {
	n := rapid.IntRange(0, 100_000).Draw(t, "n")
	c := netio.Take(n)
	m.fill(c.B[:n])
	m.appendSpan(t, netio.Span{Chunk: c, Bytes: c.B[:n]})
}

// sharedChunk is given up by its other holder after the append only, so that a
// blocked outbox copies it into several chunks of its own.
func (m *machine) sharedChunk(t *rapid.T) {
	n := rapid.IntRange(0, 200_000).Draw(t, "n")
	c := netio.Take(n)
	c.Retain(1)
	m.fill(c.B[:n])
	m.appendSpan(t, netio.Span{Chunk: c, Bytes: c.B[:n]})
	c.Release()
}

func (m *machine) static(t *rapid.T) {
	b := make([]byte, rapid.IntRange(0, 50).Draw(t, "n"))
	m.fill(b)
	m.appendSpan(t, netio.Span{Bytes: b})
}

func (m *machine) flush(t *rapid.T) {
	if err := m.outbox.Flush(); err != nil {
		t.Fatal(err)
	}
}

func (m *machine) read(t *rapid.T) { m.reads <- rapid.IntRange(1, m.limits.Bytes).Draw(t, "read") }

// reader reads as many bytes as it is told, and everything in the end.
func reader(c netio.Conn, reads <-chan int, got chan<- []byte) {
	var all bytes.Buffer
	for n := range reads {
		if _, err := io.CopyN(&all, c, int64(n)); err != nil {
			break
		}
	}
	_, _ = io.Copy(&all, c)
	got <- all.Bytes()
}

// Whatever is appended and flushed arrives completely and in order, and nothing
// is held in the end; after Close, what arrived is a beginning of it.
func TestOutboxProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		live := netio.LiveChunks()
		size := rapid.SampledFrom([]struct {
			capacity int
			limits   netio.Limits
		}{
			{300, netio.Limits{Bytes: 3000, Messages: 40}},
			{100_000, netio.Limits{Bytes: 1_000_000, Messages: 1000}},
		}).Draw(t, "size")
		a, b := netio.Pipe(rapid.IntRange(1, size.capacity).Draw(t, "capacity"))
		m := &machine{
			outbox: netio.NewOutbox(a, size.limits, func(err error) { panic(err) }),
			limits: size.limits,
			arena:  netio.Take(1),
			reads:  make(chan int, 1000),
		}
		got := make(chan []byte, 1)
		go reader(b, m.reads, got)
		t.Repeat(map[string]func(*rapid.T){
			"arena": m.fromArena, "arena again": m.fromArena, "own chunk": m.ownChunk,
			"shared chunk": m.sharedChunk, "static": m.static, "flush": m.flush, "read": m.read,
		})
		m.arena.Release()
		abort := rapid.IntRange(0, 3).Draw(t, "end") == 0
		if abort {
			m.outbox.Close()
			if n := netio.LiveChunks() - live; n != 0 {
				t.Fatalf("%d chunks are held right after Close", n)
			}
			a.Close()
		} else {
			m.outbox.CloseAfterFlush()
		}
		close(m.reads)
		arrived := <-got
		if !bytes.HasPrefix(m.want, arrived) || !abort && len(arrived) != len(m.want) {
			t.Fatalf("%d bytes arrived, want %d; first difference at %d", len(arrived), len(m.want), differ(arrived, m.want))
		}
		if s := m.outbox.Stats(); s.BacklogBytes != 0 || s.BacklogMessages != 0 || !s.StalledSince.IsZero() {
			t.Fatalf("%+v", s)
		}
		if n := netio.LiveChunks() - live; n != 0 {
			t.Fatalf("%d chunks are held", n)
		}
	})
}

func differ(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}
