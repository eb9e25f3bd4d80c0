package pebble

import (
	"encoding/binary"
	"errors"

	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/cockroachdb/pebble/v2"
)

var _ store.Bounded = (*Store)(nil)

// TakeDropped returns how many events went because the store may not be larger,
// since it was last asked.
func (s *Store) TakeDropped() int {
	n := s.dropped
	s.dropped = 0
	return n
}

// workspace is what the database needs beside what it keeps: logs of what is not in
// a table yet, and tables that it writes.
const workspace = 16 << 20

// makeRoom lets the oldest events of the histories go where the folder would become
// too large with these changes: more than are in the way, so that it is seldom.
// Where none are left, full says that the folder has no room for histories.
func (s *Store) makeRoom(writes []store.Write) error {
	s.full = false
	if s.o.MaxBytes == 0 {
		return nil
	}
	// The rest is for what the database writes anew before it removes the old.
	limit, more := s.o.MaxBytes-max(s.o.MaxBytes/8, workspace), sizeOf(writes)
	if s.used()+more <= limit {
		return nil
	}
	if err := s.tidy(limit / 16); err != nil || s.used()+more <= limit {
		return err
	}
	if err := s.measure(); err != nil {
		return err
	}
	for part := 8; part > 0 && s.used()+more > limit/8*7; part /= 2 {
		if err := s.dropOldest(part); err != nil {
			return err
		}
	}
	s.full = s.used()+more > limit
	return nil
}

// tidy gives space back that deleted events still have, if it is as much as this.
func (s *Store) tidy(least int64) error {
	if s.dirty { // the database knows of deletions when they stand in a table
		s.dirty = false
		if err := s.daring(s.flush); err != nil {
			return err
		}
	}
	g := s.db.Metrics().Table.Garbage
	if int64(g.PointDeletionsBytesEstimate+g.RangeDeletionsBytesEstimate) < least {
		return nil
	}
	return s.compact([]byte{layout}, []byte{layout + 1})
}

func (s *Store) flush() error {
	flushed, err := s.db.AsyncFlush()
	if err != nil {
		return err
	}
	select {
	case <-flushed:
	case <-s.journal.ctx.Done():
	}
	return nil
}

func (s *Store) compact(from, to []byte) error {
	return s.daring(func() error { return s.db.Compact(s.journal.ctx, from, to, true) })
}

// daring does what the database may fail on; then it is opened anew.
func (s *Store) daring(f func() error) error {
	s.broken = true // until the end is reached
	err := f()
	if fault := s.journal.fault(); fault != nil {
		err = fault // whatever it led to
	}
	s.broken = err != nil
	return err
}

// sizeOf is what writes add at most, beside a little for the keys.
func sizeOf(writes []store.Write) (n int64) {
	for i := range writes {
		for _, e := range writes[i].Events {
			n += int64(e.Size())
		}
	}
	return n
}

// used is how many octets the folder has, without the tables that are about to be
// removed.
func (s *Store) used() int64 {
	m := s.db.Metrics()
	return int64(m.DiskSpaceUsage() - m.Table.Local.ObsoleteSize)
}

// measure learns the extents of all histories, also of those that are configured
// no longer. What cannot be read stays out of it.
func (s *Store) measure() (err error) {
	prefix := []byte{layout, byte(store.History)}
	it, err := s.iterator(prefix)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, it.Close()); pebble.IsCorruptionError(err) {
			err = nil
		}
	}()
	for ok := it.First(); ok; {
		log, err := parseHistory(it.Key()[len(prefix):])
		if err != nil {
			return err
		}
		var broken *store.Broken
		if _, err := s.extent(log); err != nil && !errors.As(err, &broken) {
			return err
		}
		ok = it.SeekGE(after(prefixOf(log)))
	}
	return it.Error()
}

// parseHistory reads what stands behind the kind.
func parseHistory(b []byte) (store.Log, error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || uint64(len(b)-size) < n {
		return store.Log{}, errKey
	}
	log := store.Log{Kind: store.History, Realm: string(b[size : size+int(n)])}
	var err error
	log.Match, log.URI, err = parseKey(b[size+int(n):])
	return log, err
}

// dropOldest takes so large a part of the histories away, the oldest events of all
// first, and gives their space back to the disk.
func (s *Store) dropOldest(part int) error {
	return s.daring(func() error {
		from, dropped := s.forgetOldest(part)
		b := s.db.NewBatch()
		defer b.Close()
		for log, first := range from {
			prefix := prefixOf(log)
			if err := b.DeleteRange(keyOf(prefix, first), keyOf(prefix, s.logs[log].first), nil); err != nil {
				return err
			}
		}
		if err := s.write(b); err != nil {
			return err
		}
		s.dropped += dropped
		for log, first := range from {
			prefix := prefixOf(log)
			if err := s.compact(keyOf(prefix, first), keyOf(prefix, s.logs[log].first)); err != nil {
				return err
			}
		}
		return nil
	})
}

// forgetOldest moves the beginnings of extents, and returns where those were that
// it moved.
func (s *Store) forgetOldest(part int) (from map[store.Log]uint64, dropped int) {
	total := 0
	for _, x := range s.logs {
		total += x.bytes
	}
	from = map[store.Log]uint64{}
	for freed := 0; freed < (total+part-1)/part; dropped++ {
		log, x := s.oldest()
		if _, moved := from[log]; !moved {
			from[log] = x.first
		}
		freed += x.marks[0].size
		x.forget()
	}
	return from, dropped
}

// oldest returns the history with the oldest event; there is one.
func (s *Store) oldest() (log store.Log, found *extent) {
	for l, x := range s.logs {
		if len(x.marks) > 0 && (found == nil || x.marks[0].time.Before(found.marks[0].time)) {
			log, found = l, x
		}
	}
	return log, found
}
