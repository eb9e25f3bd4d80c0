package netio

import (
	"errors"
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

// ParseOrigin reads the pattern of origins that an administrator trusts: "*" is
// every one, "https://app.example.com" that one, with ":8443" where the port is
// not the scheme's own, and "https://*.example.com" all hosts below it.
func ParseOrigin(pattern string) (matches func(origin string) bool, err error) {
	if pattern == "*" {
		return func(string) bool { return true }, nil
	}
	want, err := url.Parse(pattern)
	host, below := "", false
	if err == nil {
		host, below = strings.CutPrefix(want.Hostname(), "*.")
	}
	if host == "" || strings.Contains(host, "*") || port(want) == "" ||
		want.Path != "" || want.RawQuery != "" || want.Fragment != "" || want.User != nil {
		return nil, errors.New(`must be "*", or an origin such as "https://app.example.com" or "https://*.example.com"`)
	}
	return func(origin string) bool {
		o, err := url.Parse(origin)
		if err != nil || !strings.EqualFold(o.Scheme, want.Scheme) || port(o) != port(want) {
			return false
		}
		if !below {
			return strings.EqualFold(o.Hostname(), host)
		}
		name := strings.ToLower(o.Hostname())
		return strings.HasSuffix(name, "."+strings.ToLower(host)) && len(name) > len(host)+1
	}, nil
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
