//go:build !linux

package netio

import (
	"context"
	"net"
)

// Listen opens a TCP address whose connections are given up when their peer is
// gone: after Idle of silence it is asked Count times, every Interval.
func Listen(address string, k net.KeepAliveConfig) (net.Listener, error) {
	c := net.ListenConfig{KeepAliveConfig: k}
	l, err := c.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	return keptAlive{l}, nil
}
