package pebble_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/actors/store/contract"
	"github.com/callboard-wamp/callboard/actors/store/pebble"
	"github.com/callboard-wamp/callboard/wamp"
)

const size = 16 << 10

var noise = func() []byte {
	b := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{}).Read(b)
	return b
}()

// heavy is the n-th of events that no compression makes smaller.
func heavy(n int) *store.Event {
	e := *contract.Event(n)
	e.Publication, e.Time = wamp.ID(n+1), time.Unix(0, 0).Add(time.Duration(n)*time.Second)
	e.Payload.Bytes = noise[n*64%(len(noise)-size):][:size]
	return &e
}

var retainedLog = store.Log{Kind: store.Retained, Realm: "realm1", URI: "com.state"}

// folder is how large a folder is.
func folder(dir string) (octets int64) {
	filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil {
			octets += info.Size()
		}
		return nil
	})
	return octets
}

// publications lists those of a log, which are the numbers of heavy events and
// one more.
func publications(t *testing.T, s store.Store, log store.Log) (all []int) {
	t.Helper()
	if err := s.Read(log, store.OldestFirst, func(e *store.Event) bool {
		if want := heavy(int(e.Publication) - 1); string(e.Payload.Bytes) != string(want.Payload.Bytes) {
			t.Errorf("publication %d is not what was stored", e.Publication)
		}
		all = append(all, int(e.Publication))
		return true
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// A store stays within its size, however much passes through it: the oldest events
// go, of whatever history, and each is counted; the newest and what is retained
// stay. Opened again it goes on so.
func TestMaxBytes(t *testing.T) {
	const limit, group, events = 64 << 20, 64, 64 * 150 // 150 MiB
	dir := t.TempDir()
	o := pebble.Options{Dir: dir, MaxBytes: limit}
	s := open(t, o)
	defer func() { closes(t, s) }()
	apply := func(writes ...store.Write) {
		t.Helper()
		if err := s.Apply(writes); err != nil {
			t.Fatal(err)
		}
		if n := folder(dir); n > limit {
			t.Fatalf("the folder has %d MiB", n>>20)
		}
	}
	apply(store.Write{Log: retainedLog, Events: []*store.Event{heavy(0)}})
	old, other := contract.Log("org.old"), contract.Log("com.other")
	apply(store.Write{Log: old, Events: []*store.Event{heavy(0), heavy(1)}, Bounds: contract.Wide})
	stored, dropped := 2, 0
	for n := 2; n < events; n += group {
		var a, b []*store.Event
		for i := range group / 2 {
			a, b = append(a, heavy(n+2*i)), append(b, heavy(n+2*i+1))
		}
		apply(store.Write{Log: contract.Log("com"), Events: a, Bounds: contract.Wide},
			store.Write{Log: other, Events: b, Bounds: contract.Wide})
		stored += group
		dropped += s.TakeDropped()
		if n == 2+50*group {
			closes(t, s)
			s = open(t, o)
		}
	}
	x, y := publications(t, s, contract.Log("com")), publications(t, s, other)
	if got := publications(t, s, old); len(got) != 0 {
		t.Errorf("the oldest events are there: %v", got)
	}
	if len(x)+len(y)+dropped != stored {
		t.Errorf("%d stored, %d and %d there, %d counted as gone", stored, len(x), len(y), dropped)
	}
	for i := range x[1:] { // the two took turns, and went so
		if x[i+1] != x[i]+2 {
			t.Fatalf("%d behind %d", x[i+1], x[i])
		}
	}
	if d := x[0] - y[0]; d != 1 && d != -1 || x[len(x)-1] != stored-1 || y[len(y)-1] != stored {
		t.Errorf("histories from %d to %d and from %d to %d, of %d", x[0], x[len(x)-1], y[0], y[len(y)-1], stored)
	}
	if kept := (len(x) + len(y)) * size; kept < limit/3 {
		t.Errorf("%d MiB are kept of %d", kept>>20, limit>>20)
	}
	if got := publications(t, s, retainedLog); len(got) != 1 {
		t.Errorf("retained: %v", got)
	}
}

// What is retained has its own bounds: where it leaves no room, histories get none,
// which is counted, and storing goes on; they get it back when there is room.
func TestMaxBytesOfRetained(t *testing.T) {
	s := open(t, pebble.Options{Dir: t.TempDir(), MaxBytes: 32 << 20})
	defer closes(t, s)
	apply := func(w store.Write) {
		t.Helper()
		w.Bounds = contract.Wide
		if err := s.Apply([]store.Write{w}); err != nil {
			t.Fatal(err)
		}
	}
	topic := func(i int) store.Log {
		l := retainedLog
		l.URI += string(rune('a' + i))
		return l
	}
	apply(store.Write{Log: contract.Log("com"), Events: []*store.Event{heavy(0)}})
	var many []*store.Event
	for n := range 64 {
		many = append(many, heavy(n))
	}
	for i := range 20 { // 20 MiB
		apply(store.Write{Log: topic(i), Events: many})
	}
	apply(store.Write{Log: contract.Log("com"), Events: []*store.Event{heavy(1), heavy(2)}})
	if got := publications(t, s, contract.Log("com")); len(got) != 0 || s.TakeDropped() != 3 {
		t.Errorf("the history has %v", got)
	}
	for i := range 20 {
		if got := publications(t, s, topic(i)); len(got) != 64 {
			t.Errorf("%d of 64 retained", len(got))
		}
		apply(store.Write{Log: topic(i)})
	}
	for n := 0; len(publications(t, s, contract.Log("com"))) == 0; n++ {
		if n == 64*20 {
			t.Fatal("the history gets no room")
		}
		apply(store.Write{Log: contract.Log("com"), Events: []*store.Event{heavy(n)}})
	}
}

// The disk may become full while the database changes its log, or while room is made:
// nothing is lost that was stored and is not counted as gone, and storing goes on
// when there is room again.
func TestDiskFullAtLargeCommits(t *testing.T) {
	runs := 1 // in each the disk is full after so many operations by turns; with more, at each place
	if os.Getenv("CALLBOARD_LONG") != "" {
		runs = 4
	}
	for _, limit := range []int64{0, 32 << 20} {
		failed := 0
		for run := range runs {
			d := newDisk()
			p := &pourer{t: t, s: open(t, pebble.Options{Dir: "store", FS: d, MaxBytes: limit}), log: contract.Log("com")}
			for i := range 96 { // 24 MiB
				left := (run + i/8) % 4 * 15
				if i > 16 && i%8 == 0 {
					d.left.Store(int64(left))
				}
				if err := p.pour(); err != nil {
					if failed++; !errors.Is(err, syscall.ENOSPC) {
						t.Errorf("full after %d: %v", left, err)
					}
					d.empty()
					if err := p.pour(); err != nil {
						t.Fatalf("there is room again after %d: %v", left, err)
					}
				}
				d.empty()
			}
			if limit > 0 && p.dropped == 0 {
				t.Error("there was room for everything")
			}
			p.check()
			closes(t, p.s)
		}
		if failed == 0 {
			t.Error("nothing failed")
		}
	}
}

// pourer stores heavy events in order.
type pourer struct {
	t               *testing.T
	s               *pebble.Store
	log             store.Log
	stored, dropped int
}

// pour stores 256 KiB.
func (p *pourer) pour() error {
	var events []*store.Event
	for i := range 16 {
		events = append(events, heavy(p.stored+i))
	}
	err := p.s.Apply([]store.Write{{Log: p.log, Events: events, Bounds: contract.Wide}})
	p.dropped += p.s.TakeDropped()
	if err == nil {
		p.stored += len(events)
	}
	return err
}

// check says what is missing without having been counted.
func (p *pourer) check() {
	p.t.Helper()
	got := publications(p.t, p.s, p.log)
	if len(got)+p.dropped != p.stored || len(got) == 0 || got[0] != p.dropped+1 || got[len(got)-1] != p.stored {
		p.t.Errorf("%d are there, %d counted as gone, %d stored: %v", len(got), p.dropped, p.stored, got)
	}
}
