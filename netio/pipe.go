package netio

import (
	"net"
	"time"
)

const defaultPipeCapacity = 64 << 10

// Pipe makes two connections in memory, each the peer of the other. Each
// direction holds capacity bytes (0 = 64 KiB) between writer and reader.
// All waiting is done on condition variables and timers, so that everything
// above a pipe runs under [testing/synctest].
//
// When one side is closed, the other reads what is left and then [io.EOF];
// its writes fail with [io.ErrClosedPipe], as do writes after CloseWrite.
func Pipe(capacity int) (Conn, Conn) {
	if capacity <= 0 {
		capacity = defaultPipeCapacity
	}
	there, back := newRing(capacity), newRing(capacity)
	return &pipe{in: back, out: there}, &pipe{in: there, out: back}
}

// pipe is one end: the reading end of one ring and the writing end of another.
type pipe struct {
	in, out *ring
}

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

func (p *pipe) LocalAddr() net.Addr  { return pipeAddr{} }
func (p *pipe) RemoteAddr() net.Addr { return pipeAddr{} }

// Read implements [net.Conn].
func (p *pipe) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if err := p.in.waitReadable(); err != nil {
		return 0, err
	}
	return p.in.read(b), nil
}

// ReadReady implements [Conn].
func (p *pipe) ReadReady(buf func() []byte, idle func()) (int, error) {
	if !p.in.readable() {
		idle()
	}
	if err := p.in.waitReadable(); err != nil {
		return 0, err
	}
	b := buf()
	if len(b) == 0 {
		return 0, errNoSpace
	}
	return p.in.read(b), nil
}

// Write implements [net.Conn].
func (p *pipe) Write(b []byte) (int, error) { return writeWaiting(b, p.out.write, p.out.waitWritable) }

// TryWrite implements [Conn].
func (p *pipe) TryWrite(bufs [][]byte) (int, error) {
	written := 0
	for _, b := range bufs[:min(len(bufs), MaxBuffers)] {
		n, err := p.out.write(b)
		written += n
		if err != nil || n < len(b) {
			return written, err
		}
	}
	return written, nil
}

// WaitWritable implements [Conn].
func (p *pipe) WaitWritable() error { return p.out.waitWritable() }

// CloseWrite implements [Conn].
func (p *pipe) CloseWrite() error { return p.out.endWrites() }

// Close implements [net.Conn].
func (p *pipe) Close() error {
	p.out.closeWriter()
	p.in.closeReader()
	return nil
}

// SetDeadline implements [net.Conn].
func (p *pipe) SetDeadline(t time.Time) error {
	if err := p.SetReadDeadline(t); err != nil {
		return err
	}
	return p.SetWriteDeadline(t)
}

// SetReadDeadline implements [net.Conn].
func (p *pipe) SetReadDeadline(t time.Time) error { return p.in.setReadDeadline(t) }

// SetWriteDeadline implements [net.Conn].
func (p *pipe) SetWriteDeadline(t time.Time) error { return p.out.setWriteDeadline(t) }
