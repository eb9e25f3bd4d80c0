package actors_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/actors/store/pebble"
	"github.com/callboard-wamp/callboard/wamp"
)

// bounding is a store that lets three events go for each commit.
type bounding struct {
	store.Store
	dropped int
}

func (b *bounding) Apply(w []store.Write) error {
	b.dropped += 3
	return b.Store.Apply(w)
}

func (b *bounding) TakeDropped() int {
	n := b.dropped
	b.dropped = 0
	return n
}

// What a store lets go because it is as large as it may be is counted, once.
func TestStoreLetsGo(t *testing.T) {
	r := start(t, keeping(&bounding{Store: store.Memory()}))
	p := enter(t, r, kinds[0])
	for n := range 2 {
		p.log(t, n)
		if got, _ := p.past(t); len(got) != n+1 { // the commit is made
			t.Errorf("history: %v", got)
		}
	}
	if n := r.Counters().Dropped(lane.DropStoreFull); n != 6 {
		t.Errorf("%d counted", n)
	}
}

// A file of the store that changed behind its back is noticed: whoever asks for the
// history hears that it cannot be read, which is counted, storing fails with an
// alarm, and everything else goes on.
func TestStoreIsCorrupt(t *testing.T) {
	dir := t.TempDir()
	open := func(t *testing.T) *pebble.Store {
		s, err := pebble.Open(pebble.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	t.Run("write", func(t *testing.T) {
		p := enter(t, start(t, keeping(open(t))), kinds[0])
		for n := range 100 {
			p.log(t, n)
		}
		if got, failure := p.past(t); len(got) != 100 {
			t.Fatalf("history: %v %s", got, failure)
		}
	})
	t.Run("tables", func(t *testing.T) { open(t) }) // its log becomes a table
	tables, _ := filepath.Glob(filepath.Join(dir, "*.sst"))
	if len(tables) == 0 {
		t.Fatal("no table")
	}
	for _, name := range tables {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b[100] ^= 0x10
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := start(t, keeping(open(t)))
	p, q := enter(t, r, kinds[0]), enter(t, r, kinds[4])
	if got, failure := p.past(t); failure != string(wamp.ErrInternal) || r.Counters().HistoryUnread.Load() != 1 {
		t.Errorf("history: %v %s", got, failure)
	}
	q.must(t, subscribe("com.log", ""), wamp.Subscribed)
	p.log(t, 100)
	q.expect(t, wamp.Event)
	eventually(t, "an alarm", func() bool { return r.Counters().StoreFailing.Load() == 1 })
	p.log(t, 101)
	q.expect(t, wamp.Event)
	if got, failure := p.past(t); failure != string(wamp.ErrInternal) || r.Counters().HistoryUnread.Load() != 2 {
		t.Errorf("history: %v %s", got, failure)
	}
}
