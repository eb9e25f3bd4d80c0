package pebble

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/cockroachdb/pebble/v2"
)

// A key is the layout's version, the kind of the log, its realm, its match, its
// URI, and the number of the event; texts stand behind their length.
const layout = 1

// prefixOf is what all keys of a log begin with, and no others.
func prefixOf(log store.Log) []byte {
	b := append(realmPrefix(log.Realm, log.Kind), byte(log.Match))
	return appendText(b, log.URI)
}

func realmPrefix(realm string, kind store.Kind) []byte {
	return appendText([]byte{layout, byte(kind)}, realm)
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// keyOf is the key of one event. The prefix is not changed.
func keyOf(prefix []byte, n uint64) []byte {
	return binary.BigEndian.AppendUint64(bytes.Clone(prefix), n)
}

// after is the first key behind those with a prefix.
func after(prefix []byte) []byte {
	b := bytes.Clone(prefix)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i]++; b[i] != 0 {
			return b[:i+1]
		}
	}
	return nil
}

// Read visits the events of a log.
func (s *Store) Read(log store.Log, order store.Order, visit func(*store.Event) bool) error {
	return guarded("read", func() error {
		return s.scan(log, order, func(_ uint64, e *store.Event) bool { return visit(e) })
	})
}

var errClosed = errors.New("the store is closed")

// scan is Read with the numbers of the events. What cannot be read is a
// [store.Broken].
func (s *Store) scan(log store.Log, order store.Order, visit func(uint64, *store.Event) bool) (err error) {
	prefix := prefixOf(log)
	it, err := s.iterator(prefix)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, it.Close()); err != nil {
			corrupt := pebble.IsCorruptionError(err) || errors.Is(err, errEvent)
			err = &store.Broken{Log: log, Err: err, Corrupt: corrupt}
		}
	}()
	first, next := it.First, it.Next
	if order == store.NewestFirst {
		first, next = it.Last, it.Prev
	}
	for ok := first(); ok; ok = next() {
		value, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		e, err := decode(value)
		if err != nil {
			return err
		}
		if !visit(binary.BigEndian.Uint64(it.Key()[len(prefix):]), e) {
			break
		}
	}
	return it.Error()
}

func (s *Store) iterator(prefix []byte) (*pebble.Iterator, error) {
	if s.db == nil {
		return nil, errClosed
	}
	return s.db.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
}

// Logs lists the logs of a kind that a realm has: it looks at one key of each.
func (s *Store) Logs(realm string, kind store.Kind) (logs []store.Log, err error) {
	err = guarded("read", func() (err error) {
		prefix := realmPrefix(realm, kind)
		it, err := s.iterator(prefix)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, it.Close()) }()
		for ok := it.First(); ok; {
			log := store.Log{Kind: kind, Realm: realm}
			if log.Match, log.URI, err = parseKey(it.Key()[len(prefix):]); err != nil {
				return err
			}
			logs = append(logs, log)
			ok = it.SeekGE(after(prefixOf(log)))
		}
		return it.Error()
	})
	return logs, err
}

var errKey = errors.New("a key is not one of ours")

// parseKey reads what stands behind the realm.
func parseKey(b []byte) (wamp.Match, string, error) {
	if len(b) == 0 || b[0] > byte(wamp.Wildcard) {
		return 0, "", errKey
	}
	n, size := binary.Uvarint(b[1:])
	if size <= 0 || uint64(len(b)-1-size) < n {
		return 0, "", errKey
	}
	return wamp.Match(b[0]), string(b[1+size : 1+size+int(n)]), nil
}
