package actors

import (
	"net"
	"sync"
)

const (
	maxEarly        = 1024 // connections without a session
	maxEarlyPerHost = 64   // of one address that is not loopback
)

// admission bounds the connections that have not yet joined a realm. The zero
// value is ready.
type admission struct {
	mu     sync.Mutex
	all    int
	byHost map[string]int
}

// enter counts one more; false means there are too many.
func (a *admission) enter(host string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.all >= maxEarly || host != "" && a.byHost[host] >= maxEarlyPerHost {
		return false
	}
	a.all++
	if host != "" {
		if a.byHost == nil {
			a.byHost = map[string]int{}
		}
		a.byHost[host]++
	}
	return true
}

// leave takes one off the count.
func (a *admission) leave(host string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all--
	if host != "" {
		if a.byHost[host]--; a.byHost[host] == 0 {
			delete(a.byHost, host)
		}
	}
}

// host returns the address that connections are counted by; none for loopback
// and for sockets of the file system.
func host(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || tcp.IP.IsLoopback() {
		return ""
	}
	return tcp.IP.String()
}
