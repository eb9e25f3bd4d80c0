package client

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// linger is how long a session that ends waits for the router to close too.
const linger = time.Second

// Transport says what two sides of a connection agreed on.
type Transport struct {
	Framing netio.Framing
	// Serializer of the messages; zero means [codec.JSON].
	Serializer codec.Serializer
	// MaxMessage and MaxSend are the longest messages in bytes that are
	// accepted and that the peer accepts; zero means the default of netio and
	// no limit.
	MaxMessage, MaxSend int
	// Rest are bytes that came right behind the handshake of the transport.
	Rest []byte
}

// Raw is a connected transport without a session. It sends whatever it is told
// to, right or wrong, and shows what comes back. Everything that sends may be
// called concurrently; Receive and ReceiveFrame by one goroutine at a time.
//
// Sending joins: messages of several goroutines leave in one write, and with a
// batched framing in one WebSocket message. It waits
// while the peer takes nothing and more than 1 MiB waits for it.
type Raw struct {
	conn     *meter
	out      *netio.Outbox
	reader   *netio.Reader
	agreed   Transport
	flushing atomic.Bool
	closing  sync.Once
	dead     chan struct{} // closed when nothing can be sent any more
}

// NewRaw makes a Raw of a connection whose transport handshake is done, for
// example one end of [netio.Pipe]. It takes the connection over.
func NewRaw(c netio.Conn, t Transport) *Raw {
	if t.Serializer == 0 {
		t.Serializer = codec.JSON
	}
	if t.MaxSend <= 0 {
		t.MaxSend = netio.NoLimit
	}
	if t.Framing == netio.RawSocket {
		t.MaxSend = min(t.MaxSend, netio.MaxRawSocketMessage)
	}
	r := &Raw{conn: newMeter(c), agreed: t, dead: make(chan struct{})}
	r.out = netio.NewOutbox(r.conn, netio.Limits{Messages: math.MaxInt}, r.sendFailed)
	r.out.BatchMasked(t.Framing, t.MaxSend)
	r.conn.backlog = func() int { return r.out.Stats().BacklogBytes }
	r.reader = netio.NewReader(c, netio.ReaderOptions{
		Framing: t.Framing, Role: netio.Client, MaxMessage: t.MaxMessage, Rest: t.Rest,
	})
	return r
}

// Transport returns what was agreed on. Its Rest is gone.
func (r *Raw) Transport() Transport {
	t := r.agreed
	t.Rest = nil
	return t
}

// Conn returns the connection, for its addresses, deadlines and CloseWrite.
func (r *Raw) Conn() netio.Conn { return r.conn.Conn }

// Send sends messages in one write. A message beyond what the peer accepts is
// refused with an [*Error], wamp.error.payload_size_exceeded.
func (r *Raw) Send(messages ...*wamp.Message) error {
	for _, m := range messages {
		if err := r.conn.room(context.Background(), r.dead); err != nil {
			return err
		}
		if err := r.append(m); err != nil {
			return err
		}
	}
	return r.flush()
}

// SendBytes sends b as one message, framed and masked, whatever it is. b is
// copied. With a batched framing it is a batch of one.
func (r *Raw) SendBytes(b []byte) error {
	f := r.agreed.Framing
	c := netio.Take(netio.MaskedFrameSize(f, len(b)))
	mask := netio.NewMask()
	head := netio.AppendMaskedHeader(c.B[:0], f, len(b), mask)
	all := append(head, b...)
	netio.Mask(all[len(head):], f, mask)
	all = netio.AppendMaskedTrailer(all, f, len(b), mask)
	return r.write(netio.Span{Chunk: c, Bytes: all})
}

// Write puts b on the wire as it is, without a frame around it. b is copied.
func (r *Raw) Write(b []byte) (int, error) {
	c := netio.Copy(b)
	if err := r.write(netio.Span{Chunk: c, Bytes: c.B}); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Ping sends a ping, which the peer answers with a frame of kind [netio.Pong].
func (r *Raw) Ping(data []byte) error {
	return r.write(netio.Span{Bytes: netio.AppendPing(nil, r.agreed.Framing, netio.Client, data)})
}

// SendClose sends a WebSocket close frame; nothing for RawSocket.
func (r *Raw) SendClose(code uint16, reason string) error {
	if r.agreed.Framing == netio.RawSocket {
		return nil
	}
	return r.write(netio.Span{Bytes: netio.AppendClose(nil, netio.Client, code, reason)})
}

// Close closes the connection at once. What waits to be sent is dropped, and
// a Receive that waits returns an error.
func (r *Raw) Close() error {
	r.kill()
	r.out.Close()
	return r.conn.Close()
}

func (r *Raw) kill() { r.closing.Do(func() { close(r.dead) }) }

// sendFailed leaves the connection open for a moment: what the peer said
// before it stopped reading is still to be received.
func (r *Raw) sendFailed(error) {
	r.kill()
	_ = r.conn.SetReadDeadline(time.Now().Add(linger))
}

// write sends one span that needs nothing around it, and takes over its reference.
func (r *Raw) write(s netio.Span) error {
	if err := r.conn.room(context.Background(), r.dead); err != nil {
		if s.Chunk != nil {
			s.Chunk.Release()
		}
		return err
	}
	if err := closedError(r.out.AppendFrame(s)); err != nil {
		return err
	}
	return r.flush()
}

// append queues a message. It never waits.
func (r *Raw) append(m *wamp.Message) error {
	n := r.agreed.Serializer.Size(m)
	if n > r.agreed.MaxSend {
		text := fmt.Sprintf("message of %d bytes, the peer accepts %d", n, r.agreed.MaxSend)
		return &Error{URI: wamp.ErrPayloadSizeExceeded, Args: []any{text}}
	}
	f := r.agreed.Framing
	c := netio.Take(netio.MaskedElementSize(f, n))
	mask := netio.NewMask()
	all := netio.AppendMaskedElementHeader(c.B[:0], f, n, mask)
	all = r.agreed.Serializer.Append(all, m)
	all = netio.AppendMaskedElementTrailer(all, f, n, mask)
	return closedError(r.out.Append(netio.Span{Chunk: c, Bytes: all}, 1))
}

// closedError is err as the program knows it.
func closedError(err error) error {
	if errors.Is(err, netio.ErrClosed) {
		return ErrClosed
	}
	return err
}

// flush sends what was queued. Whoever comes while another goroutine is about
// to flush leaves it to that one, so that their messages share a write.
func (r *Raw) flush() error {
	if r.flushing.Swap(true) {
		return nil
	}
	runtime.Gosched()
	r.flushing.Store(false)
	return r.out.Flush()
}

// finish sends what is queued, says that nothing follows and leaves the other
// direction open.
func (r *Raw) finish(code uint16, reason string) {
	r.kill()
	if r.agreed.Framing != netio.RawSocket {
		_ = r.out.AppendControl(netio.AppendClose(nil, netio.Client, code, reason))
	}
	r.out.CloseAfterFlush()
}
