package dealer

import (
	"time"

	"github.com/callboard-wamp/callboard/wamp"
)

// How long, and for how many calls of a session, input that comes too late is
// recognized.
const (
	Grace       = 60 * time.Second
	MaxFinished = 1024
)

// Finished are the calls of one session that ended before their input did
// (advanced profile, "Progressive Call Invocations", "Continuations on Completed
// Calls"). What their caller sent before it heard of that is no new call, and no
// violation. The zero value is empty; it belongs to one owner, and costs nothing
// without such calls.
type Finished struct {
	calls map[wamp.ID]ended
	order []entered // oldest first
}

type ended struct {
	procedure string
	at        time.Time
}

type entered struct {
	id wamp.ID
	at time.Time
}

// Len is how many calls are remembered; some may have been for too long.
func (f *Finished) Len() int { return len(f.calls) }

// Add remembers a call that ended at this time. The oldest one is forgotten when
// there are too many.
func (f *Finished) Add(id wamp.ID, procedure string, at time.Time) {
	f.expire(at)
	if f.calls == nil {
		f.calls = make(map[wamp.ID]ended)
	}
	if len(f.order) == MaxFinished {
		f.forget()
	}
	f.calls[id] = ended{procedure, at}
	f.order = append(f.order, entered{id, at})
}

// Late says whether this CALL continues a call that has ended. One without the
// option progress is the last of it: its id may be used again.
func (f *Finished) Late(m *wamp.Message, now time.Time) bool {
	f.expire(now)
	e, ok := f.calls[m.Request]
	if !ok || e.procedure != string(m.URI) {
		return false
	}
	if !m.Flags.Has(wamp.Progress) {
		delete(f.calls, m.Request)
	}
	return true
}

func (f *Finished) expire(now time.Time) {
	for len(f.order) > 0 && now.Sub(f.order[0].at) >= Grace {
		f.forget()
	}
	if len(f.order) == 0 {
		f.calls, f.order = nil, nil
	}
}

// forget takes the oldest one out, unless its id was entered again since.
func (f *Finished) forget() {
	oldest := f.order[0]
	f.order = f.order[1:]
	if f.calls[oldest.id].at.Equal(oldest.at) {
		delete(f.calls, oldest.id)
	}
}
