package pebble

import (
	"time"

	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/cockroachdb/pebble/v2"
)

// extent is what is known of a history without reading it: which numbers its
// events have, how large they are and when they came.
type extent struct {
	first, next uint64
	bytes       int
	marks       []mark // of first to next
}

type mark struct {
	size int
	time time.Time
}

// Apply stores the changes in one commit, and returns when they are on the disk.
func (s *Store) Apply(writes []store.Write) error {
	if err := s.room(); err != nil {
		return err
	}
	if err := s.reopen(); err != nil {
		return err
	}
	return guarded("commit", func() error {
		if done, err := s.applied(writes); done || err != nil {
			return err
		}
		if err := s.learn(writes); err != nil {
			return err
		}
		if err := s.makeRoom(writes); err != nil {
			return err
		}
		return s.commit(writes)
	})
}

// applied says whether a commit that failed was made after all: then its last
// event is the newest of its history.
func (s *Store) applied(writes []store.Write) (done bool, err error) {
	if !s.doubt {
		return false, nil
	}
	for i := len(writes) - 1; i >= 0; i-- {
		w := &writes[i]
		if w.Log.Kind != store.History || len(w.Events) == 0 {
			continue
		}
		last := w.Events[len(w.Events)-1].Publication
		err = s.Read(w.Log, store.NewestFirst, func(e *store.Event) bool {
			done = e.Publication == last
			return false
		})
		break
	}
	s.doubt = err != nil
	return done, err
}

// learn reads the histories among the writes that are not known yet, before
// anything is changed. Where something was found corrupt
// all of them are read once more.
func (s *Store) learn(writes []store.Write) error {
	if s.suspect.CompareAndSwap(suspected, checked) {
		clear(s.logs)
	}
	for i := range writes {
		if w := &writes[i]; w.Log.Kind == store.History {
			if _, err := s.extent(w.Log); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) commit(writes []store.Write) error {
	b := s.db.NewBatch()
	defer b.Close()
	s.broken, s.doubt = true, true // until the end is reached
	s.refused = 0
	for i := range writes {
		if err := s.add(b, &writes[i]); err != nil {
			s.broken, s.doubt = false, false
			clear(s.logs) // they are ahead of the disk
			return err
		}
	}
	if err := s.write(b); err != nil {
		return err
	}
	s.broken, s.doubt = false, false
	s.dropped += s.refused
	return nil
}

// write makes a commit.
func (s *Store) write(b *pebble.Batch) error {
	if err := s.db.Apply(b, pebble.Sync); err != nil {
		return err
	}
	return s.journal.fault()
}

// add puts one change into the commit.
func (s *Store) add(b *pebble.Batch, w *store.Write) error {
	prefix := prefixOf(w.Log)
	if w.Log.Kind == store.Retained {
		s.dirty = true
		if err := b.DeleteRange(prefix, after(prefix), nil); err != nil {
			return err
		}
		for i, e := range w.Events {
			if err := b.Set(keyOf(prefix, uint64(i)), encode(e), nil); err != nil {
				return err
			}
		}
		return nil
	}
	if s.full {
		s.refused += len(w.Events)
		return nil
	}
	x, err := s.extent(w.Log)
	if err != nil {
		return err
	}
	for _, e := range w.Events {
		if err := b.Set(keyOf(prefix, x.next), encode(e), nil); err != nil {
			return err
		}
		x.add(e)
	}
	if from := x.first; x.trim(w.Bounds) {
		return b.DeleteRange(keyOf(prefix, from), keyOf(prefix, x.first), nil)
	}
	return nil
}

// extent returns what is known of a history, which is read once to know it.
func (s *Store) extent(log store.Log) (*extent, error) {
	if x := s.logs[log]; x != nil {
		return x, nil
	}
	x := &extent{}
	err := s.scan(log, store.OldestFirst, func(n uint64, e *store.Event) bool {
		if len(x.marks) == 0 {
			x.first, x.next = n, n
		}
		x.add(e)
		return true
	})
	if err == nil {
		s.logs[log] = x
	}
	return x, err
}

func (x *extent) add(e *store.Event) {
	size := e.Size()
	x.next++
	x.bytes += size
	x.marks = append(x.marks, mark{size, e.Time})
}

// trim moves the beginning to where the bounds hold, and says whether it moved.
func (x *extent) trim(b store.Bounds) bool {
	first := x.first
	for n := len(x.marks); n > 0; n-- {
		old := b.Age > 0 && x.marks[n-1].time.Sub(x.marks[0].time) > b.Age
		if n <= b.Events && x.bytes <= b.Bytes && !old {
			break
		}
		x.forget()
	}
	return x.first > first
}

// forget moves the beginning behind the oldest event.
func (x *extent) forget() {
	x.bytes -= x.marks[0].size
	x.marks = x.marks[1:]
	x.first++
}
