package pebble_test

import (
	"errors"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/actors/store/contract"
	"github.com/callboard-wamp/callboard/actors/store/pebble"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// disk is a file system in memory that becomes full: after left operations that
// write every further one fails, until it is emptied.
type disk struct {
	vfs.FS
	left  atomic.Int64
	avail uint64
}

func newDisk() *disk {
	d := &disk{FS: vfs.NewMem(), avail: 1 << 40}
	d.empty()
	return d
}

func (d *disk) empty() { d.left.Store(1 << 40) }

func (d *disk) write() error {
	if d.left.Add(-1) < 0 {
		return syscall.ENOSPC
	}
	return nil
}

func (d *disk) GetDiskUsage(string) (vfs.DiskUsage, error) {
	return vfs.DiskUsage{AvailBytes: d.avail, TotalBytes: 1 << 41}, nil
}

func (d *disk) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if err := d.write(); err != nil {
		time.Sleep(time.Millisecond) // the database tries again at once, and for ever
		return nil, err
	}
	f, err := d.FS.Create(name, c)
	return &file{f, d}, err
}

func (d *disk) ReuseForWrite(old, name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if err := d.write(); err != nil {
		return nil, err
	}
	f, err := d.FS.ReuseForWrite(old, name, c)
	return &file{f, d}, err
}

type file struct {
	vfs.File
	d *disk
}

func (f *file) Write(b []byte) (int, error) {
	if err := f.d.write(); err != nil {
		n, _ := f.File.Write(b[:len(b)/2]) // half of it fits
		return n, err
	}
	return f.File.Write(b)
}

func (f *file) Sync() error {
	if err := f.d.write(); err != nil {
		return err
	}
	return f.File.Sync()
}

func (f *file) SyncData() error {
	if err := f.d.write(); err != nil {
		return err
	}
	return f.File.SyncData()
}

func (f *file) SyncTo(n int64) (bool, error) {
	if err := f.d.write(); err != nil {
		return false, err
	}
	return f.File.SyncTo(n)
}

func event(n int) []store.Write {
	return []store.Write{{Log: contract.Log("com"), Events: []*store.Event{contract.Event(n)}, Bounds: contract.Wide}}
}

// TestDiskFull: whichever operation finds the disk full, the store says so and
// goes on when there is room again; everything that it had stored is there, once,
// and can be read meanwhile.
func TestDiskFull(t *testing.T) {
	for left := range 60 {
		d := newDisk()
		s := open(t, pebble.Options{Dir: "store", FS: d})
		n := 0
		for ; n < 5; n++ {
			if err := s.Apply(event(n)); err != nil {
				t.Fatal(err)
			}
		}
		d.left.Store(int64(left))
		var err error
		for ; err == nil && n < 200; n++ {
			err = s.Apply(event(n))
		}
		if err == nil {
			t.Fatalf("the disk was full after %d operations and nothing noticed", left)
		}
		n-- // it is not stored yet
		for range 3 {
			if err := s.Apply(event(n)); !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("still full after %d: %v", left, err)
			}
		}
		if got := len(contract.Contents(t, s, contract.Log("com"), store.OldestFirst)); got < n {
			t.Errorf("full after %d: %d of %d can be read", left, got, n)
		}
		d.empty()
		for ; n < 210; n++ {
			if err := s.Apply(event(n)); err != nil {
				t.Fatalf("there is room again after %d: %v", left, err)
			}
		}
		contract.Want(t, s, contract.Log("com"), 0, 210)
		closes(t, s)
		s = open(t, pebble.Options{Dir: "store", FS: d})
		contract.Want(t, s, contract.Log("com"), 0, 210)
		closes(t, s)
	}
}

// Some of the disk is left to others, and so is its failing.
func TestReserve(t *testing.T) {
	d := newDisk()
	for _, c := range []struct {
		reserve int64
		avail   uint64
		full    bool
	}{
		{0, 256 << 20, false}, {0, 256<<20 - 1, true}, {1 << 30, 1 << 29, true}, {1 << 10, 1 << 10, false}, {-1, 0, false},
	} {
		s := open(t, pebble.Options{Dir: "store", FS: d, Reserve: c.reserve})
		d.avail = c.avail
		if err := s.Apply(event(0)); errors.Is(err, pebble.ErrFull) != c.full {
			t.Errorf("%+v: %v", c, err)
		}
		d.avail = 1 << 40
		if err := s.Apply(event(0)); err != nil {
			t.Errorf("%+v: there is room: %v", c, err)
		}
		closes(t, s)
	}
}
