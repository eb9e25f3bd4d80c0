package session

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// subscribeAgain answers a SUBSCRIBE to what the session has subscribed to
// before. One that asks for retained events gets them once more (advanced
// profile, "Event Retention").
func (s *session) subscribeAgain(old *lane.Member, m *wamp.Message) {
	if m.Flags.Has(wamp.GetRetained) {
		old.Again++
	}
	state := old.State()
	if state == lane.Pending {
		old.Ask(m.Request)
		return
	}
	s.write(&wamp.Message{Type: wamp.Subscribed, Request: m.Request, ID: old.ID()})
	if state == lane.Active {
		s.recallAgain(old)
	}
}

// beginRecall makes events of a membership wait whose reply was written, if it
// asked for retained events: its topic has asked retention for them.
func (s *session) beginRecall(m *lane.Member) {
	switch {
	case m.Procedure:
	case m.Flags.Has(wamp.GetRetained):
		m.SetState(lane.Recalling)
	default:
		s.recallAgain(m)
	}
}

// recallAgain asks retention for what a further SUBSCRIBE asked for.
func (s *session) recallAgain(m *lane.Member) {
	if m.Again == 0 {
		return
	}
	m.Again--
	m.SetState(lane.Recalling)
	s.Realm.Recall(s.x, lane.Item{Op: lane.OpGetAgain, Member: m})
}

// onRetained writes the retained events of a membership, and right after the
// last one what came for it meanwhile.
func (s *session) onRetained(it *lane.Item) {
	m, more := it.Member, it.N == lane.More
	if it.Count > 0 {
		s.deliver(it)
	}
	if more || m.State() != lane.Recalling {
		return
	}
	m.SetState(lane.Active)
	s.recallAgain(m)
	s.unhold()
}
