package pebble

import (
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/cockroachdb/pebble/v2"
)

var _ store.Resetter = (*Store)(nil)

// Reset takes a log out of the tables without reading it. Deletions would not do:
// the database reads what they hide, and can never merge a table with a block that
// it cannot read. It fails where such a block has keys of other logs too.
func (s *Store) Reset(log store.Log) error {
	if err := s.reopen(); err != nil {
		return err
	}
	delete(s.logs, log)
	prefix := prefixOf(log)
	return guarded("reset", func() error {
		return s.daring(func() error {
			err := s.db.Excise(s.journal.ctx, pebble.KeyRange{Start: prefix, End: after(prefix)})
			if err == nil {
				s.suspect.Store(0)
			}
			return err
		})
	})
}
