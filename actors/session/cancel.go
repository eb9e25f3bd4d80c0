package session

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// onCancelMessage handles CANCEL. One for a call that is not open is normal: it
// crossed the answer on its way. Of two for one call the second is ignored,
// unless the caller no longer wants to wait (advanced profile, "Call Canceling").
func (s *session) onCancelMessage(m *wamp.Message) {
	made := s.Ledger.Made.Get(m.Request)
	if made == nil || made.Canceled && m.Mode != wamp.KillNoWait {
		return
	}
	if m.Flags.Has(wamp.UnknownMode) {
		s.env.Log.Info().Uint64("session", uint64(s.ID)).Msg("CANCEL with an unknown mode: killnowait")
	}
	mode, callee := m.Mode, made.Callee
	if callee == nil || !callee.Features.Has(wamp.CalleeCanceling) {
		mode = wamp.Skip
	}
	if callee != nil {
		callee.Box.Post(s.x, lane.Item{
			Op: lane.OpCancel, Session: s.Session, Request: m.Request, Serial: made.Serial, Ext: mode,
		})
	}
	if made.Canceled = mode == wamp.Kill; !made.Canceled {
		s.answer(m.Request, &wamp.Error{URI: wamp.ErrCanceled, Message: "canceled by the caller"})
	}
}

// onCancel interrupts an invocation whose caller canceled the call.
func (s *session) onCancel(it *lane.Item) {
	mode := it.Ext.(wamp.CancelMode)
	s.forget(func(held *lane.Item) bool {
		return mode != wamp.Kill && held.Session == it.Session && held.Serial == it.Serial
	})
	for id, served := range s.Ledger.Served.All {
		if served.Caller == it.Session && served.Serial == it.Serial && served.Request == it.Request {
			s.interrupt(id, mode)
			return
		}
	}
}

// onCallerGone interrupts every invocation of a session that has ended.
func (s *session) onCallerGone(it *lane.Item) {
	s.forget(func(held *lane.Item) bool { return held.Session == it.Session })
	for id, served := range s.Ledger.Served.All {
		if served.Caller == it.Session {
			s.interrupt(id, wamp.KillNoWait)
		}
	}
}

// interrupt tells the callee once, if it knows INTERRUPT, and forgets the
// invocation unless its answer is waited for. A later answer is discarded.
func (s *session) interrupt(id wamp.ID, mode wamp.CancelMode) {
	served := s.Ledger.Served.Get(id)
	told := served.Interrupted
	served.Interrupted = true
	if mode != wamp.Kill {
		s.Ledger.Served.Take(id)
	}
	if told || mode == wamp.Skip || !s.Features.Has(wamp.CalleeCanceling) {
		return
	}
	s.write(&wamp.Message{Type: wamp.Interrupt, Request: id, Fields: []wamp.Field{
		wamp.Text("mode", mode.String()), wamp.Text("reason", string(wamp.ErrCanceled)),
	}})
}
