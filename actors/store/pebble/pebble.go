// Package pebble is a durable store: events survive a crash of the process and of
// the machine once Apply has returned nil. It keeps them in a folder of its own,
// by the database of the same name, whose blocks and log carry checksums.
//
// Start with [Open]. One Apply is one commit and one write to the disk's platter,
// however many changes it has, so whoever has much to keep hands it over in
// groups. A disk that is full, or fails, makes Apply return an error; it is safe
// to call it again with the same changes, and it works again by itself when the
// disk does. What is stored can be read meanwhile.
//
//	s, err := pebble.Open(pebble.Options{Dir: "/var/lib/callboard"})
//	router, err := actors.NewRouter(system, actors.Config{Store: s})
//	defer s.Close() // after router.Drain
package pebble

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Options say where and how a store keeps its events.
type Options struct {
	// Dir is a folder that nobody else uses; it is made if it is missing.
	Dir string
	// Reserve is how many octets of the disk are left alone: with less free space
	// nothing is stored. Zero means 256 MiB or a twentieth of the disk, whichever
	// is less; negative means none.
	Reserve int64
	// MaxBytes is how large the folder may become: before it does, the oldest events
	// of all histories go, an eighth of them at a time, and are counted (see
	// [store.Bounded]). Retained events stay, and are stored also where they leave no
	// room for histories. An eighth of it, and 16 MiB at least, are for what the
	// database writes anew before it removes the old. Zero means no such bound.
	MaxBytes int64
	// Log gets what the database says of errors; nil drops it. It is called
	// concurrently.
	Log func(text string)
	// FS is the file system; nil is that of the operating system.
	FS vfs.FS
}

// ErrFull says that the disk has less free space than is to be left alone.
var ErrFull = errors.New("pebble: the disk is almost full")

// Store is a store in a folder. Its methods are called by one goroutine at a time.
type Store struct {
	o  Options
	db *pebble.DB
	// journal is what the database stands on, and knows whether its log fails.
	journal *journal
	logs    map[store.Log]*extent
	// broken: the database failed on a commit, which may be on the disk or not.
	// It can be read, and is opened anew before the next commit.
	broken bool
	doubt  bool
	// full: histories get no room; of what they were to be given, refused events
	// were left out of the commit under way.
	full    bool
	dirty   bool // what was retained has changed since tidy last looked
	refused int
	dropped int // events that went for want of room, since TakeDropped
	suspect atomic.Int32
}

// What suspect says: the database came upon what it cannot read, perhaps in the
// background; since then all that is written to is read anew.
const (
	suspected = 1 + iota
	checked
)

var _ store.Store = (*Store)(nil)

// Open opens the store in a folder, or begins one. The folder is locked until
// [Store.Close].
func Open(o Options) (*Store, error) {
	if o.FS == nil {
		o.FS = vfs.Default
	}
	s := &Store{o: o}
	if err := guarded("open", s.open); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Store) open() error {
	fs := newJournal(s.o.FS)
	db, err := pebble.Open(s.o.Dir, &pebble.Options{
		FS: fs, Logger: logger{s.o.Log}, FormatMajorVersion: pebble.FormatNewest,
		MemTableSize: 4 << 20, MaxOpenFiles: 256, EventListener: s.listener(fs),
		// A commit waits for tables that are written too slowly, and would wait for ever
		// where the disk takes none. So it waits late: by then the disk's fault is known.
		MemTableStopWritesThreshold: 16, L0StopWritesThreshold: 64,
	})
	if err != nil {
		return err
	}
	if err := fs.fault(); err != nil {
		return errors.Join(err, db.Close())
	}
	s.db, s.journal, s.broken, s.logs = db, fs, false, map[store.Log]*extent{}
	return nil
}

// listener hears of what the database fails on in the background, where it tries
// again for ever. A table that cannot be read is no fault of the disk: opening the
// database anew would not help.
func (s *Store) listener(fs *journal) *pebble.EventListener {
	log := logger{s.o.Log}
	l := pebble.EventListener{
		BackgroundError: func(err error) {
			log.Errorf("in the background: %v", err)
			if !pebble.IsCorruptionError(err) {
				fs.check(err)
			}
		},
		// Without it the database would end the process, also where it merges tables.
		// Whoever reads gets an error as well.
		DataCorruption: func(info pebble.DataCorruptionInfo) {
			log.Errorf("%v", info)
			s.suspect.CompareAndSwap(0, suspected)
		},
	}
	l.EnsureDefaults(log)
	return &l
}

// Close gives the folder up. What Apply has stored is there when it is opened
// again, whether Close was called or not.
func (s *Store) Close() error {
	if s.db == nil {
		return nil
	}
	db := s.db
	s.db = nil
	return guarded("close", db.Close)
}

// reopen makes the database usable again that failed. It first sees whether the
// disk takes anything: the database would try for ever.
func (s *Store) reopen() error {
	if s.db != nil && !s.broken && s.journal.fault() == nil {
		return nil
	}
	if err := s.probe(); err != nil {
		return err
	}
	if err := s.Close(); err != nil && s.o.Log != nil {
		s.o.Log(err.Error()) // it failed before, and what it says adds nothing
	}
	return guarded("open", s.open)
}

// probeSize is more than the database needs to open.
const probeSize = 256 << 10

func (s *Store) probe() error {
	name := s.o.FS.PathJoin(s.o.Dir, "probe")
	f, err := s.o.FS.Create(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		return fmt.Errorf("pebble: %w", err)
	}
	_, err = f.Write(make([]byte, probeSize))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close(), s.o.FS.Remove(name)); err != nil {
		return fmt.Errorf("pebble: %w", err)
	}
	return nil
}

// room says whether there is space on the disk beside what is left alone.
func (s *Store) room() error {
	usage, err := s.o.FS.GetDiskUsage(s.o.Dir)
	if err != nil || s.o.Reserve < 0 {
		return nil // a file system that does not know finds out when it is full
	}
	reserve := uint64(s.o.Reserve)
	if reserve == 0 {
		reserve = min(256<<20, usage.TotalBytes/20)
	}
	if usage.AvailBytes < reserve {
		return ErrFull
	}
	return nil
}

// fatal is what the database panics with where it would end the process.
type fatal struct{ error }

// guarded calls a function of the database. What the database holds for the end is
// an error here.
func guarded(what string, f func() error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case fatal:
			err = r.error
		default:
			panic(r)
		}
		if err != nil {
			err = fmt.Errorf("pebble: %s: %w", what, err)
		}
	}()
	return f()
}

// logger is how the database speaks.
type logger struct{ log func(string) }

func (logger) Infof(string, ...any) {}

func (l logger) Errorf(format string, args ...any) {
	if l.log != nil {
		l.log(fmt.Sprintf(format, args...))
	}
}

func (l logger) Fatalf(format string, args ...any) { panic(fatal{fmt.Errorf(format, args...)}) }
