package archive

import (
	"errors"
	"slices"
	"time"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/store"
)

// A log that cannot be read is tried so often before what comes for it is given up,
// and then again after this time.
const (
	brokenTries = 4
	brokenPause = time.Minute
)

// broken is a log that the store cannot read, while it takes the others.
type broken struct {
	tries int
	until time.Time // given up so long; zero while it is tried
}

// brokenAmong returns the error if it concerns one of these writes alone.
func brokenAmong(jobs []*job, err error) *store.Broken {
	var b *store.Broken
	if errors.As(err, &b) && slices.ContainsFunc(jobs, func(j *job) bool { return j.write.Log == b.Log }) {
		return b
	}
	return nil
}

// onBroken counts the tries. After the last a log that is corrupt begins anew, if
// the store can empty it; any other is given up for a while, so that the others go
// on. Operators hear of each once.
func (s *Shelf) onBroken(b *store.Broken) {
	state := s.broken[b.Log]
	if state == nil {
		state = &broken{}
		s.broken[b.Log] = state
	}
	if state.tries++; state.tries < brokenTries {
		return
	}
	if b.Corrupt && s.reset(b) {
		s.mended(b.Log, "emptied")
		return
	}
	if state.until.IsZero() {
		s.env.Counters.BrokenLogs.Add(1)
		s.env.Log.Error().Err(b.Err).Str("realm", b.Log.Realm).Str("uri", b.Log.URI).Stringer("match", b.Log.Match).
			Msg("alarm: a history cannot be read, and nothing is added to it; the others go on")
	}
	state.until = s.env.Now().Add(brokenPause)
}

// reset empties a log that is corrupt.
func (s *Shelf) reset(b *store.Broken) bool {
	r, ok := s.store.(store.Resetter)
	if !ok {
		return false
	}
	if err := r.Reset(b.Log); err != nil {
		s.env.Log.Warn().Err(err).Str("realm", b.Log.Realm).Str("uri", b.Log.URI).Msg("a corrupt history could not be emptied")
		return false
	}
	s.env.Counters.ResetLogs.Add(1)
	s.env.Log.Error().Err(b.Err).Str("realm", b.Log.Realm).Str("uri", b.Log.URI).Stringer("match", b.Log.Match).
		Msg("alarm: a history was corrupt; what it had is lost, and it begins anew")
	return true
}

// mended forgets that a log was broken.
func (s *Shelf) mended(log store.Log, how string) {
	if state := s.broken[log]; state != nil && !state.until.IsZero() {
		s.env.Counters.BrokenLogs.Add(-1)
		s.env.Log.Info().Str("realm", log.Realm).Str("uri", log.URI).Str("how", how).Msg("a history that was broken works again")
	}
	delete(s.broken, log)
}

// stored forgets what was broken of the logs that were written.
func (s *Shelf) stored(jobs []*job) {
	if len(s.broken) == 0 {
		return
	}
	for _, j := range jobs {
		s.mended(j.write.Log, "read")
	}
}

// giveUp drops and counts what the worker has for logs that are given up, and
// returns the rest.
func (s *Shelf) giveUp(jobs []*job) []*job {
	if len(s.broken) == 0 {
		return jobs
	}
	now := s.env.Now()
	lost := func(j *job) bool {
		state := s.broken[j.write.Log]
		return state != nil && now.Before(state.until)
	}
	var rest []*job
	for _, j := range jobs {
		if lost(j) {
			s.env.Counters.Drop(lane.DropBroken, uint64(len(j.write.Events)))
		} else {
			rest = append(rest, j)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hand = slices.DeleteFunc(slices.Clone(s.hand), func(j *job) bool { return j.write != nil && lost(j) })
	return rest
}
