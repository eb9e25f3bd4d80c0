//go:build !linux

package netio

import "net"

// NewSocket makes a [Conn] of a TCP or Unix stream socket, by [NewQueued] on
// this platform. The connection belongs to the Conn from then on.
func NewSocket(c net.Conn) (Conn, error) { return NewQueued(c), nil }
