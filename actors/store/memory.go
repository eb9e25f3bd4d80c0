package store

// memory is the store of a router without a durable one.
type memory struct{ logs map[Log]*ring }

// Memory returns an empty store that keeps events as long as the process lives.
func Memory() Store { return &memory{logs: map[Log]*ring{}} }

// ring is one log. Trimming moves its start; the room in front of it is used
// again when the slice grows.
type ring struct {
	events []*Event
	bytes  int
}

// Apply never fails.
func (m *memory) Apply(writes []Write) error {
	for i := range writes {
		w := &writes[i]
		if w.Log.Kind == Retained {
			m.replace(w)
			continue
		}
		r := m.logs[w.Log]
		if r == nil {
			r = &ring{}
			m.logs[w.Log] = r
		}
		for _, e := range w.Events {
			r.events = append(r.events, e)
			r.bytes += e.Size()
		}
		r.trim(w.Bounds)
	}
	return nil
}

func (m *memory) replace(w *Write) {
	if len(w.Events) == 0 {
		delete(m.logs, w.Log)
		return
	}
	m.logs[w.Log] = &ring{events: w.Events}
}

// trim drops what is over the bounds.
func (r *ring) trim(b Bounds) {
	gone := 0
	for n := len(r.events); gone < n; gone++ {
		e := r.events[gone]
		if n-gone <= b.Events && r.bytes <= b.Bytes && !b.Expired(e, r.events[n-1].Time) {
			break
		}
		r.bytes -= e.Size()
	}
	clear(r.events[:gone])
	r.events = r.events[gone:]
}

func (m *memory) Read(log Log, order Order, visit func(*Event) bool) error {
	r := m.logs[log]
	if r == nil {
		return nil
	}
	for i := range r.events {
		if order == NewestFirst {
			i = len(r.events) - 1 - i
		}
		if !visit(r.events[i]) {
			break
		}
	}
	return nil
}

func (m *memory) Logs(realm string, kind Kind) ([]Log, error) {
	var logs []Log
	for log := range m.logs {
		if log.Realm == realm && log.Kind == kind {
			logs = append(logs, log)
		}
	}
	return logs, nil
}
