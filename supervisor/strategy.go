package supervisor

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Options are the settings of a Strategy. All may be zero.
type Options struct {
	// Kind is the kind of the supervising actor; an escalation carries it.
	Kind Kind
	// Children is assumed of a child whose failure does not tell its kind, which
	// is so only for an actor without a Guard.
	Children Kind
	// Top says that the children are spawned from the root context. Then Escalate
	// becomes Stop, and AllForOne concerns the failing child only: protoactor's
	// guardian ends the process for the first and does not know the others.
	Top bool
	// Report is told of every failure before the directive is carried out.
	Report Reporter
	// Registry counts the failures. nil means none.
	Registry *Registry
	// Rand returns the chance for jitter, from [0, 1). nil means math/rand/v2.
	Rand func() float64
}

// Strategy applies policies to the children of one supervising actor. It is an
// actor.SupervisorStrategy. All methods may be called concurrently.
type Strategy struct {
	o      Options
	policy func(Kind) Policy

	mu      sync.Mutex
	records map[string]*record // by child's id; "" for all-for-one
	closed  bool
}

var _ actor.SupervisorStrategy = (*Strategy)(nil)

// maxRecords bounds the memory of a Strategy whose supervisor forgets to Forget.
const maxRecords = 16_384

// Strategy returns a strategy that treats every child by p.
func (p Policy) Strategy(o Options) *Strategy {
	return newStrategy(o, func(Kind) Policy { return p })
}

// Strategy returns a strategy that treats each child by the policy of its kind,
// as the child's Guard tells it. t must not be changed afterwards.
func (t Table) Strategy(o Options) *Strategy {
	return newStrategy(o, func(k Kind) Policy { return t[k] })
}

func newStrategy(o Options, policy func(Kind) Policy) *Strategy {
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	return &Strategy{o: o, policy: policy, records: make(map[string]*record)}
}

// HandleFailure decides, reports and acts; protoactor calls it on the
// supervisor's goroutine, at the top on the failing child's.
func (s *Strategy) HandleFailure(_ *actor.ActorSystem, sup actor.Supervisor, child *actor.PID,
	_ *actor.RestartStatistics, reason, message any) {
	f := newFailure(s.o.Children, child, reason, message)
	p := s.policy(f.Kind)
	if s.o.Top {
		p.Scope = OneForOne
	}
	concerned := []*actor.PID{child}
	if p.Scope == AllForOne {
		concerned = slices.Clone(sup.Children())
	}
	s.decide(&f, p, concerned, sup)
	s.o.Registry.failed(f)
	s.o.Report.report(f)
	s.act(f, sup, concerned)
}

// decide sets what f's directive is. A delayed restart is on its way after it.
func (s *Strategy) decide(f *Failure, p Policy, concerned []*actor.PID, sup actor.Supervisor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.Directive = p.OnPanic
	if s.closed {
		f.Directive = Stop // the supervisor is ending, and its children with it
	}
	if f.Directive == Restart {
		s.restart(f, p, concerned, sup)
	}
	if f.Directive == Escalate && s.o.Top {
		f.Directive = Stop
	}
	if f.Directive == Stop {
		s.drop(recordKey(p, f.PID))
	}
}

func recordKey(p Policy, child *actor.PID) string {
	if p.Scope == AllForOne {
		return ""
	}
	return child.Id
}

// restart counts the failure and starts the delay, or finds the limit exceeded.
func (s *Strategy) restart(f *Failure, p Policy, concerned []*actor.PID, sup actor.Supervisor) {
	key := recordKey(p, f.PID)
	r := s.record(key)
	if r.timer != nil { // a restart is on its way already and serves this failure too
		r.concern(concerned)
		f.Restarts, f.Delay = r.restarts, max(r.due.Sub(f.At), 1)
		return
	}
	if !r.allow(p, f.At) {
		s.drop(key)
		f.Directive, f.Exceeded = p.OnExceeded, true
		return
	}
	f.Restarts = r.restarts
	if p.Backoff.Min <= 0 {
		return
	}
	f.Delay = max(p.Backoff.Delay(r.inRow-1, s.o.Rand()), 1)
	r.concern(concerned)
	r.due = f.At.Add(f.Delay)
	r.alive = r.due
	r.timer = time.AfterFunc(f.Delay, func() { s.wake(key, r, sup) })
}

// wake carries out a delayed restart, unless it was cancelled meanwhile. It does
// so under the lock: a supervisor that is about to stop its children closes the
// strategy first, and a restart that came behind the stop would bring them back.
func (s *Strategy) wake(key string, r *record, sup actor.Supervisor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	valid := s.records[key] == r && r.timer != nil
	concerned := r.concerned
	r.timer, r.concerned = nil, nil
	if valid {
		sup.RestartChildren(concerned...)
	}
}

func (s *Strategy) act(f Failure, sup actor.Supervisor, concerned []*actor.PID) {
	switch f.Directive {
	case Restart:
		if f.Delay == 0 {
			sup.RestartChildren(concerned...)
		}
	case Resume:
		sup.ResumeChildren(f.PID)
	case Stop:
		sup.StopChildren(concerned...)
	case Escalate:
		// The child stays suspended: what its parent's supervisor does ends it.
		sup.EscalateFailure(&Escalation{Kind: s.o.Kind, Cause: f}, f.Message)
	}
}

// Forget drops what is known of a child and cancels its delayed restart. The
// supervisor calls it on Terminated; its Guard does so by itself.
func (s *Strategy) Forget(child *actor.PID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(child.Id)
	if r := s.records[""]; r != nil {
		r.concerned = slices.DeleteFunc(r.concerned, func(p *actor.PID) bool { return p.Id == child.Id })
	}
}

// Close is Reset for good: a failure after it stops the child.
func (s *Strategy) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.Reset()
}

// Reset cancels all delayed restarts and forgets all children: the supervisor
// restarts, which stops them.
func (s *Strategy) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.records {
		s.drop(key)
	}
}

// Restarts is how often the child has been restarted.
func (s *Strategy) Restarts(child *actor.PID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.records[child.Id]; r != nil {
		return r.restarts
	}
	return 0
}

func (s *Strategy) record(key string) *record {
	r := s.records[key]
	if r == nil {
		s.makeRoom()
		r = new(record)
		s.records[key] = r
	}
	return r
}

// makeRoom drops any record that has no restart on its way.
func (s *Strategy) makeRoom() {
	if len(s.records) < maxRecords {
		return
	}
	for key, r := range s.records {
		if r.timer == nil {
			delete(s.records, key)
			return
		}
	}
}

func (s *Strategy) drop(key string) {
	if r := s.records[key]; r != nil {
		if r.timer != nil {
			r.timer.Stop()
			r.timer = nil
		}
		delete(s.records, key)
	}
}
