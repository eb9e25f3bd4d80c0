package lane

import (
	"sync"

	"github.com/callboard-wamp/callboard/wamp"
)

// IDs are the topics or registrations of a realm by id. The directory writes
// them; safe for concurrent use.
type IDs[V any] struct {
	mu sync.RWMutex
	m  map[wamp.ID]V
}

// Get returns what has this id.
func (x *IDs[V]) Get(id wamp.ID) (V, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	v, ok := x.m[id]
	return v, ok
}

func (x *IDs[V]) put(id wamp.ID, v V) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.m == nil {
		x.m = make(map[wamp.ID]V)
	}
	x.m[id] = v
}

func (x *IDs[V]) delete(id wamp.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.m, id)
	if len(x.m) == 0 {
		x.m = nil
	}
}
