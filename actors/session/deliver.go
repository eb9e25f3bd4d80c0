package session

import (
	"slices"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/netio"
)

// onEvent passes a span of EVENTs on to the outbox, unless its membership is
// closed.
func (s *session) onEvent(it *lane.Item) {
	if !s.holds(it) {
		s.deliver(it)
	}
}

func (s *session) deliver(it *lane.Item) {
	if it.Member.State() == lane.Closed {
		s.env.Undelivered(s.x, it, lane.DropClosed)
		return
	}
	if err := s.enc.EndOwn(); err != nil {
		s.cut(err, 1)
	}
	span := netio.Span{Chunk: it.Chunk, Bytes: it.Bytes}
	it.Chunk = nil // taken over by the outbox
	if err := s.Transport.Outbox.Append(span, int(it.Count)); err != nil {
		s.cut(err, it.Count)
	}
}

// holds keeps an item that came before the reply of its membership was written, or
// before its retained events were, and everything behind it: the order among topics, and among procedures, is
// kept (basic profile, "Ordering Guarantees"). Its bytes are copied, for they
// may wait longer than this drain.
func (s *session) holds(it *lane.Item) bool {
	l := &s.Ledger
	if len(l.Held) == 0 && !it.Member.Holds() {
		return false
	}
	it.Keep()
	l.Held = append(l.Held, *it)
	l.HeldBytes += it.HeldSize()
	it.Chunk, it.Bytes = nil, nil
	if l.HeldBytes > s.env.Limits.HeldBytes {
		s.cut(netio.ErrFull, 0) // what is held is counted when the ledger is settled
	}
	return true
}

// unhold delivers what was held, up to the next membership that still waits for
// what goes before. One by one, for a crash leaves the rest to who settles the ledger.
func (s *session) unhold() {
	l := &s.Ledger
	for len(l.Held) > 0 && !s.ended {
		it := &l.Held[0]
		if it.Member.Holds() {
			return
		}
		l.HeldBytes -= it.HeldSize()
		if it.Op == lane.OpInvoke {
			s.invoke(it)
		} else {
			s.deliver(it)
		}
		l.Held = l.Held[1:]
	}
	if len(l.Held) == 0 {
		l.Held = nil
	}
}

// forget takes invocations out that are held and no longer wanted, and says
// whether there were any.
func (s *session) forget(unwanted func(*lane.Item) bool) bool {
	l := &s.Ledger
	before := len(l.Held)
	l.Held = slices.DeleteFunc(l.Held, func(it lane.Item) bool {
		if it.Op != lane.OpInvoke || !unwanted(&it) {
			return false
		}
		l.HeldBytes -= it.HeldSize()
		it.Release()
		return true
	})
	return len(l.Held) < before
}
