package actors_test

import (
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// street is a listener whose connections come from where the test says.
type street struct {
	doors  chan net.Conn
	closed chan struct{}
	close  func()
}

func newStreet() *street {
	s := &street{doors: make(chan net.Conn), closed: make(chan struct{})}
	s.close = sync.OnceFunc(func() { close(s.closed) })
	return s
}

func (s *street) Accept() (net.Conn, error) {
	select {
	case c := <-s.doors:
		return c, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *street) Close() error   { s.close(); return nil }
func (s *street) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 254), Port: 1} }

// stranger is a connection from an address.
type stranger struct {
	net.Conn
	from net.Addr
}

func (s stranger) RemoteAddr() net.Addr { return s.from }

// come connects from the host of this number.
func (s *street) come(t *testing.T, host int) net.Conn {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close() })
	s.doors <- stranger{theirs, &net.TCPAddr{IP: net.IPv4(192, 0, 2, byte(host)), Port: 4711}}
	return ours
}

// turnedAway says whether the router has closed a connection without a word. One
// that it has admitted stays open: it waits for a handshake.
func turnedAway(c net.Conn) bool {
	c.SetWriteDeadline(time.Now().Add(patience))
	_, err := c.Write([]byte{0x7F})
	return err != nil
}

// greet does the handshake of a connection whose first octet was sent, and joins.
func greet(t *testing.T, c net.Conn) {
	t.Helper()
	if _, err := c.Write([]byte{0xF1, 0, 0}); err != nil {
		t.Fatal(err)
	}
	var answer [4]byte
	if _, err := io.ReadFull(c, answer[:]); err != nil {
		t.Fatal(err)
	}
	hello := `[1,"realm1",{"roles":{"caller":{}}}]`
	if _, err := fmt.Fprintf(c, "\x00\x00\x00%c%s", len(hello), hello); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, answer[:]); err != nil {
		t.Fatal("no WELCOME:", err)
	}
}

func patient(t *testing.T) (*actors.Router, *street) {
	t.Helper()
	l := lane.DefaultLimits()
	l.HelloTimeout, l.HandshakeTimeout = time.Hour, time.Hour
	r := start(t, actors.Config{Limits: l})
	s := newStreet()
	if err := r.Serve(actors.Listener{Net: s}); err != nil {
		t.Fatal(err)
	}
	return r, s
}

// Of the connections without a session 64 may come from one address; one that
// joins, or ends, makes room for another.
func TestConnectionsOfOneAddress(t *testing.T) {
	r, s := patient(t)
	var all []net.Conn
	for n := range 64 {
		c := s.come(t, 1)
		if turnedAway(c) {
			t.Fatalf("connection %d was turned away", n+1)
		}
		all = append(all, c)
	}
	if !turnedAway(s.come(t, 1)) {
		t.Error("65 connections of one address are open")
	}
	if turnedAway(s.come(t, 2)) {
		t.Error("another address was turned away")
	}
	greet(t, all[0])
	if turnedAway(s.come(t, 1)) {
		t.Error("one has joined, and none was let in instead")
	}
	if !turnedAway(s.come(t, 1)) {
		t.Error("two were let in for one that has joined")
	}
	before := r.Counters().Conns.Load()
	all[1].Close()
	eventually(t, "a connection has ended", func() bool { return r.Counters().Conns.Load() < before })
	if turnedAway(s.come(t, 1)) {
		t.Error("one has ended, and none was let in instead")
	}
}

// 1,024 may come from everywhere together.
func TestConnectionsOfAllAddresses(t *testing.T) {
	_, s := patient(t)
	for n := range 1024 {
		if turnedAway(s.come(t, 1+n/64)) {
			t.Fatalf("connection %d was turned away", n+1)
		}
	}
	if !turnedAway(s.come(t, 100)) {
		t.Error("1,025 connections are open without a session")
	}
}

// Two listeners may have the same address, as those in memory do.
func TestListenersOfOneName(t *testing.T) {
	r, s := patient(t)
	again := newStreet()
	if err := r.Serve(actors.Listener{Net: again, Accept: netio.AcceptOptions{}}); err != nil {
		t.Fatal(err)
	}
	for _, at := range []*street{again, s} {
		c := at.come(t, 1)
		raw, err := client.Handshake(t.Context(), netio.NewQueued(c), "tcp://memory", client.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := hello(t.Context(), raw); err != nil {
			t.Error(err)
		}
		raw.Close()
	}
}
