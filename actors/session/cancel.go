package session

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

const canceledByCaller = "canceled by the caller"

// onCancelMessage handles CANCEL (advanced profile, "Call Canceling"). One for a
// call that is not open is normal: it crossed the answer on its way.
func (s *session) onCancelMessage(m *wamp.Message) {
	made := s.Ledger.Made.Get(m.Request)
	if made == nil {
		return
	}
	if m.Flags.Has(wamp.UnknownMode) {
		s.env.Counters.UnknownModes.Add(1)
		s.first(unknownMode).Msg("CANCEL with an unknown mode: killnowait")
	}
	next, step := made.State.Cancel(m.Mode, made.CalleeFeatures())
	made.State = next
	s.conclude(m.Request, step, canceledByCaller)
}

// conclude does what is owed for an open call that its callee has not answered:
// the callee's session is told, the caller gets its ERROR.
func (s *session) conclude(request wamp.ID, step dealer.Step, text string) {
	made := s.Ledger.Made.Get(request)
	if step.Reason != "" && made.Callee != nil {
		made.Callee.Box.Post(s.x, lane.Item{
			Op: lane.OpCancel, Session: s.Session, Request: request, Serial: made.Serial,
			Ext: &lane.Cancellation{Mode: step.Mode, Reason: step.Reason},
		})
	}
	if step.Verdict == dealer.Wait && made.Stream != nil {
		s.DropInput(made.Stream)
	}
	if step.Verdict.Ends() {
		s.answer(request, &wamp.Error{URI: step.Error, Message: text})
	}
}

// onCancel interrupts an invocation whose call is no longer wanted. One that is
// still held was never seen by the callee, so there is nothing to wait for.
func (s *session) onCancel(it *lane.Item) {
	c := it.Ext.(*lane.Cancellation)
	held := s.forget(func(held *lane.Item) bool {
		return held.Session == it.Session && held.Serial == it.Serial
	})
	if held && c.Mode == wamp.Kill {
		s.unserved(it, &wamp.Error{URI: wamp.ErrCanceled, Message: canceledByCaller})
		return
	}
	if id := s.Ledger.InvocationOf(it.Session, it.Serial); id != 0 {
		s.interrupt(id, c)
	}
}

var givenUp = &lane.Cancellation{Mode: wamp.KillNoWait, Reason: wamp.ErrCanceled}

// onCallerGone interrupts every invocation of a session that has ended (basic
// profile, "Caller Leaving During an RPC Invocation").
func (s *session) onCallerGone(it *lane.Item) {
	s.forget(func(held *lane.Item) bool { return held.Session == it.Session })
	for id, served := range s.Ledger.Served.All {
		if served.Caller == it.Session {
			s.interrupt(id, givenUp)
		}
	}
}

// interrupt tells the callee, if it knows INTERRUPT, and forgets the invocation
// unless its answer is waited for. A later answer is discarded.
func (s *session) interrupt(id wamp.ID, c *lane.Cancellation) {
	served := s.Ledger.Served.Get(id)
	next, v, write := served.State.Interrupt(c.Mode, s.Features)
	if served.State = next; v != dealer.Wait {
		s.Ledger.Unserve(id)
	}
	if write {
		s.write(&wamp.Message{Type: wamp.Interrupt, Request: id, Fields: []wamp.Field{
			wamp.Text("mode", c.Mode.String()), wamp.Text("reason", string(c.Reason)),
		}})
	}
}
