package netio

import "net"

// keptAlive is a listener of [Listen].
type keptAlive struct{ net.Listener }

// KeepsAlive says whether the connections of a listener look after their peers
// by themselves, because it comes from [Listen].
func KeepsAlive(l net.Listener) bool {
	_, ok := l.(keptAlive)
	return ok
}
