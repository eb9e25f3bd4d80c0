package netio_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/netio"
	"go.uber.org/goleak"
)

var errBroken = errors.New("broken")

func TestFailedWriteIsReportedOnce(t *testing.T) {
	noChunksLeft(t)
	r := newRecorder()
	r.err = errBroken
	var reported []error
	var o *netio.Outbox
	o = netio.NewOutbox(r, netio.Limits{}, func(err error) {
		reported = append(reported, err)
		o.Close() // no lock is held
	})
	appendAll(t, o, shared(9), shared(9))
	for range 2 {
		if err := o.Flush(); !errors.Is(err, errBroken) {
			t.Errorf("flush: %v", err)
		}
	}
	if err := o.Append(shared(9), 1); err != netio.ErrClosed {
		t.Errorf("append: %v", err)
	}
	o.CloseAfterFlush()
	if len(reported) != 1 || !errors.Is(reported[0], errBroken) {
		t.Errorf("reported %v", reported)
	}
}

// What the goroutine of a blocked outbox meets is reported like anything else.
func TestFailuresWhileBlocked(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*recorder)
		text  string
	}{
		{"wait fails", func(r *recorder) { r.onWait = func() error { return errBroken } }, "broken"},
		{"wait panics", func(r *recorder) { r.onWait = func() error { panic("oh no") } }, "panic: oh no"},
		{"write fails", func(r *recorder) { r.onWait = func() error { r.err = errBroken; return nil } }, "broken"},
		{"write panics", func(r *recorder) {
			r.onWait = func() error { r.onWrite = func() { panic("oh no") }; return nil }
		}, "panic: oh no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			noChunksLeft(t)
			r := newRecorder()
			r.window = 3
			c.spoil(r)
			reported := make(chan error, 2)
			o := netio.NewOutbox(r, netio.Limits{}, func(err error) { reported <- err })
			appendAll(t, o, shared(9))
			if err := o.Flush(); err != nil {
				t.Fatal(err)
			}
			if err := <-reported; !strings.Contains(err.Error(), c.text) {
				t.Errorf("reported %v", err)
			}
			if err := o.Append(shared(9), 1); err != netio.ErrClosed {
				t.Errorf("append: %v", err)
			}
			o.Close()
			if len(reported) != 0 {
				t.Errorf("reported again: %v", <-reported)
			}
		})
	}
}

// Close gives everything back and ends the waiting goroutine of every kind of
// connection without reporting anything; the connection stays readable.
func TestCloseWhileBlocked(t *testing.T) {
	eachConn(t, func(t *testing.T, a, b netio.Conn) {
		noChunksLeft(t)
		o := netio.NewOutbox(a, netio.Limits{Bytes: 1 << 30}, func(err error) { t.Error(err) })
		for o.Stats().StalledSince.IsZero() {
			appendAll(t, o, static(1<<20))
			if err := o.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		appendAll(t, o, shared(100_000))
		o.Close()
		if s := o.Stats(); s.BacklogBytes != 0 || s.BacklogMessages != 0 || !s.StalledSince.IsZero() {
			t.Errorf("%+v", s)
		}
		write(t, b, "bye")
		if got := readN(t, a, 3); got != "bye" {
			t.Errorf("read %q", got)
		}
	})
}

// The goroutine of a blocked outbox ends with Close alone.
func TestCloseEndsTheGoroutine(t *testing.T) {
	eachOf(t, plainConns, func(t *testing.T, a, b netio.Conn) {
		o := netio.NewOutbox(a, netio.Limits{Bytes: 1 << 30}, func(err error) { t.Error(err) })
		write(t, a, "x") // a queued connection's writer is not the outbox's
		others := goleak.IgnoreCurrent()
		for o.Stats().StalledSince.IsZero() {
			appendAll(t, o, static(1<<20))
			if err := o.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		o.Close()
		if err := goleak.Find(others); err != nil {
			t.Error(err)
		}
	})
}

// The whole life of a slow peer, in a bubble's time.
func TestSlowPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := netio.Pipe(100)
		o := netio.NewOutbox(a, netio.Limits{}, func(err error) { t.Error(err) })
		start := time.Now()
		time.Sleep(time.Second)
		appendAll(t, o, shared(250))
		if err := o.Flush(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		expect(t, o, 150, start.Add(1*time.Second))
		time.Sleep(time.Second)
		readN(t, b, 60) // progress moves the time of the stall
		synctest.Wait()
		expect(t, o, 90, start.Add(3*time.Second))
		appendAll(t, o, shared(10))
		o.CloseAfterFlush()
		expect(t, o, 100, start.Add(3*time.Second))
		readN(t, b, 100)
		synctest.Wait()
		expect(t, o, 0, time.Time{})
		readN(t, b, 100)
		if _, err := b.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("after the last byte: %v", err)
		}
	})
}

func expect(t *testing.T, o *netio.Outbox, backlog int, stalled time.Time) {
	t.Helper()
	if s := o.Stats(); s.BacklogBytes != backlog || !s.StalledSince.Equal(stalled) {
		t.Errorf("backlog %d, stalled since %v; want %d, %v", s.BacklogBytes, s.StalledSince, backlog, stalled)
	}
}

// A write deadline set by the connection's owner is a failed write.
func TestWriteDeadlineWhileBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := netio.Pipe(1)
		reported := make(chan error, 1)
		o := netio.NewOutbox(a, netio.Limits{}, func(err error) { reported <- err })
		start := time.Now()
		_ = a.SetWriteDeadline(start.Add(10 * time.Second))
		appendAll(t, o, static(2))
		_ = o.Flush()
		if err := <-reported; time.Since(start) != 10*time.Second || !strings.Contains(err.Error(), "timeout") {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}
