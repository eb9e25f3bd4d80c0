package actors

import (
	"net"
	"net/netip"
	"slices"
	"sync"
)

// admission bounds the connections that have not yet joined a realm: all of them,
// and those of one address.
type admission struct {
	limits *Limits

	mu     sync.Mutex
	all    int
	byHost map[string]int
}

// enter counts one more, unless there are too many: then it returns the limit.
func (a *admission) enter(host string) (limit string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.all >= a.limits.EarlyConnections:
		return "early_connections"
	case host != "" && a.byHost[host] >= a.limits.EarlyPerAddress:
		return "early_per_address"
	}
	a.all++
	if host != "" {
		if a.byHost == nil {
			a.byHost = map[string]int{}
		}
		a.byHost[host]++
	}
	return ""
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

// host returns the address that connections are counted by; none for sockets of
// the file system, loopback and those that the listener exempts.
func (l *Listener) host(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || tcp.IP.IsLoopback() {
		return ""
	}
	ip := tcp.AddrPort().Addr().Unmap()
	if slices.ContainsFunc(l.Exempt, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return ""
	}
	return ip.String()
}
