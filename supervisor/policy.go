package supervisor

import (
	"errors"
	"fmt"
	"time"
)

// Policy says what happens when an actor of one kind panics. Its parent applies
// it. The zero value stops the actor.
type Policy struct {
	// Scope is whether the failing actor alone or all children of its parent are
	// restarted or stopped. In a mixed parent that is all its children of any kind.
	Scope Scope `json:"strategy" yaml:"strategy" values:"one-for-one, all-for-one"`
	// OnPanic is what is done.
	OnPanic Action `json:"on_panic" yaml:"on_panic" values:"stop, restart, resume, escalate"`
	// Max is how many restarts are allowed Within; the failure after that is
	// OnExceeded. −1 means no limit and needs a Backoff, 0 means none.
	Max int `json:"max" yaml:"max" range:"-1..10000"`
	// Within is the window in which restarts are counted. 0 means for life.
	Within Duration `json:"within" yaml:"within" range:"0s.."`
	// Backoff delays restarts. The zero value restarts at once.
	Backoff Backoff `json:"backoff" yaml:"backoff"`
	// OnExceeded is Stop or Escalate.
	OnExceeded Action `json:"on_exceeded" yaml:"on_exceeded" values:"stop, escalate"`
}

// Backoff is the delay before a restart: Min for the first, doubled for each
// failure that follows, at most Max, then spread by ± Jitter (0 to 1) of itself.
// It starts again from Min when the actor has lived as long as the longer of
// the policy's Within and Max.
type Backoff struct {
	Min    Duration `json:"min" yaml:"min" range:"0s..24h"`
	Max    Duration `json:"max" yaml:"max" range:"0s..24h"`
	Jitter float64  `json:"jitter" yaml:"jitter" range:"0..1"`
}

// Scope is whom a directive concerns.
type Scope uint8

// The scopes, as they are written in a configuration.
const (
	OneForOne Scope = iota // one-for-one
	AllForOne              // all-for-one
)

// Action is what is done about a failure. Ignore is only reported, never
// configured: the panic of an actor that was ending anyway.
type Action uint8

// The actions, as they are written in a configuration.
const (
	Stop     Action = iota // stop
	Restart                // restart
	Resume                 // resume
	Escalate               // escalate
	Ignore
)

// maxRestarts bounds what is remembered of one actor.
const maxRestarts = 10_000

// Validate tells what is wrong with the policy, all of it, or returns nil.
func (p Policy) Validate() error {
	var errs []error
	refuse := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	refuse(p.Scope > AllForOne, "strategy: must be one-for-one or all-for-one")
	refuse(p.OnPanic > Escalate, "on_panic: must be restart, resume, stop or escalate")
	refuse(p.OnExceeded != Stop && p.OnExceeded != Escalate, "on_exceeded: must be stop or escalate, not %v", p.OnExceeded)
	refuse(p.Max < -1 || p.Max > maxRestarts, "max: must be from -1 (no limit) to %d, not %d", maxRestarts, p.Max)
	refuse(p.OnPanic == Restart && p.Max == -1 && p.Backoff.Min <= 0,
		"max: -1 (no limit) needs a backoff.min, or an actor that fails at its start would be restarted without pause")
	refuse(p.Within < 0, "within: must not be negative")
	return errors.Join(append(errs, p.Backoff.validate())...)
}

// ValidateTop is Validate for an actor without a supervisor of ours above its
// parent: there is nobody to escalate to.
func (p Policy) ValidateTop() error {
	err := p.Validate()
	if p.OnPanic == Escalate {
		err = errors.Join(err, errors.New("on_panic: escalate is not possible at the top of the tree"))
	}
	if p.OnExceeded == Escalate {
		err = errors.Join(err, errors.New("on_exceeded: escalate is not possible at the top of the tree"))
	}
	return err
}

func (b Backoff) validate() error {
	switch {
	case b.Min < 0 || b.Max < 0:
		return errors.New("backoff: min and max must not be negative")
	case b.Max > Duration(24*time.Hour):
		return fmt.Errorf("backoff: max must not be more than 24h, not %v", b.Max)
	case b.Max < b.Min:
		return fmt.Errorf("backoff: max (%v) must not be less than min (%v)", b.Max, b.Min)
	case !(b.Jitter >= 0 && b.Jitter <= 1):
		return fmt.Errorf("backoff: jitter must be from 0 to 1, not %v", b.Jitter)
	}
	return nil
}

// Delay is the wait before the restart after the n-th failure in a row, counted
// from 0. chance is from [0, 1).
func (b Backoff) Delay(n int, chance float64) time.Duration {
	d := b.Min
	for ; n > 0 && d < b.Max; n-- {
		if d > b.Max/2 {
			d = b.Max
			break
		}
		d *= 2
	}
	return time.Duration(float64(d) * (1 + b.Jitter*(2*chance-1)))
}

// quiet is how long an actor must have lived for its back-off to start again.
func (p Policy) quiet() time.Duration { return time.Duration(max(p.Within, p.Backoff.Max)) }
