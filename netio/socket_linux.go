package netio

import (
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// streamSocket is what TCP and Unix stream sockets of package net offer.
type streamSocket interface {
	net.Conn
	syscall.Conn
	CloseWrite() error
}

// socket is a Conn over a socket of the kernel. The functions that package net
// calls back with the descriptor are made once, and find their arguments and
// leave their results in the fields beside them: no call allocates.
type socket struct {
	streamSocket
	raw syscall.RawConn

	readFn  func(fd uintptr) bool
	space   func() []byte
	idle    func()
	readN   int
	readErr error

	writeFn  func(fd uintptr) bool
	bufs     [][]byte
	writeN   int
	writeErr error

	pollFn func(fd uintptr) bool
	poll   [1]unix.PollFd
}

// NewSocket makes a [Conn] of a TCP or Unix stream socket, and of any other
// connection by [NewQueued]. The connection belongs to the Conn from then on.
func NewSocket(c net.Conn) (Conn, error) {
	stream, ok := c.(streamSocket)
	if !ok || !isStream(c) {
		return NewQueued(c), nil
	}
	raw, err := stream.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("netio: socket: %w", err)
	}
	if err := nonblocking(raw); err != nil {
		return nil, fmt.Errorf("netio: socket: %w", err)
	}
	s := &socket{streamSocket: stream, raw: raw}
	s.readFn, s.writeFn, s.pollFn = s.readOnce, s.writeOnce, s.pollOnce
	return s, nil
}

func isStream(c net.Conn) bool {
	switch c := c.(type) {
	case *net.TCPConn:
		return true
	case *net.UnixConn:
		return c.LocalAddr().Network() == "unix"
	}
	return false
}

// ReadReady implements [Conn].
func (s *socket) ReadReady(buf func() []byte, idle func()) (int, error) {
	s.space, s.idle = buf, idle
	err := s.raw.Read(s.readFn)
	s.space, s.idle = nil, nil
	if err != nil {
		return 0, err
	}
	return s.readN, s.readErr
}

// readOnce reads, or gives the space back and lets the poller wait. The read
// that finds nothing cannot be left out: the poller has forgotten earlier
// wake-ups when it calls this function.
func (s *socket) readOnce(fd uintptr) bool {
	s.readN, s.readErr = 0, nil
	b := s.space()
	if len(b) == 0 {
		s.readErr = errNoSpace
		return true
	}
	n, err := directRead(int(fd), b)
	for err == syscall.EINTR {
		n, err = directRead(int(fd), b)
	}
	switch {
	case err == syscall.EAGAIN:
		s.idle()
		return false
	case err != nil:
		s.readErr = os.NewSyscallError("read", err)
	case n == 0:
		s.readErr = io.EOF
	default:
		s.readN = n
	}
	return true
}

// TryWrite implements [Conn].
func (s *socket) TryWrite(bufs [][]byte) (int, error) {
	s.bufs = bufs[:min(len(bufs), MaxBuffers)]
	err := s.raw.Write(s.writeFn)
	s.bufs = nil
	if err != nil {
		return 0, err
	}
	return s.writeN, s.writeErr
}

// writeOnce never asks the poller to wait.
func (s *socket) writeOnce(fd uintptr) bool {
	n, err := writeBuffers(int(fd), s.bufs)
	for err == syscall.EINTR {
		n, err = writeBuffers(int(fd), s.bufs)
	}
	s.writeN, s.writeErr = max(n, 0), nil
	if err != nil && err != syscall.EAGAIN {
		s.writeErr = os.NewSyscallError("write", err)
	}
	return true
}

func writeBuffers(fd int, bufs [][]byte) (int, error) {
	switch len(bufs) {
	case 0:
		return 0, nil
	case 1:
		return directWrite(fd, bufs[0])
	}
	return writev(fd, bufs)
}

// vectors are shared by all sockets: 8 KiB would be much for an idle one.
var vectors = sync.Pool{New: func() any { return new([MaxBuffers]unix.Iovec) }}

func writev(fd int, bufs [][]byte) (int, error) {
	v := vectors.Get().(*[MaxBuffers]unix.Iovec)
	size := 0
	for i, b := range bufs {
		v[i].Base = unsafe.SliceData(b)
		v[i].SetLen(len(b))
		size += len(b)
	}
	call := syscall.RawSyscall
	if size > direct {
		call = syscall.Syscall
	}
	n, _, errno := call(unix.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(v)), uintptr(len(bufs)))
	clear(v[:len(bufs)])
	vectors.Put(v)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// WaitWritable implements [Conn].
func (s *socket) WaitWritable() error { return s.raw.Write(s.pollFn) }

// pollOnce looks at the socket itself, because the poller reports edges only.
// An error of poll ends the wait: the next write tells what it is.
func (s *socket) pollOnce(fd uintptr) bool {
	s.poll[0] = unix.PollFd{Fd: int32(fd), Events: unix.POLLOUT}
	n, err := unix.Poll(s.poll[:], 0)
	for err == unix.EINTR {
		n, err = unix.Poll(s.poll[:], 0)
	}
	return n > 0 || err != nil
}
