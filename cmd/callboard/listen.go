package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"syscall"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/netio"
)

// door is an address that is open.
type door struct {
	net.Listener
	scheme, path string
}

// url is the address as clients write it, with the real port.
func (d *door) url() string {
	if d.scheme == "unix" {
		return "unix://" + d.path
	}
	return d.scheme + "://" + d.Addr().String() + d.path
}

func (d *door) accept() netio.AcceptOptions {
	if d.scheme == "ws" {
		return netio.AcceptOptions{WebSocketPath: d.path}
	}
	return netio.AcceptOptions{Transports: netio.RawSocketOnly}
}

func closeAll(doors []*door) {
	for _, d := range doors {
		_ = d.Close()
	}
}

var errAddress = errors.New("not of the form ws://host:port/path, tcp://host:port or unix:///path")

// listen opens one address. Unless remote is set, other machines cannot reach it.
func listen(address string, remote bool) (*door, error) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errAddress
	}
	switch {
	case u.Scheme == "unix" && u.Host == "" && u.Path != "":
		return listenUnix(u.Path)
	case u.Scheme == "tcp" && u.Path == "" && u.Port() != "":
	case u.Scheme == "ws" && u.Port() != "":
	default:
		return nil, errAddress
	}
	at, err := net.ResolveTCPAddr("tcp", u.Host)
	if err != nil {
		return nil, plain(err)
	}
	if !at.IP.IsLoopback() && !remote {
		return nil, errors.New("other machines reach this address and nobody has to authenticate; " +
			"use a loopback address such as 127.0.0.1, or --insecure-remote if that is wanted")
	}
	limits := lane.DefaultLimits()
	l, err := netio.Listen(at.String(), limits.KeepAlive())
	if err != nil {
		return nil, plain(err)
	}
	return &door{l, u.Scheme, u.Path}, nil
}

func listenUnix(path string) (*door, error) {
	if err := removeStale(path); err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, plain(err)
	}
	return &door{l, "unix", path}, nil
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
