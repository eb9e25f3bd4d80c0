package dealer

import "slices"

// Queue is the calls that wait until a callee of their registration has a free
// place (option concurrency of REGISTER). C names a caller and W one of its
// calls. A call is in the queue until its caller takes it out, be it that it was
// served, given up or both at once. The zero value is an empty queue; it belongs
// to one owner, and costs nothing while nobody waits.
type Queue[C, W comparable] struct {
	waiting []waiter[C, W]
	// inside counts the calls of a caller: those that wait, and those that were
	// served and have not been taken out yet.
	inside map[C]int
}

type waiter[C, W comparable] struct {
	caller C
	serial uint32
	call   W
}

// Len is how many calls wait.
func (q *Queue[C, W]) Len() int { return len(q.waiting) }

// MayPass says whether a call of this caller may take a free place at once:
// it overtakes nobody, and no call of its own that was served and is still on its
// way.
func (q *Queue[C, W]) MayPass(caller C) bool { return len(q.waiting) == 0 && q.inside[caller] == 0 }

// Add puts a call in, behind the others; one that was sent out before and has
// come back goes before the later ones of its caller. It returns false, and
// nothing changes, if so many wait already. Serial numbers the calls of a caller
// and may wrap.
func (q *Queue[C, W]) Add(caller C, serial uint32, call W, most int) bool {
	if len(q.waiting) >= most {
		return false
	}
	at := slices.IndexFunc(q.waiting, func(w waiter[C, W]) bool { return w.caller == caller && int32(serial-w.serial) < 0 })
	if at < 0 {
		at = len(q.waiting)
	}
	q.waiting = slices.Insert(q.waiting, at, waiter[C, W]{caller, serial, call})
	if q.inside == nil {
		q.inside = make(map[C]int)
	}
	q.inside[caller]++
	return true
}

// TakeOut takes a call out, once, that was added for this caller.
func (q *Queue[C, W]) TakeOut(caller C, call W) {
	if i := slices.IndexFunc(q.waiting, func(w waiter[C, W]) bool { return w.call == call }); i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
	if q.inside[caller]--; q.inside[caller] == 0 {
		delete(q.inside, caller)
	}
	q.rest()
}

// Served is what became of a call that was looked at.
type Served uint8

// Stays: it can use none of the free places, and the later ones of its caller
// wait, too. Goes: it waits no more. Full: there is no free place left.
const (
	Stays Served = iota
	Goes
	Full
)

// Serve offers the free places to the calls in order, by the given function.
func (q *Queue[C, W]) Serve(offer func(call W) Served) {
	var stay []C
	kept := q.waiting[:0]
	for i, w := range q.waiting {
		served := Stays
		if !slices.Contains(stay, w.caller) {
			served = offer(w.call)
		}
		switch served {
		case Full:
			kept = append(kept, q.waiting[i:]...)
			clear(q.waiting[len(kept):])
			q.waiting = kept
			return
		case Stays:
			stay = append(stay, w.caller)
			kept = append(kept, w)
		}
	}
	clear(q.waiting[len(kept):])
	q.waiting = kept
	q.rest()
}

func (q *Queue[C, W]) rest() {
	if len(q.waiting) == 0 {
		q.waiting = nil
	}
	if len(q.inside) == 0 {
		q.inside = nil
	}
}
