package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"syscall"

	"github.com/callboard-wamp/callboard/cmd/callboard/config"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/rs/zerolog"
)

// door is an address that is open, and what it lets in.
type door struct {
	net.Listener
	config.Address
	accept netio.AcceptOptions
	tls    *tls.Config
	cert   string // the file that tls is read from
	exempt []netip.Prefix
}

// url is the address as clients write it, with the real port.
func (d *door) url() string {
	if d.Scheme == "unix" {
		return "unix://" + d.Path
	}
	return d.Scheme + "://" + d.Addr().String() + d.Path
}

func closeAll(doors []*door) {
	for _, d := range doors {
		_ = d.Close()
	}
}

// listen opens one address. Unless the listener says so, other machines cannot
// reach it. What is wrong later with a certificate is logged.
func listen(l *config.Listener, cfg *config.File, log zerolog.Logger) (*door, error) {
	a, err := config.ParseAddress(l.URL)
	if err != nil {
		return nil, err
	}
	d := &door{Address: a, exempt: l.Exempt}
	d.accept = netio.AcceptOptions{Transports: netio.RawSocketOnly, MaxMessage: cfg.MaxMessageOf(l)}
	switch {
	case a.Scheme == "unix":
		d.Listener, err = listenUnix(a.Path, l)
		return d, err
	case a.WebSocket():
		d.accept.Transports, d.accept.WebSocketPath, d.accept.Origins = netio.WebSocketAndRawSocket, a.Path, l.Allowed()
	}
	at, err := net.ResolveTCPAddr("tcp", a.Host)
	if err != nil {
		return nil, plain(err)
	}
	if !at.IP.IsLoopback() && !l.InsecureRemote {
		return nil, config.ErrRemote
	}
	if a.Secure() {
		d.cert = l.TLS.Cert
		if d.tls, err = secure(&l.TLS, log); err != nil {
			return nil, err
		}
	}
	if d.Listener, err = netio.Listen(at.String(), cfg.Limits.KeepAlive()); err != nil {
		return nil, plain(err)
	}
	return d, nil
}

func listenUnix(path string, o *config.Listener) (net.Listener, error) {
	if err := removeStale(path); err != nil {
		return nil, err
	}
	restore := restrict(fs.FileMode(o.Mode))
	l, err := net.Listen("unix", path)
	restore()
	if err != nil {
		return nil, plain(err)
	}
	if err := give(path, o); err != nil {
		_ = l.Close()
		return nil, plain(err)
	}
	return l, nil
}

// give sets mode and owner of a socket, as far as something else was asked for
// than the process makes.
func give(path string, o *config.Listener) error {
	if o.Owner != "" {
		uid, gid, err := o.Owner.IDs()
		if err != nil {
			return err
		}
		if err := os.Lchown(path, uid, gid); err != nil {
			return err
		}
	}
	if o.Mode != 0 {
		return os.Chmod(path, fs.FileMode(o.Mode))
	}
	return nil
}

// removeStale removes a socket that a router left behind which no longer runs.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return plain(err)
	case info.Mode().Type() != fs.ModeSocket:
		return errors.New("there is a file that is no socket")
	}
	c, err := net.Dial("unix", path)
	switch {
	case err == nil:
		_ = c.Close()
		return errors.New("another process listens there")
	case !errors.Is(err, syscall.ECONNREFUSED):
		return plain(err)
	}
	if err := os.Remove(path); err != nil {
		return plain(err)
	}
	return nil
}

// plain leaves out the address, which the caller names.
func plain(err error) error {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*os.SyscallError](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return fmt.Errorf("cannot listen: %w", err)
}
