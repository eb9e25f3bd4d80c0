package supervisor

import (
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// record is what a Strategy remembers of one child, or of all children under
// all-for-one. It is guarded by the Strategy's mutex.
type record struct {
	stamps   []time.Time // restarts within the window, at most the policy's Max
	inRow    int         // failures without a quiet time between them
	restarts int         // in all
	alive    time.Time   // of the last restart

	timer     *time.Timer // a delayed restart is on its way
	due       time.Time
	concerned []*actor.PID
}

// allow counts a failure at now and reports whether the policy still restarts.
func (r *record) allow(p Policy, now time.Time) bool {
	if p.Within > 0 {
		from := now.Add(-time.Duration(p.Within))
		r.stamps = slices.DeleteFunc(r.stamps, func(t time.Time) bool { return !t.After(from) })
	}
	if p.Max >= 0 && len(r.stamps) >= p.Max {
		return false
	}
	if p.Max >= 0 {
		r.stamps = append(r.stamps, now)
	}
	if quiet := p.quiet(); quiet > 0 && now.Sub(r.alive) >= quiet {
		r.inRow = 0
	}
	r.inRow++
	r.restarts++
	r.alive = now
	return true
}

// concern adds children to a delayed restart. The PIDs are copied without the
// process that protoactor caches in them: by then the child may have ended, and
// only the registry knows.
func (r *record) concern(children []*actor.PID) {
	for _, c := range children {
		if !slices.ContainsFunc(r.concerned, c.Equal) {
			r.concerned = append(r.concerned, actor.NewPID(c.Address, c.Id))
		}
	}
}
