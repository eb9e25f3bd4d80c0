package pebble_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/actors/store/contract"
	"github.com/callboard-wamp/callboard/actors/store/pebble"
	"github.com/cockroachdb/pebble/v2/vfs"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		child(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

func open(t testing.TB, o pebble.Options) *pebble.Store {
	t.Helper()
	o.Log = func(text string) { t.Log(text) }
	s, err := pebble.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closes(t testing.TB, s *pebble.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestStore(t *testing.T) {
	contract.Run(t, func(t *testing.T) store.Store {
		s := open(t, pebble.Options{Dir: t.TempDir()})
		t.Cleanup(func() { closes(t, s) })
		return s
	})
}

// reopening is a store that is closed and opened again before each operation.
type reopening struct {
	t *testing.T
	o pebble.Options
}

func (r reopening) with(f func(*pebble.Store) error) error {
	s := open(r.t, r.o)
	defer closes(r.t, s)
	return f(s)
}

func (r reopening) Apply(w []store.Write) error {
	return r.with(func(s *pebble.Store) error { return s.Apply(w) })
}

func (r reopening) Read(log store.Log, order store.Order, visit func(*store.Event) bool) error {
	return r.with(func(s *pebble.Store) error { return s.Read(log, order, visit) })
}

func (r reopening) Logs(realm string, kind store.Kind) (logs []store.Log, err error) {
	err = r.with(func(s *pebble.Store) (err error) { logs, err = s.Logs(realm, kind); return err })
	return logs, err
}

func TestStoreReopened(t *testing.T) {
	contract.Run(t, func(t *testing.T) store.Store {
		return reopening{t, pebble.Options{Dir: "store", FS: vfs.NewMem()}}
	})
}

// A store that is closed says so, and closing it again does nothing.
func TestClosed(t *testing.T) {
	s := open(t, pebble.Options{Dir: t.TempDir()})
	closes(t, s)
	closes(t, s)
	if err := s.Read(contract.Log("com"), store.OldestFirst, nil); err == nil {
		t.Error("read")
	}
	if _, err := pebble.Open(pebble.Options{Dir: filepath.Join(t.TempDir(), "a\x00b")}); err == nil {
		t.Error("opened a folder that cannot be")
	}
}

// What a history is trimmed to bounds the disk, however much has passed through
// it.
func TestDiskIsBounded(t *testing.T) {
	dir := t.TempDir()
	s := open(t, pebble.Options{Dir: dir})
	e := *contract.Event(1)
	e.Payload.Bytes = []byte(strings.Repeat("0123456789abcdef", 4<<10/16))
	bounds := store.Bounds{Events: 1 << 20, Bytes: 4 << 20}
	for range 200 { // 200 MiB and more
		var writes []store.Write
		for range 256 {
			writes = append(writes, store.Write{Log: contract.Log("com"), Events: []*store.Event{&e}, Bounds: bounds})
		}
		if err := s.Apply(writes); err != nil {
			t.Fatal(err)
		}
	}
	closes(t, s)
	var size int64
	filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil {
			size += info.Size()
		}
		return nil
	})
	t.Logf("%d MiB on the disk", size>>20)
	if size > 64<<20 {
		t.Errorf("%d MiB for 4 MiB of events", size>>20)
	}
}

// Octets that changed on the disk are noticed: an event is read as it was
// written, or not at all.
func TestChecksums(t *testing.T) {
	dir := t.TempDir()
	s := open(t, pebble.Options{Dir: dir})
	contract.Append(t, s, contract.Log("com"), contract.Wide, 0, 1000)
	closes(t, s)
	closes(t, open(t, pebble.Options{Dir: dir})) // the log becomes a table
	tables, _ := filepath.Glob(filepath.Join(dir, "*.sst"))
	if len(tables) == 0 {
		t.Fatal("no table")
	}
	for _, name := range tables {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)/3] ^= 0x40
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := pebble.Open(pebble.Options{Dir: dir})
	if err != nil {
		t.Log(err)
		return
	}
	defer s.Close()
	n := 0
	err = s.Read(contract.Log("com"), store.OldestFirst, func(e *store.Event) bool {
		if want := contract.Event(n); e.Publication != want.Publication || string(e.Payload.Bytes) != string(want.Payload.Bytes) {
			t.Errorf("read %+v instead of %+v", e, want)
		}
		n++
		return true
	})
	if err == nil {
		t.Errorf("%d events read and nothing noticed", n)
	}
	t.Log(err)
}
