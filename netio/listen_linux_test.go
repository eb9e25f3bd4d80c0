package netio_test

import (
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/callboard-wamp/callboard/netio"
)

// What a listener was told holds for its connections.
func TestConnectionsInheritKeepAlive(t *testing.T) {
	l, err := netio.Listen("127.0.0.1:0", net.KeepAliveConfig{Enable: true, Idle: 20 * time.Second, Interval: 1500 * time.Millisecond, Count: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if !netio.KeepsAlive(l) {
		t.Error("KeepsAlive is false")
	}
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []struct {
		name             string
		level, key, want int
	}{
		{"SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{"TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 20},
		{"TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 2},
		{"TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 2},
		{"TCP_USER_TIMEOUT", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 23000},
	} {
		raw.Control(func(fd uintptr) {
			if got, err := unix.GetsockoptInt(int(fd), o.level, o.key); err != nil || got != o.want {
				t.Errorf("%s is %d (%v), want %d", o.name, got, err, o.want)
			}
		})
	}
}

func TestOtherListenersDoNotKeepAlive(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if netio.KeepsAlive(l) {
		t.Error("KeepsAlive is true")
	}
}
