package benchmarks

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks/ledger"
	"github.com/callboard-wamp/callboard/benchmarks/meter"
	"github.com/callboard-wamp/callboard/benchmarks/wire"
)

const (
	look        = 10 * time.Millisecond // how often a run looks at itself
	settleTime  = 30 * time.Second      // for what is on its way when sending has ended
	leaveTime   = 3 * time.Second
	connectTime = 60 * time.Second
	thingTime   = 500 * time.Microsecond // more, for each topic, pattern and procedure
	maxNotes    = 8
)

// run is one run. What it opened has ended when Run returns.
type run struct {
	o       Options
	name    *scenario
	target  wire.Target
	meter   *meter.Meter
	prefix  string        // of the URIs, different in each run
	opened  int           // how often open was called
	changes atomic.Uint64 // of the flux
	senders []*sender
	pacers  []*pacer
	pace    float64        // of each pacer
	pacing  sync.WaitGroup // its goroutines

	stopping atomic.Bool
	stalled  bool          // nothing arrived any more while there was traffic
	measured chan struct{} // closed when the measured time is over, and after is known
	stopped  chan struct{} // closed when nothing new is to be sent
	readers  sync.WaitGroup

	mu           sync.Mutex
	members      []*member
	ended        atomic.Bool // sessions may end now
	disconnected uint64
	notes        []string

	before, after measure
	series        []Point
	taken         map[string]float64 // further figures that the scenario has
}

// measure is taken at both ends of the measured time.
type measure struct {
	taken        bool
	at           int64
	router, self meter.Usage
}

// Run runs one scenario. When ctx ends, the run is cut short in good order and
// the result so far returned. The error is of usage (a *[UsageError]) or says
// why nothing could be measured.
func Run(ctx context.Context, o Options) (*Result, error) {
	s, err := o.complete()
	if err != nil {
		return nil, &UsageError{err}
	}
	if o.PID != 0 {
		if _, err := meter.Process(o.PID); err != nil {
			return nil, &UsageError{err}
		}
	}
	r := newRun(o, s)
	defer r.close()
	r.tell("connecting", 0, 0, 0)
	l, err := r.prepare(ctx)
	if err != nil {
		return nil, err
	}
	r.traffic(ctx, l)
	r.leave()
	return r.result(ctx, l), nil
}

// UsageError is an error in what was asked for.
type UsageError struct{ Err error }

// Error returns the text.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the error itself.
func (e *UsageError) Unwrap() error { return e.Err }

func newRun(o Options, s *scenario) *run {
	r := &run{
		o: o, name: s, pace: o.Rate, measured: make(chan struct{}), stopped: make(chan struct{}), taken: map[string]float64{},
		prefix: fmt.Sprintf("bench.r%06x", rand.Uint32N(1<<24)),
		target: wire.Target{URL: o.URL, Realm: o.Realm, Batched: o.Batched, TLS: o.TLS, Dial: o.Dial, MaxMessage: 16 << 20},
	}
	if o.Rate > 0 {
		r.meter = meter.NewOpen(s.parts...)
	} else {
		r.meter = meter.New(s.parts...)
	}
	return r
}

func (r *run) prepare(ctx context.Context) (load, error) {
	within := connectTime + thingTime*time.Duration(r.o.Topics+r.o.Patterns+r.o.Procedures)
	limit, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("not ready within %v", within.Round(time.Second)))
	defer cancel()
	l, err := r.name.prepare(limit, r)
	if err == nil {
		err = r.beside(limit)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.o.URL, err)
	}
	return l, nil
}

// traffic goes from the first message to the last arrival.
func (r *run) traffic(ctx context.Context, l load) {
	r.stream(l)
	if r.pass(ctx, l, "warming up", r.o.Warmup, false) {
		r.mark(&r.before)
		r.meter.Begin(r.before.at)
		r.pass(ctx, l, "measuring", r.o.Duration, true)
	}
	r.mark(&r.before) // when the warm-up was cut short
	r.mark(&r.after)
	r.meter.End(r.after.at)
	close(r.measured)
	r.pacing.Wait()
	r.stop()
	r.settle(l)
}

// stream starts the traffic. With a number of messages there is no warm-up, so
// the measured time has begun already.
func (r *run) stream(l load) {
	if r.o.begin != nil {
		r.o.begin()
	}
	if r.o.Warmup == 0 {
		r.mark(&r.before)
		r.meter.Begin(r.before.at)
	}
	l.start()
	for _, p := range r.pacers {
		r.pacing.Go(p.loop)
	}
}

// stop ends the sending. Senders look at it under their mutexes: whoever asks one
// of them afterwards how much it has sent gets its last word.
func (r *run) stop() {
	if !r.stopping.Swap(true) {
		close(r.stopped)
	}
}

// mark notes what was used so far, the first time that it is called.
func (r *run) mark(m *measure) {
	if m.taken {
		return
	}
	m.taken, m.at, m.self = true, r.meter.Now(), meter.Self()
	if r.o.PID != 0 {
		var err error
		if m.router, err = meter.Process(r.o.PID); err != nil {
			r.note(err.Error())
		}
	}
}

// settle waits until everything has arrived, or nothing does any more.
func (r *run) settle(l load) {
	r.tell("waiting for the rest", r.o.Duration, r.o.Duration, 0)
	if p, ok := l.(interface{ probe() }); ok {
		p.probe()
	}
	deadline := time.Now().Add(settleTime)
	for stall := r.newStall(l); !r.stalled && !l.settled() && !stall.over(); {
		if time.Now().After(deadline) {
			r.note("waited " + settleTime.String() + " for the rest: what was still on its way counts as lost")
			break
		}
		time.Sleep(look)
	}
	if r.o.end != nil {
		r.o.end()
	}
}

// stall notices that nothing arrives any more.
type stall struct {
	r     *run
	l     load
	last  uint64
	since time.Time
}

func (r *run) newStall(l load) *stall {
	return &stall{r: r, l: l, since: time.Now()}
}

func (s *stall) over() bool {
	if n := s.l.progress(); n != s.last || s.l.settled() && !s.r.lame() {
		s.last, s.since = n, time.Now()
	}
	return time.Since(s.since) > s.r.o.Patience
}

// lame says that a session was ended: a window that waits for it stands still,
// though nothing more is to come.
func (r *run) lame() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.disconnected > 0
}

// account is the whole ledger. It is asked for when all goroutines have ended.
func (r *run) account(l load) ledger.Account {
	a := l.account()
	r.mu.Lock()
	defer r.mu.Unlock()
	a.Disconnected += r.disconnected
	return a
}

// note keeps a text for the result; the same one only once, and only a few.
func (r *run) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.notes {
		if n == text {
			return
		}
	}
	if len(r.notes) < maxNotes {
		r.notes = append(r.notes, text)
	}
}

func (r *run) tell(phase string, done, total time.Duration, rate float64) {
	if r.o.Progress != nil {
		r.o.Progress(Progress{Phase: phase, Done: done, Total: total, Rate: rate})
	}
}
