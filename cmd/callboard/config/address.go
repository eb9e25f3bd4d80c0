package config

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Address is where a listener listens: Host with a port, or the Path of a Unix
// socket. For WebSocket, Path is where the upgrade is offered. The schemes wss,
// and tcps or rss, are over TLS.
type Address struct {
	Scheme, Host, Path string
}

// Forms are how an address may look, for people.
const Forms = "ws://host:port/path, tcp://host:port, wss:// or tcps:// likewise, or unix:///path"

var errAddress = errors.New("not of the form " + Forms)

// ParseAddress reads ws://host:port/path, tcp://host:port or unix:///path, and
// wss://host:port/path, tcps://host:port or rss://host:port.
func ParseAddress(text string) (Address, error) {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return Address{}, errAddress
	}
	switch {
	case u.Scheme == "unix" && u.Host == "" && u.Path != "":
	case rawSchemes[u.Scheme] && u.Path == "" && portOf(u):
	case webSchemes[u.Scheme] && portOf(u):
	default:
		return Address{}, errAddress
	}
	return Address{u.Scheme, u.Host, u.Path}, nil
}

var (
	rawSchemes    = map[string]bool{"tcp": true, "tcps": true, "rss": true}
	webSchemes    = map[string]bool{"ws": true, "wss": true}
	secureSchemes = map[string]bool{"wss": true, "tcps": true, "rss": true}
)

// WebSocket says whether the address takes WebSocket, besides RawSocket.
func (a Address) WebSocket() bool { return webSchemes[a.Scheme] }

// Secure says whether connections are over TLS.
func (a Address) Secure() bool { return secureSchemes[a.Scheme] }

func portOf(u *url.URL) bool {
	_, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil
}

// ErrRemote refuses an address that other machines reach.
var ErrRemote = errors.New("other machines reach this address and nobody has to authenticate; " +
	"use a loopback address such as 127.0.0.1, or --insecure-remote (insecure_remote: true) if that is wanted")

// Local says whether only this machine reaches the address, as far as can be
// told without asking anybody what a name means.
func (a Address) Local() (local, known bool) {
	if a.Scheme == "unix" {
		return true, true
	}
	host, _, err := net.SplitHostPort(a.Host)
	switch ip, bad := netip.ParseAddr(host); {
	case err != nil:
		return false, false
	case host == "":
		return false, true
	case strings.EqualFold(host, "localhost"):
		return true, true
	case bad != nil:
		return false, false
	default:
		return ip.IsLoopback(), true
	}
}

// Same says whether both cannot be listened on at once.
func (a Address) Same(b Address) bool {
	if a.Scheme == "unix" || b.Scheme == "unix" {
		return a.Scheme == b.Scheme && a.Path == b.Path
	}
	hostA, portA, _ := net.SplitHostPort(a.Host)
	hostB, portB, _ := net.SplitHostPort(b.Host)
	if portA != portB || portA == "0" {
		return false
	}
	return canonical(hostA) == canonical(hostB) || anywhere(hostA) || anywhere(hostB)
}

func canonical(host string) string {
	if strings.EqualFold(host, "localhost") {
		return "127.0.0.1"
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().String()
	}
	return strings.ToLower(host)
}

func anywhere(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "" || err == nil && ip.IsUnspecified()
}
