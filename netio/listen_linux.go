package netio

import (
	"context"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Listen opens a TCP address whose connections are given up when their peer is
// gone: after Idle of silence it is asked Count times, every Interval, and what
// it does not acknowledge is sent for as long as that takes. The kernel hands
// these settings down to each connection, so accepting one sets nothing anew;
// [KeepsAlive] says so.
func Listen(address string, k net.KeepAliveConfig) (net.Listener, error) {
	c := net.ListenConfig{KeepAlive: -1, Control: func(_, _ string, raw syscall.RawConn) (err error) {
		if failed := raw.Control(func(fd uintptr) { err = keepAlive(int(fd), k) }); failed != nil {
			return failed
		}
		return err
	}}
	l, err := c.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	return keptAlive{l}, nil
}

func keepAlive(fd int, k net.KeepAliveConfig) error {
	patience := k.Idle + time.Duration(k.Count)*k.Interval
	for _, o := range []struct{ level, name, value int }{
		{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, seconds(k.Idle)},
		{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, seconds(k.Interval)},
		{unix.IPPROTO_TCP, unix.TCP_KEEPCNT, k.Count},
		{unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(patience.Milliseconds())},
	} {
		if err := unix.SetsockoptInt(fd, o.level, o.name, o.value); err != nil {
			return err
		}
	}
	return nil
}

// seconds rounds up: the kernel takes whole ones, and not 0.
func seconds(d time.Duration) int { return max(1, int((d+time.Second-1)/time.Second)) }
