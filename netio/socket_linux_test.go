package netio_test

import (
	"net"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/callboard-wamp/callboard/netio"
)

// Calls on a socket are not told to the scheduler: one that could wait would stop
// everything else on its processor.
func TestSocketNeverBlocks(t *testing.T) {
	x, y := dial(t, "tcp", "127.0.0.1:0")
	defer y.Close()
	setNonblock(t, x, false)
	s := socket(t, x)
	defer s.Close()
	if !nonblocking(t, x) {
		t.Fatal("the socket blocks")
	}
	for full := false; !full; { // nobody reads
		n, err := s.TryWrite([][]byte{make([]byte, 32<<10)})
		if err != nil {
			t.Fatal(err)
		}
		full = n < 32<<10
	}
}

// What is longer than the calls that are not told to the scheduler arrives as well.
func TestSocketWritesMuchAtOnce(t *testing.T) {
	a, b := sockets(t, "tcp", "127.0.0.1:0")
	defer b.Close()
	defer a.Close()
	for _, size := range []int{64<<10 - 1, 64 << 10, 64<<10 + 1, 1 << 20} {
		sent := make([]byte, size)
		for i := range sent {
			sent[i] = byte(i % 251)
		}
		done := make(chan error, 1)
		go func() { done <- pushWhole(a, sent) }()
		got := readN(t, b, size)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		for i := range size {
			if got[i] != byte(i%251) {
				t.Fatalf("%d bytes: the one at %d is %d", size, i, got[i])
			}
		}
	}
}

// pushWhole tries to write all of the rest by each call.
func pushWhole(c netio.Conn, rest []byte) error {
	for {
		n, err := c.TryWrite([][]byte{rest})
		if rest = rest[n:]; err != nil || len(rest) == 0 {
			return err
		}
		if err := c.WaitWritable(); err != nil {
			return err
		}
	}
}

func control(t *testing.T, c net.Conn, f func(fd int)) {
	t.Helper()
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(fd uintptr) { f(int(fd)) }); err != nil {
		t.Fatal(err)
	}
}

func setNonblock(t *testing.T, c net.Conn, yes bool) {
	t.Helper()
	control(t, c, func(fd int) {
		if err := syscall.SetNonblock(fd, yes); err != nil {
			t.Error(err)
		}
	})
}

func nonblocking(t *testing.T, c net.Conn) (yes bool) {
	t.Helper()
	control(t, c, func(fd int) {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		yes = err == nil && flags&unix.O_NONBLOCK != 0
	})
	return yes
}
