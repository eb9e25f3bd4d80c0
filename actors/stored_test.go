package actors_test

import (
	"encoding/base64"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
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

// damaged runs a router that keeps com.bulk and com.log in a folder, then changes an
// octet of com.bulk on the disk, and returns what opens the folder.
func damaged(t *testing.T) (open func(*testing.T) *pebble.Store) {
	dir := t.TempDir()
	open = func(t *testing.T) *pebble.Store {
		s, err := pebble.Open(pebble.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	t.Run("write", func(t *testing.T) {
		p := enter(t, start(t, bulky(open(t))), kinds[0])
		noise := rand.NewChaCha8([32]byte{})
		for n := range 100 {
			p.log(t, n)
			b := make([]byte, 4<<10)
			noise.Read(b)
			p.keep(t, "com.bulk", base64.StdEncoding.EncodeToString(b))
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
		b[len(b)/2] ^= 0x10 // com.bulk has almost all of it
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return open
}

// bulky keeps com.bulk besides.
func bulky(s store.Store) actors.Config {
	cfg := keeping(s)
	cfg.Realms[0].History = append(cfg.Realms[0].History,
		actors.HistoryConfig{URI: "com.bulk", Events: 1000})
	cfg.Realms[0].History[0].Events = 1000
	return cfg
}

func (p *peer) keep(t testing.TB, topic, text string) {
	t.Helper()
	p.must(t, &wamp.Message{Type: wamp.Publish, URI: []byte(topic), Fields: acknowledged, Payload: p.payload(text)}, wamp.Published)
}

// kept is how many events a history has; -1 if it cannot be read.
func (p *peer) kept(t *testing.T, k lane.Key) int {
	t.Helper()
	p.ask(&wamp.Message{Type: wamp.Call, URI: []byte("wamp.subscription.get_events"), Payload: p.payload(historyOf(t, p, k))})
	m := p.next(t)
	if m.Type == wamp.ErrorMessage {
		return -1
	}
	events, _, err := p.serializer().DecodePayload(m.Payload)
	if err != nil {
		t.Fatal(err)
	}
	return len(events)
}

// A history that changed on the disk behind the store's back is noticed: whoever
// asks for it hears that it cannot be read, which is counted. When something comes
// for it, it begins anew, with an alarm; the others go on with what they have, now
// and after a restart.
func TestStoreIsCorrupt(t *testing.T) {
	open := damaged(t)
	bulk, log := lane.Key{URI: "com.bulk"}, lane.Key{URI: "com.log"}
	t.Run("corrupt", func(t *testing.T) {
		r := start(t, bulky(open(t)))
		p, q := enter(t, r, kinds[0]), enter(t, r, kinds[4])
		if n := p.kept(t, bulk); n != -1 || r.Counters().HistoryUnread.Load() != 1 {
			t.Errorf("%d events read", n)
		}
		q.must(t, subscribe("com.bulk", ""), wamp.Subscribed)
		p.keep(t, "com.bulk", "new")
		q.expect(t, wamp.Event)
		p.log(t, 100)
		eventually(t, "it begins anew", func() bool { return r.Counters().ResetLogs.Load() == 1 })
		p.log(t, 101)
		eventually(t, "both are stored", func() bool { return p.kept(t, bulk) == 1 && p.kept(t, log) == 102 })
		c := r.Counters()
		if c.StoreFailing.Load() != 0 || c.BrokenLogs.Load() != 0 || len(c.Drops()) != 0 {
			t.Errorf("failing %d, broken %d, %v", c.StoreFailing.Load(), c.BrokenLogs.Load(), c.Drops())
		}
	})
	t.Run("restart", func(t *testing.T) {
		p := enter(t, start(t, bulky(open(t))), kinds[0])
		p.keep(t, "com.bulk", "newer")
		if n, m := p.kept(t, bulk), p.kept(t, log); n != 2 || m != 102 {
			t.Errorf("%d and %d events", n, m)
		}
	})
}

// Where a history that is broken cannot be emptied, what comes for it is dropped
// and counted, and the others go on.
func TestStoreCannotBeMended(t *testing.T) {
	open := damaged(t)
	bulk, log := lane.Key{URI: "com.bulk"}, lane.Key{URI: "com.log"}
	r := start(t, bulky(struct{ store.Store }{open(t)}))
	p, c := enter(t, r, kinds[0]), r.Counters()
	for n := range 10 {
		p.keep(t, "com.bulk", "new")
		p.log(t, 100+n)
	}
	eventually(t, "the others are stored", func() bool { return p.kept(t, log) == 110 })
	if n := p.kept(t, bulk); n != -1 {
		t.Errorf("%d events read", n)
	}
	if c.Dropped(lane.DropBroken) != 10 || c.BrokenLogs.Load() != 1 || c.ResetLogs.Load() != 0 || c.StoreFailing.Load() != 0 {
		t.Errorf("broken %d, %v", c.BrokenLogs.Load(), c.Drops())
	}
}

// halfRead is a store that cannot read one log.
type halfRead struct {
	store.Store
	uri string
}

func (h halfRead) Read(log store.Log, order store.Order, visit func(*store.Event) bool) error {
	if log.URI == h.uri {
		return &store.Broken{Log: log, Err: errors.New("a bad sector")}
	}
	return h.Store.Read(log, order, visit)
}

// What is retained of one topic and cannot be read takes the others nothing.
func TestRetainedIsBroken(t *testing.T) {
	s := store.Memory()
	t.Run("write", func(t *testing.T) {
		p := enter(t, start(t, keeping(s)), kinds[1])
		for i, room := range []string{"com.room.a", "com.room.b", "com.room.c"} {
			p.must(t, retain(p, room, i), wamp.Published)
		}
	})
	for _, room := range []string{"com.room.a", "com.room.b", "com.room.c"} {
		t.Run(room, func(t *testing.T) {
			p := enter(t, start(t, keeping(halfRead{s, room})), kinds[1])
			got := recalled(t, p, everyRoom)
			if _, there := got[room]; there || len(got) != 2 {
				t.Errorf("retained: %v", got)
			}
		})
	}
}
