package dealer

import "github.com/callboard-wamp/callboard/wamp"

// The ring starts small and holds at most maxRing of the latest ids.
const (
	minRing = 8
	maxRing = 1024
	// maxSpare values are kept for a session that has more than maxRing calls
	// open all the time.
	maxSpare = 16
)

// Pending is a table of open calls or invocations by request id. Ids come in
// ascending order and most entries are short-lived: they stand in a ring, and
// an entry that is still open when the ring comes round to its place moves to
// a map. Putting and taking do not allocate while ids are sequential. Memory
// follows the number of open entries, not the ids: the ring grows only when it
// is well filled. The zero value is an empty table. It belongs to one owner.
type Pending[T any] struct {
	ring []entry[T]
	// inRing is how many entries of the ring are open, peak the most since
	// there was none; size is the length of the ring that is made when the next
	// entry comes.
	inRing, peak, size int32
	late               *late[T] // nil if there is none
}

// late are the entries that the ring has overtaken.
type late[T any] struct {
	open map[wamp.ID]*T
	// most is the most entries the map had: Go's maps do not shrink.
	most int
	// spare are values that left the map, for the next ones that enter it.
	spare []*T
}

// entry is a place in the ring; id 0 means free.
type entry[T any] struct {
	id    wamp.ID
	value T
}

// Len is the number of open entries.
func (p *Pending[T]) Len() int { return int(p.inRing) + p.late.len() }

func (l *late[T]) len() int {
	if l == nil {
		return 0
	}
	return len(l.open)
}

// Put opens an entry. It returns false and changes nothing if the id is open,
// or 0.
func (p *Pending[T]) Put(id wamp.ID, value T) bool {
	v := p.Open(id)
	if v == nil {
		return false
	}
	*v = value
	return true
}

// Open is Put for who fills in the value where it stands: it is zero, and nil if
// the id is open, or 0. The pointer is valid until the next Put, Open or Take.
func (p *Pending[T]) Open(id wamp.ID) *T {
	if id == 0 || p.Get(id) != nil {
		return nil
	}
	e := p.place(id)
	e.id = id
	p.inRing++
	p.peak = max(p.peak, p.inRing)
	return &e.value
}

// Get returns the open entry of this id, or nil. The pointer is valid until
// the next Put or Take.
func (p *Pending[T]) Get(id wamp.ID) *T {
	if e := p.at(id); e != nil && e.id == id && id != 0 {
		return &e.value
	}
	if p.late != nil {
		return p.late.open[id]
	}
	return nil
}

// Take closes the entry of this id and returns its value; false if it is not
// open.
func (p *Pending[T]) Take(id wamp.ID) (T, bool) {
	if e := p.at(id); e != nil && e.id == id && id != 0 {
		value := e.value
		*e = entry[T]{}
		p.inRing--
		if p.inRing == 0 {
			p.rest()
		}
		return value, true
	}
	return p.takeLate(id)
}

func (p *Pending[T]) takeLate(id wamp.ID) (value T, ok bool) {
	l := p.late
	if l == nil || l.open[id] == nil {
		return value, false
	}
	old := l.open[id]
	value = *old
	delete(l.open, id)
	if len(l.spare) < maxSpare {
		var none T
		*old = none
		l.spare = append(l.spare, old)
	}
	if len(l.open) == 0 && l.most > maxRing/8 {
		p.late = nil
	}
	return value, true
}

// All calls f for each open entry, in no particular order, until f returns
// false. Within f the entry that is shown may be taken; f must not put.
func (p *Pending[T]) All(f func(wamp.ID, *T) bool) {
	ring, l := p.ring, p.late
	for i := range ring {
		if e := &ring[i]; e.id != 0 && !f(e.id, &e.value) {
			return
		}
	}
	if l == nil {
		return
	}
	for id, value := range l.open {
		if !f(id, value) {
			return
		}
	}
}

// Trim gives memory back that a burst has left behind; call it when the
// session has become idle.
func (p *Pending[T]) Trim() {
	if p.inRing == 0 {
		p.ring, p.size, p.peak = nil, 0, 0
	}
	if p.late.len() == 0 {
		p.late = nil
	}
}

// at returns the place of this id in the ring, nil if there is no ring.
func (p *Pending[T]) at(id wamp.ID) *entry[T] {
	if len(p.ring) == 0 {
		return nil
	}
	return &p.ring[uint64(id)&uint64(len(p.ring)-1)]
}

// place returns a free place for this id. An older entry in it makes the ring
// grow if at least an eighth of it is open, and moves to the map if not.
func (p *Pending[T]) place(id wamp.ID) *entry[T] {
	if p.ring == nil {
		p.ring = make([]entry[T], max(int(p.size), minRing))
	}
	e := p.at(id)
	for e.id != 0 && len(p.ring) < maxRing && int(p.inRing) >= len(p.ring)/8 {
		p.grow()
		e = p.at(id)
	}
	if e.id != 0 {
		p.overtake(e)
	}
	return e
}

// grow doubles the ring. Entries with different places have different places
// in the longer one.
func (p *Pending[T]) grow() {
	short := p.ring
	p.ring = make([]entry[T], 2*len(short))
	for _, e := range short {
		if e.id != 0 {
			*p.at(e.id) = e
		}
	}
}

func (p *Pending[T]) overtake(e *entry[T]) {
	l := p.late
	if l == nil {
		l = &late[T]{open: make(map[wamp.ID]*T)}
		p.late = l
	}
	var value *T
	if n := len(l.spare); n > 0 {
		value, l.spare = l.spare[n-1], l.spare[:n-1]
	} else {
		value = new(T)
	}
	*value = e.value
	l.open[e.id] = value
	l.most = max(l.most, len(l.open))
	*e = entry[T]{}
	p.inRing--
}

// rest halves the ring of which too little was used since it was last empty.
// The bound is below the one at which it grows, so that an even load does not
// make it shrink and grow.
func (p *Pending[T]) rest() {
	if n := int32(len(p.ring)); n > minRing && p.peak < n/16 {
		p.ring, p.size = nil, n/2
	}
	p.peak = 0
}
