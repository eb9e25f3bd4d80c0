package meter_test

import (
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks/meter"
)

const ms = int64(time.Millisecond)

// Only what ended (closed loop) or was due (open loop) in the measured time has a
// latency; only what ended in it is an operation.
func TestMeasuredTime(t *testing.T) {
	for _, tc := range []struct {
		name         string
		meter        *meter.Meter
		ops, latency uint64
	}{{"closed", meter.New("x"), 2, 2}, {"open", meter.NewOpen("x"), 2, 2}} {
		m := tc.meter
		tally := m.Tally()
		tally.Done(0, 1, 2) // before the beginning
		m.Begin(100 * ms)
		tally.Done(0, 90*ms, 110*ms)  // due too early, ended in time
		tally.Done(0, 110*ms, 120*ms) // both in time
		m.End(200 * ms)
		tally.Done(0, 190*ms, 350*ms) // due in time, ended too late
		tally.Done(0, 200*ms, 201*ms) // neither
		tally.Commit()
		if got := m.Summary(0); m.Ops() != tc.ops || got.Count != tc.latency {
			t.Errorf("%s: %d operations, %+v", tc.name, m.Ops(), got)
		}
	}
	open := meter.NewOpen("x")
	open.Begin(100 * ms)
	open.End(200 * ms)
	tally := open.Tally()
	tally.Missed(0, 99*ms, 200*ms, 5)
	tally.Missed(0, 150*ms, 200*ms, 5)
	tally.Missed(0, 200*ms, 200*ms, 5)
	if s := open.Summary(0); s.Count != 5 || s.Max.Round(time.Millisecond) != 50*time.Millisecond || open.Ops() != 0 {
		t.Errorf("%+v, %d operations", s, open.Ops())
	}
}

// Percentiles are within a thousandth and 100 ns, whatever the goroutine that recorded.
func TestPercentiles(t *testing.T) {
	m := meter.New("a", "b")
	m.Begin(0)
	var group sync.WaitGroup
	for g := range 10 {
		tally := m.Tally()
		group.Go(func() {
			for i := g + 1; i <= 10_000; i += 10 {
				tally.Done(1, 0, int64(i)*1000)
			}
			tally.Commit()
		})
	}
	group.Wait()
	s := m.Summary(1)
	got := []time.Duration{s.Min, s.P50, s.P90, s.P99, s.P999, s.Max}
	for i, want := range []time.Duration{1, 5000, 9000, 9900, 9990, 10_000} {
		if want *= time.Microsecond; got[i] < want*999/1000-100 || got[i] > want*1001/1000+100 {
			t.Errorf("%v, not %v", got[i], want)
		}
	}
	if s.Count != 10_000 || m.PartOps(0) != 0 || m.PartOps(1) != 10_000 || m.Summary(0) != (meter.Summary{}) {
		t.Errorf("%+v, %d, %d", s, m.PartOps(0), m.PartOps(1))
	}
	if !slices.Equal(m.Parts(), []string{"a", "b"}) {
		t.Errorf("%q", m.Parts())
	}
}

// Bars follow each other without a gap and hold everything.
func TestBuckets(t *testing.T) {
	m := meter.New("x")
	if b := m.Buckets(0); len(b) != 0 {
		t.Errorf("%+v", b)
	}
	m.Begin(0)
	tally := m.Tally()
	latencies := []int64{0, 150, 999, 1000, 123_456, 5 * int64(time.Second), int64(time.Hour)}
	for _, l := range latencies {
		tally.Done(0, 0, l)
	}
	tally.Commit()
	var n uint64
	bars := m.Buckets(0)
	for i, b := range bars {
		n += b.Count
		if b.From >= b.To || i > 0 && bars[i-1].To != b.From {
			t.Errorf("%+v", bars)
		}
	}
	if n != uint64(len(latencies)) || bars[0].Count == 0 || bars[len(bars)-1].Count == 0 {
		t.Errorf("%d in %+v", n, bars)
	}
}

func TestLateness(t *testing.T) {
	l := meter.NewLateness()
	l.Add(-5)
	l.Add(5 * ms)
	if s := l.Summary(); s.Count != 2 || s.Max.Round(time.Millisecond) != 5*time.Millisecond {
		t.Errorf("%+v", s)
	}
}

// A process that works has used processor time; its name does not matter.
func TestProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		if _, err := meter.Process(os.Getpid()); err != meter.ErrUnsupported {
			t.Error(err)
		}
		return
	}
	before := meter.Self()
	u, err := meter.Process(os.Getpid())
	if err != nil || u.RSS < 1<<20 {
		t.Fatal(u, err)
	}
	for meter.Self().CPU() < before.CPU()+50*time.Millisecond { // five ticks
	}
	if after, err := meter.Process(os.Getpid()); err != nil || after.CPU() < u.CPU()+20*time.Millisecond {
		t.Error(u, after, err)
	}
	name := t.TempDir() + "/a) S 1 (b"
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(sleep, name); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(name, "60")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if u, err := meter.Process(c.Process.Pid); err != nil || u.CPU() > time.Second {
		t.Error(u, err)
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	if _, err := meter.Process(c.Process.Pid); err == nil || !strings.Contains(err.Error(), "no process") {
		t.Error(err)
	}
}
