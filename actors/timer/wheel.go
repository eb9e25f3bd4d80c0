// Package timer is the only source of timers in the router: a wheel that calls
// short functions when their time has come. It holds thousands of timers in one
// goroutine, which exists only while a timer is set.
//
//	t := wheel.After(5*time.Second, func() { box.Post(nil, tick) })
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
	slots   [slots]map[*Timer]struct{}
	count   int
	now     int64 // ticks since the start
	start   time.Time
	running bool
	closed  bool
	wake    chan struct{}
	done    sync.WaitGroup
	onPanic func(any)
}

// Timer is one timer of a wheel.
type Timer struct {
	w  *Wheel
	at int64
	f  func()
}

// New returns a wheel. onPanic gets the value of a panic in a timer's function.
func New(onPanic func(any)) *Wheel {
	return &Wheel{wake: make(chan struct{}), onPanic: onPanic}
}

// After calls f once, d from now or up to one [Tick] later, on the wheel's
// goroutine. f must not block. On a closed wheel nothing is ever called.
func (w *Wheel) After(d time.Duration, f func()) *Timer {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := &Timer{w: w, f: f}
	if w.closed {
		return t
	}
	if !w.running {
		w.running = true
		w.start = time.Now()
		w.now = 0
		w.done.Add(1)
		go w.run()
	}
	t.at = int64((time.Since(w.start)+d)/Tick) + 1
	t.at = max(t.at, w.now+1)
	slot := &w.slots[t.at%slots]
	if *slot == nil {
		*slot = make(map[*Timer]struct{})
	}
	(*slot)[t] = struct{}{}
	w.count++
	return t
}

// Stop takes the timer off the wheel. Its function may be running just now.
func (t *Timer) Stop() {
	w := t.w
	w.mu.Lock()
	defer w.mu.Unlock()
	slot := w.slots[t.at%slots]
	if _, ok := slot[t]; ok {
		delete(slot, t)
		w.count--
	}
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
	for {
		select {
		case <-w.wake:
			return
		case <-ticker.C:
		}
		due, more := w.advance()
		for _, t := range due {
			w.call(t.f)
		}
		if !more {
			return
		}
	}
}

// advance collects what is due up to now; more is false when the wheel stops
// because nothing is left.
func (w *Wheel) advance() (due []*Timer, more bool) {
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

func (w *Wheel) collect(slot map[*Timer]struct{}, now int64, due []*Timer) []*Timer {
	for t := range slot {
		if t.at <= now {
			delete(slot, t)
			w.count--
			due = append(due, t)
		}
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
