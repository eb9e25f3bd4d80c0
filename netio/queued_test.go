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

// A panic below the writer is an error of the next write.
func TestQueuedWriterPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner, _ := net.Pipe()
		g := gate{inner, make(chan string)}
		close(g.writes)
		q := netio.NewQueued(g)
		defer q.Close()
		write(t, q, "a")
		synctest.Wait()
		if err := q.WaitWritable(); err == nil || !strings.Contains(err.Error(), "panic in the writer") {
			t.Errorf("%v", err)
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
