package archive

import (
	"slices"
	"sync"
	"time"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/supervisor"
)

// QueueBytes is how much may wait for a store that is slow or fails, by
// [store.Event.Size].
const QueueBytes = 64 << 20

// groupWrites and groupBytes are how much the store is given at once: what came
// while it was busy shares one commit.
const (
	groupWrites = 4096
	groupBytes  = 4 << 20
)

// Shelf is what waits for the store. It outlives the actor, which puts things on
// it; a worker takes them off, in order. The worker is a goroutine that the actor
// starts when there is something to do, and that ends when nothing is left.
type Shelf struct {
	env     *lane.Env
	store   store.Store
	workers supervisor.Group
	stop    chan struct{} // closed when the actor stops: a store that fails is given up
	once    sync.Once

	mu       sync.Mutex
	queue    []*job
	retained map[store.Log]*job // what waits of each retained log, of which the last counts
	bytes    int
	hand     []*job // what the worker has taken
	busy     bool
	failing  bool // the alarm was given

	broken map[store.Log]*broken // the worker's, of which there is one at a time
}

// job is a write or a question.
type job struct {
	write    *store.Write
	question *lane.Question
}

func (j *job) size() (n int) {
	for _, e := range j.write.Events {
		n += e.Size()
	}
	return n
}

// NewShelf returns an empty queue for a store. The store stays the caller's, who
// may close it when [Shelf.Wait] has returned.
func NewShelf(env *lane.Env, s store.Store) *Shelf {
	return &Shelf{
		env: env, store: s, stop: make(chan struct{}), retained: map[store.Log]*job{}, broken: map[store.Log]*broken{},
		workers: supervisor.Group{Report: env.Report, Kind: Kind},
	}
}

// Wait returns when the worker has ended, after the actor has.
func (s *Shelf) Wait() { s.workers.Wait() }

// close makes the worker end with what is on the shelf, whatever the store says.
func (s *Shelf) close() { s.once.Do(func() { close(s.stop) }) }

// put adds a write. Of what is retained of a topic the last counts; an event of a
// history that does not fit any more is dropped and counted.
func (s *Shelf) put(w *store.Write) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := &job{write: w}
	if w.Log.Kind == store.Retained {
		if waiting := s.retained[w.Log]; waiting != nil {
			waiting.write = w
			return
		}
		s.retained[w.Log] = j
	} else {
		n := j.size()
		if s.bytes+n > QueueBytes {
			s.env.Counters.Drop(lane.DropHistory, uint64(len(w.Events)))
			return
		}
		s.bytes += n
	}
	s.queue = append(s.queue, j)
}

// ask adds a question. It is answered when the writes before it have been made.
func (s *Shelf) ask(q *lane.Question) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, &job{question: q})
}

// begin starts a worker if there is something to do and none is at it.
func (s *Shelf) begin(box *lane.Box) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy || len(s.queue) == 0 {
		return
	}
	s.busy = true
	s.workers.Go("archive worker", s.work, func(info *supervisor.PanicInfo) {
		s.dropHand()
		box.Post(nil, lane.Item{Op: lane.OpWorkerFailed, Ext: info.Value})
	})
}

// take takes a question, or writes for one commit, from the shelf. Nothing means
// that the worker ends.
func (s *Shelf) take() []*job {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, bytes := 0, 0
	for n < len(s.queue) && n < groupWrites && bytes < groupBytes {
		j := s.queue[n]
		if j.question != nil {
			n = max(n, 1)
			break
		}
		bytes += j.size()
		n++
	}
	s.hand = s.queue[:n:n]
	if s.queue = s.queue[n:]; len(s.queue) == 0 {
		s.queue = nil
	}
	for _, j := range s.hand {
		switch {
		case j.question != nil:
		case j.write.Log.Kind == store.Retained:
			delete(s.retained, j.write.Log)
		default:
			s.bytes -= j.size()
		}
	}
	s.busy = n > 0
	return s.hand
}

// dropHand counts and answers what the worker failed on.
func (s *Shelf) dropHand() {
	s.mu.Lock()
	hand := s.hand
	s.hand, s.busy = nil, false
	s.mu.Unlock()
	s.drop(hand)
}

func (s *Shelf) drop(jobs []*job) {
	for _, j := range jobs {
		if j.question != nil {
			j.question.Done(nil, false, lane.ErrArchiveClosed)
			continue
		}
		s.env.Counters.Drop(lane.DropHistory, uint64(len(j.write.Events)))
	}
}

// work is the worker.
func (s *Shelf) work() {
	for {
		jobs := s.take()
		switch {
		case len(jobs) == 0:
			return
		case jobs[0].question != nil:
			s.answer(jobs[0].question)
		default:
			s.keep(jobs)
		}
	}
}

// A store that fails is tried again after this time, and at most after that.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 5 * time.Second
)

// keep has the store make the writes, again and again until it has, but for those
// of a log that is broken. Questions that come meanwhile are answered from what is
// stored.
func (s *Shelf) keep(jobs []*job) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		if jobs = s.giveUp(jobs); len(jobs) == 0 {
			return
		}
		err := s.store.Apply(writesOf(jobs))
		s.countDropped()
		if err == nil {
			s.alarm(nil)
			s.stored(jobs)
			return
		}
		if b := brokenAmong(jobs, err); b != nil {
			s.onBroken(b)
		} else {
			s.alarm(err)
		}
		for _, j := range s.takeQuestions() {
			s.answer(j.question)
		}
		select {
		case <-time.After(pause):
		case <-s.stop:
			s.drop(jobs)
			return
		}
	}
}

func writesOf(jobs []*job) []store.Write {
	writes := make([]store.Write, len(jobs))
	for i, j := range jobs {
		writes[i] = *j.write
	}
	return writes
}

// alarm tells operators once that the store fails, and once that it is well
// again.
func (s *Shelf) alarm(err error) {
	s.mu.Lock()
	was := s.failing
	s.failing = err != nil
	s.mu.Unlock()
	switch {
	case err != nil && !was:
		s.env.Counters.StoreFailing.Store(1)
		s.env.Log.Error().Err(err).Msg("alarm: the store fails; routing goes on, events wait to be stored")
	case err == nil && was:
		s.env.Counters.StoreFailing.Store(0)
		s.env.Log.Info().Uint64("dropped", s.env.Counters.Dropped(lane.DropHistory)).Msg("the store works again")
	}
}

// countDropped counts what a store that bounds itself has let go.
func (s *Shelf) countDropped() {
	b, ok := s.store.(store.Bounded)
	if !ok {
		return
	}
	if n := b.TakeDropped(); n > 0 {
		s.env.Counters.Drop(lane.DropStoreFull, uint64(n))
		s.env.Log.Warn().Int("events", n).Msg("the store is as large as it may be: the oldest events of histories went")
	}
}

// takeQuestions takes the questions off the shelf, wherever they stand.
func (s *Shelf) takeQuestions() (questions []*job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var writes []*job
	for _, j := range s.queue {
		if j.question != nil {
			questions = append(questions, j)
		} else {
			writes = append(writes, j)
		}
	}
	s.queue = writes
	s.hand = append(slices.Clip(s.hand), questions...)
	return questions
}

// answer asks the store.
func (s *Shelf) answer(q *lane.Question) {
	var found []*store.Event
	bytes, more := 0, false
	err := q.Query.Run(s.store, q.Log, func(e *store.Event) bool {
		bytes += e.Size()
		if more = bytes > q.Bytes && len(found) > 0; more {
			return false
		}
		found = append(found, e)
		return true
	})
	if err != nil {
		s.env.Counters.HistoryUnread.Add(1)
		s.env.Log.Warn().Err(err).Msg("the history could not be read")
		found = nil
	}
	q.Done(found, more, err)
}
