package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

const (
	joinSize     = 16 << 10 // bytes that are joined before they are handed to the outbox
	backlogBytes = 1 << 30  // beyond every window
)

// ErrClosed is why Serve returned when the session was closed from here.
var ErrClosed = errors.New("wire: session is closed")

// Session is one joined session. Append, Request, Flush, Goodbye, Backlog and
// Close may be called concurrently; Ask, AskAll, Receive and Serve by one
// goroutine at a time.
type Session struct {
	conn       netio.Conn
	out        *netio.Outbox
	reader     *netio.Reader
	framing    netio.Framing
	serializer codec.Serializer
	maxSend    int
	flushing   atomic.Bool
	leaving    atomic.Bool
	closing    atomic.Bool

	mu      sync.Mutex
	chunk   *netio.Chunk // what is appended and not yet with the outbox
	bytes   []byte       // of the chunk
	count   int
	request wamp.ID

	// Pause, if it is set before Serve, is called before each read: a reader
	// that takes its time.
	Pause func()
}

// Serializer of the session's messages.
func (s *Session) Serializer() codec.Serializer { return s.serializer }

// MaxSend is the longest message in bytes that the router accepts.
func (s *Session) MaxSend() int { return s.maxSend }

// Append writes a message behind those that wait for [Session.Flush]. What m
// refers to is the caller's again when it returns.
func (s *Session) Append(m *wamp.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.append(m)
}

// Request does the same for a request, which gets the next request id.
func (s *Session) Request(m *wamp.Message) wamp.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.request = s.request.Next()
	m.Request = s.request
	s.append(m)
	return m.Request
}

func (s *Session) append(m *wamp.Message) {
	n := s.serializer.Size(m)
	whole := netio.MaskedElementSize(s.framing, n)
	if s.chunk != nil && len(s.bytes)+whole > min(cap(s.bytes), netio.BatchLimit(s.framing, s.maxSend)) {
		s.handOver()
	}
	if s.chunk == nil {
		s.chunk = netio.Take(max(whole, joinSize))
		s.bytes = s.chunk.B[:0]
	}
	mask := netio.NewMask()
	s.bytes = netio.AppendMaskedElementHeader(s.bytes, s.framing, n, mask)
	s.bytes = s.serializer.Append(s.bytes, m)
	s.bytes = netio.AppendMaskedElementTrailer(s.bytes, s.framing, n, mask)
	s.count++
}

// handOver gives what was joined to the outbox. A connection that takes nothing
// more is what Serve returns with.
func (s *Session) handOver() {
	if s.chunk == nil {
		return
	}
	_ = s.out.Append(netio.Span{Chunk: s.chunk, Bytes: s.bytes}, s.count)
	s.chunk, s.bytes, s.count = nil, nil, 0
}

// Flush sends what was appended, as far as the router takes it; the rest
// follows by itself. Messages of goroutines that flush at the same time leave in
// one write, and with a batched framing in few batches. It never waits.
func (s *Session) Flush() error {
	if s.flushing.Swap(true) {
		return nil
	}
	runtime.Gosched()
	s.flushing.Store(false)
	s.mu.Lock()
	s.handOver()
	s.mu.Unlock()
	return s.out.Flush()
}

// Backlog is how many bytes the router has not yet taken.
func (s *Session) Backlog() int { return s.out.Stats().BacklogBytes }

// Receive returns the next message, which is a copy. ctx ends the wait.
func (s *Session) Receive(ctx context.Context) (*wamp.Message, error) {
	defer until(ctx, s.conn)()
	for {
		f, ok, err := s.reader.Next()
		if err != nil {
			return nil, err
		}
		if !ok {
			if err := s.reader.Fill(); err != nil {
				return nil, ended(ctx, err)
			}
			continue
		}
		m := new(wamp.Message)
		switch f.Kind {
		case netio.Message:
			return m, s.serializer.Parse(bytes.Clone(f.Data), m)
		case netio.Ping:
			s.pong(f.Data)
		}
	}
}

// ended says why a read failed: its context, if that has ended.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, os.ErrDeadlineExceeded) {
		return context.Cause(ctx)
	}
	return err
}

// Serve hands out every message until the session ends, and calls batch when
// those of one read are used up. It returns nil when GOODBYE was said by both
// sides, [ErrClosed] after Close, else what went wrong.
func (s *Session) Serve(handle func(*wamp.Message), batch func()) error {
	defer s.reader.Close()
	defer s.Close()
	for {
		if s.Pause != nil {
			s.Pause()
		}
		if err := s.reader.Fill(); err != nil {
			return s.reason(err)
		}
		over, err := s.serveBuffered(handle)
		batch()
		if over || err != nil {
			return err
		}
	}
}

func (s *Session) serveBuffered(handle func(*wamp.Message)) (over bool, err error) {
	var m wamp.Message
	for {
		f, ok, err := s.reader.Next()
		if err != nil {
			return false, s.reason(err)
		}
		if !ok {
			return false, nil
		}
		switch f.Kind {
		case netio.Ping:
			s.pong(f.Data)
		case netio.Message:
			if err := s.serializer.Parse(f.Data, &m); err != nil {
				return false, err
			}
			if m.Type == wamp.Goodbye || m.Type == wamp.Abort {
				return true, s.goodbye(&m)
			}
			handle(&m)
		}
	}
}

// reason is why reading ended. Some routers answer GOODBYE by closing.
func (s *Session) reason(err error) error {
	switch {
	case s.closing.Load():
		return ErrClosed
	case err == io.EOF && s.leaving.Load():
		return nil
	case err == io.EOF:
		return errors.New("wire: the router closed the connection")
	}
	return err
}

// goodbye ends a session in good order, or says that the router ended it.
func (s *Session) goodbye(m *wamp.Message) error {
	if s.framing != netio.RawSocket {
		_ = s.out.AppendControl(netio.AppendClose(nil, netio.Client, netio.CloseNormal, ""))
		_ = s.out.Flush()
	}
	if s.leaving.Load() && m.Type == wamp.Goodbye {
		return nil
	}
	return fmt.Errorf("wire: session ended: %w", refusal(s.serializer, m))
}

func (s *Session) pong(data []byte) {
	_ = s.out.AppendControl(netio.AppendPong(nil, s.framing, netio.Client, data))
	_ = s.out.Flush()
}

// Goodbye tells the router that the session ends. Serve returns when the router
// has said so too, or at the latest after this time.
func (s *Session) Goodbye(wait time.Duration) {
	if s.leaving.Swap(true) {
		return
	}
	s.Append(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseRealm)})
	_ = s.Flush()
	_ = s.conn.SetReadDeadline(time.Now().Add(wait))
}

// Leave says GOODBYE and waits for the answer, for sessions that nobody serves.
// What else arrives is dropped. The session is closed in any case.
func (s *Session) Leave(wait time.Duration) error {
	s.Goodbye(wait)
	return s.Serve(func(*wamp.Message) {}, func() {})
}

// Close closes the connection at once. It may be called more than once.
func (s *Session) Close() {
	if s.closing.Swap(true) {
		return
	}
	s.out.Close()
	_ = s.conn.Close()
}
