package client

import (
	"context"

	"github.com/callboard-wamp/callboard/netio"
)

// sendWindow is how many bytes may wait in the outbox before senders wait.
const sendWindow = 1 << 20

// meter is a connection that knows how much its outbox has yet to write, so
// that whoever sends faster than the router reads can wait.
type meter struct {
	netio.Conn
	backlog func() int    // of the outbox, in bytes
	space   chan struct{} // holds a token when the window may have opened
}

func newMeter(c netio.Conn) *meter {
	return &meter{Conn: c, space: make(chan struct{}, 1)}
}

// TryWrite implements [netio.Conn]; the outbox calls it.
func (m *meter) TryWrite(bufs [][]byte) (int, error) {
	n, err := m.Conn.TryWrite(bufs)
	if n > 0 {
		m.signal() // who is woken asks for the backlog, which waits until the outbox has taken n off
	}
	return n, err
}

func (m *meter) open() bool { return m.backlog() < sendWindow }

// room waits until the window is open, ctx ends or dead is closed.
func (m *meter) room(ctx context.Context, dead <-chan struct{}) error {
	if m.open() {
		return nil
	}
	for !m.open() {
		select {
		case <-m.space:
		case <-dead:
			return ErrClosed
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	m.signal() // the next one who waits
	return nil
}

func (m *meter) signal() {
	select {
	case m.space <- struct{}{}:
	default:
	}
}
