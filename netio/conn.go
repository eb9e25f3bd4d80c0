package netio

import (
	"errors"
	"net"
)

// MaxBuffers is how many slices one [Conn.TryWrite] takes at most.
const MaxBuffers = 512

var errNoSpace = errors.New("netio: no space to read into")

// Conn is one transport connection. [NewSocket] and [NewQueued] make one of a
// [net.Conn], [Pipe] makes two that are connected in memory, [ServerTLS] and
// [ClientTLS] make one of another.
//
// Read and Write block and serve the handshake. Afterwards one goroutine calls
// ReadReady, one [Outbox] calls TryWrite and WaitWritable, never both at the
// same time. Deadlines end whatever waits with [os.ErrDeadlineExceeded]; a
// write deadline that has passed must be moved before anything is written.
// Close, CloseWrite and the deadlines may be called at any time by anybody and
// never wait for the peer.
type Conn interface {
	net.Conn

	// ReadReady waits until something can be read and reads once, like Read:
	// (0, io.EOF) is the end. It asks buf for the space when it tries to read,
	// and calls idle before it waits: space that was asked for is then unused
	// and may be given to somebody else. So buf and idle may be called several
	// times in turn, and no space is needed while nothing arrives. Both are
	// called by the goroutine that called ReadReady.
	ReadReady(buf func() []byte, idle func()) (int, error)

	// TryWrite writes what the peer's window takes of at most [MaxBuffers]
	// slices, in one system call and without waiting. Less than everything is
	// no error: the rest may be tried after WaitWritable, and comes first in
	// whatever is written next, because some of it may be encrypted already. The
	// slices belong to the caller again when it returns. With TLS there may be one
	// system call for every 240 KiB.
	TryWrite(bufs [][]byte) (int, error)

	// WaitWritable waits until TryWrite has a prospect of writing something.
	// Close and a write deadline end it.
	WaitWritable() error

	// CloseWrite ends the bytes to the peer behind those that were written
	// and leaves the other direction open.
	CloseWrite() error
}

// writeWaiting is the Write of a connection that tries to write and waits until it
// has a prospect of writing more.
func writeWaiting(b []byte, try func([]byte) (int, error), wait func() error) (written int, err error) {
	for {
		n, err := try(b[written:])
		written += n
		if err != nil || written == len(b) {
			return written, err
		}
		if err := wait(); err != nil {
			return written, err
		}
	}
}
