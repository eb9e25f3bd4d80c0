package netio_test

import (
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/netio"
)

func TestPipeDeadlineCanBeMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := netio.Pipe(0)
		start, done := time.Now(), make(chan error, 1)
		deadline(t, b, start.Add(time.Second))
		go func() { _, err := b.Read(make([]byte, 1)); done <- err }()
		time.Sleep(500 * time.Millisecond)
		deadline(t, b, start.Add(3*time.Second))
		if err := <-done; !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		deadline(t, b, start) // past
		if _, err := b.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
		deadline(t, b, time.Time{})
		write(t, a, "x")
		if got := readN(t, b, 1); got != "x" {
			t.Errorf("%q", got)
		}
	})
}

func deadline(t *testing.T, c netio.Conn, at time.Time) {
	t.Helper()
	if err := c.SetReadDeadline(at); err != nil {
		t.Fatal(err)
	}
}

// Close leaves no timer behind that would keep a bubble's clock busy, and what
// was written before it can be read.
func TestPipeClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := netio.Pipe(0)
		deadline(t, a, time.Now().Add(time.Hour))
		write(t, a, "x")
		if err := errors.Join(a.Close(), a.Close()); err != nil {
			t.Error(err)
		}
		if got := readN(t, b, 1); got != "x" {
			t.Errorf("%q", got)
		}
		if err := a.SetDeadline(time.Now()); err == nil {
			t.Error("a closed pipe takes a deadline")
		}
		if a.LocalAddr().Network() != "pipe" || a.RemoteAddr().String() != "pipe" {
			t.Error("no address")
		}
	})
}
