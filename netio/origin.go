package netio

import (
	"net"
	"net/url"
	"strings"
)

// SameOrigin says whether a page of this origin (RFC 6454, 6.1) may connect to
// this host (the Host header): when both name the same host and port, or when
// both are this machine, on whatever port. The opaque origin "null" never may.
func SameOrigin(origin, host string) bool {
	o, err := url.Parse(origin)
	if err != nil || o.Hostname() == "" {
		return false
	}
	h, err := url.Parse(o.Scheme + "://" + host)
	if err != nil {
		return false
	}
	if loopback(o.Hostname()) && loopback(h.Hostname()) {
		return true
	}
	return strings.EqualFold(o.Hostname(), h.Hostname()) && port(o) == port(h)
}

// port fills in what browsers leave out.
func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case strings.EqualFold(u.Scheme, "https"):
		return "443"
	case strings.EqualFold(u.Scheme, "http"):
		return "80"
	}
	return ""
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
