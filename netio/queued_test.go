package netio_test

import (
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/callboard-wamp/callboard/netio"
)

// gate is a connection whose writes wait until a test takes them.
type gate struct {
	net.Conn
	writes chan string
}

func (g gate) Write(b []byte) (int, error) {
	g.writes <- string(b)
	return len(b), nil
}

// A blocking write goes behind what the writer has not written yet.
func TestQueuedKeepsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner, _ := net.Pipe()
		g := gate{inner, make(chan string)}
		q := netio.NewQueued(g)
		write(t, q, "a")
		synctest.Wait()
		write(t, q, "b")
		go func() { _, _ = q.Write([]byte("c")) }()
		synctest.Wait()
		for got := ""; got != "abc"; {
			if got += <-g.writes; !strings.HasPrefix("abc", got) {
				t.Fatalf("written %q", got)
			}
		}
		q.Close()
	})
}

// A panic below the writer is an error of the next write. The connection can still be
// closed, though no writer is left to do it.
func TestQueuedWriterPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner, peer := net.Pipe()
		g := gate{inner, make(chan string)}
		close(g.writes)
		q := netio.NewQueued(g)
		write(t, q, "a")
		synctest.Wait()
		if err := q.WaitWritable(); err == nil || !strings.Contains(err.Error(), "panic in the writer") {
			t.Errorf("%v", err)
		}
		q.Close()
		if _, err := peer.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("the peer read %v", err)
		}
	})
}

// polite is a connection that waits for its peer to hear that it is closed.
type polite struct {
	gate
	heard chan struct{}
}

func (p polite) Close() error {
	<-p.heard
	return p.gate.Close()
}

// Close does not wait for the peer, whatever has been written; everybody who waits
// for the connection is told, and it is closed below once the peer has heard of it.
func TestQueuedCloseNeverWaits(t *testing.T) {
	for name, use := range map[string]func(netio.Conn, gate){
		"unused":  func(netio.Conn, gate) {},
		"written": func(q netio.Conn, g gate) { write(t, q, "a"); <-g.writes },
		"ended":   func(q netio.Conn, _ gate) { _ = q.CloseWrite() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				inner, peer := net.Pipe()
				p := polite{gate{inner, make(chan string)}, make(chan struct{})}
				q := netio.NewQueued(p)
				use(q, p.gate)
				synctest.Wait()
				if err := q.Close(); err != nil {
					t.Error(err)
				}
				if err := q.WaitWritable(); err != net.ErrClosed {
					t.Errorf("writable: %v", err)
				}
				close(p.heard)
				if _, err := peer.Read(make([]byte, 1)); err != io.EOF {
					t.Errorf("the peer read %v", err)
				}
			})
		})
	}
}

// A write that waits is ended by Close, which does not leave that to the writer.
func TestQueuedCloseEndsAWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner, peer := net.Pipe()
		q := netio.NewQueued(inner)
		write(t, q, "a")
		synctest.Wait()
		q.Close()
		if _, err := peer.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("the peer read %v", err)
		}
	})
}

// What cannot be closed in one direction is closed in both.
func TestQueuedWithoutHalfClose(t *testing.T) {
	x, y := net.Pipe()
	q := netio.NewQueued(x)
	defer q.Close()
	write(t, q, "all")
	if err := q.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(y); string(got) != "all" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := q.ReadReady(func() []byte { return make([]byte, 1) }, func() {}); err == nil {
		t.Error("still readable")
	}
}
