package session

import (
	"time"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/timer"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

// The functions of this file end calls whose time is over (advanced profile, "Call
// Timeouts"). A session has one timer, set to the call that is due first when it
// was set, and looks through its open calls when that time has come. So a call
// that is answered in time costs its timeout a comparison, and one without
// nothing.

// timeout is how long the call may wait for each result.
func (s *session) timeout(m *wamp.Message) time.Duration {
	var ms uint64
	if m.Flags.Has(wamp.HasTimeout) {
		ms = m.Timeout
	}
	rules := &s.Realm.Calls
	return dealer.Timeout(ms, rules.Timeout, rules.MaxTimeout)
}

// watch sees to it that the call ends in time, whose callee may do so by itself.
func (s *session) watch(made *lane.Made, callee *lane.Member) {
	if made.Timeout != 0 {
		made.State = made.State.AskedOf(callee.Flags, callee.Session.Features)
		s.wakeAt(made.Due(), s.env.Elapsed())
	}
}

// wakeAt sets the timer, unless it is set to an earlier time.
func (s *session) wakeAt(at, now time.Duration) {
	if s.wakes != 0 && s.wakes <= at {
		return
	}
	if s.wakes = at; s.ended {
		return
	}
	if s.clock == nil {
		box := s.Box
		s.clock = new(timer.Timer)
		s.clock.Init(s.env.Timers, func() { box.Post(nil, lane.Item{Op: lane.OpTick}) })
	}
	s.clock.Set(at - now)
}

// dueOf is when something has to be done about a call; 0 for never.
func dueOf(made *lane.Made) time.Duration {
	switch {
	case made.Waits == nil && made.Timeout == 0:
		return 0
	case made.Waits == nil:
		return made.Due()
	case made.Timeout == 0:
		return made.Waits.Until
	}
	return min(made.Due(), made.Waits.Until)
}

// onTick ends the calls that are due, and sets the timer to the next one.
func (s *session) onTick() {
	s.wakes = 0
	now, next := s.env.Elapsed(), time.Duration(0)
	for request, made := range s.Ledger.Made.All {
		switch due := dueOf(made); {
		case due == 0:
		case due <= now && made.Waits != nil && made.Waits.Until <= now:
			s.answer(request, waitedTooLong)
		case due <= now:
			s.conclude(request, made.State.Timeout(), "no result came within the timeout of the call")
		case next == 0 || due < next:
			next = due
		}
	}
	if next != 0 {
		s.wakeAt(next, now)
	}
}
