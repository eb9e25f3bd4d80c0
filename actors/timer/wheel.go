// Package timer is the only source of timers in the router: a wheel that calls
// short functions when their time has come. It holds thousands of timers in one
// goroutine, which exists only while a timer is set.
//
// A timer belongs to whoever needs it and can be set again and again, which
// allocates nothing:
//
//	var t timer.Timer
//	t.Init(wheel, func() { box.Post(nil, tick) })
//	t.Set(5*time.Second)
//	t.Stop()
package timer

import (
	"sync"
	"time"
)

const (
	slots = 256
	// Tick is how exact the wheel is.
	Tick = 50 * time.Millisecond
)

// Wheel is a hashed timer wheel. All methods may be called concurrently.
type Wheel struct {
	mu      sync.Mutex
	slots   [slots]*Timer // first of a list
	count   int
	now     int64 // ticks since the start
	start   time.Time
	running bool
	closed  bool
	wake    chan struct{}
	done    sync.WaitGroup
	onPanic func(any)
}

// Timer is one timer of a wheel. It must not be copied once it was set.
type Timer struct {
	w *Wheel
	f func()
	// The rest is guarded by the wheel's mutex.
	set        bool
	at         int64
	next, prev *Timer
}

// New returns a wheel. onPanic gets the value of a panic in a timer's function.
func New(onPanic func(any)) *Wheel {
	return &Wheel{wake: make(chan struct{}), onPanic: onPanic}
}

// After calls f once, d from now or up to one [Tick] later, on the wheel's
// goroutine. f must not block. On a closed wheel nothing is ever called.
func (w *Wheel) After(d time.Duration, f func()) *Timer {
	t := new(Timer)
	t.Init(w, f)
	t.Set(d)
	return t
}

// Init says on which wheel the timer is and what it calls, see [Wheel.After].
func (t *Timer) Init(w *Wheel, f func()) { t.w, t.f = w, f }

// Set makes the timer call its function d from now, and not when it would have
// before. The methods of one timer may be called concurrently.
func (t *Timer) Set(d time.Duration) {
	w := t.w
	w.mu.Lock()
	defer w.mu.Unlock()
	w.remove(t)
	if w.closed {
		return
	}
	if !w.running {
		w.running = true
		w.start = time.Now()
		w.now = 0
		w.done.Add(1)
		go w.run()
	}
	t.at = max(int64((time.Since(w.start)+d)/Tick)+1, w.now+1)
	w.insert(t)
}

// Stop takes the timer off the wheel. Its function may be running just now. A
// timer that was never set may be stopped, too, and nil as well.
func (t *Timer) Stop() {
	if t == nil || t.w == nil {
		return
	}
	t.w.mu.Lock()
	defer t.w.mu.Unlock()
	t.w.remove(t)
}

func (w *Wheel) insert(t *Timer) {
	first := &w.slots[t.at%slots]
	t.set, t.prev, t.next = true, nil, *first
	if t.next != nil {
		t.next.prev = t
	}
	*first = t
	w.count++
}

func (w *Wheel) remove(t *Timer) {
	if !t.set {
		return
	}
	if t.prev != nil {
		t.prev.next = t.next
	} else {
		w.slots[t.at%slots] = t.next
	}
	if t.next != nil {
		t.next.prev = t.prev
	}
	t.set, t.prev, t.next = false, nil, nil
	w.count--
}

// Close stops every timer and waits for the wheel's goroutine.
func (w *Wheel) Close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.wake)
	}
	w.mu.Unlock()
	w.done.Wait()
}

// run turns the wheel until no timer is left on it.
func (w *Wheel) run() {
	defer w.done.Done()
	ticker := time.NewTicker(Tick)
	defer ticker.Stop()
	var due []*Timer // of this goroutine alone: the next one may run before it has ended
	for {
		select {
		case <-w.wake:
			return
		case <-ticker.C:
		}
		var more bool
		due, more = w.advance(due[:0])
		for i, t := range due {
			due[i] = nil
			w.call(t.f)
		}
		if !more {
			return
		}
	}
}

// advance appends what is due up to now; more is false when the wheel stops
// because nothing is left.
func (w *Wheel) advance(due []*Timer) (_ []*Timer, more bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := int64(time.Since(w.start) / Tick)
	for step := int64(0); w.now < now && step < slots; step++ {
		w.now++
		due = w.collect(w.slots[w.now%slots], now, due)
	}
	w.now = now
	w.running = w.count > 0 || len(due) > 0
	return due, w.running
}

func (w *Wheel) collect(t *Timer, now int64, due []*Timer) []*Timer {
	for t != nil {
		next := t.next
		if t.at <= now {
			w.remove(t)
			due = append(due, t)
		}
		t = next
	}
	return due
}

func (w *Wheel) call(f func()) {
	defer func() {
		if r := recover(); r != nil && w.onPanic != nil {
			w.onPanic(r)
		}
	}()
	f()
}
