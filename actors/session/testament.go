package session

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// onTestament changes the session's testaments (advanced profile, "Session
// Testament"), as a call of the session's own asks for that meta has checked.
// The ledger is the session's, so the session answers. A call that was canceled
// meanwhile changes nothing.
func (s *session) onTestament(it *lane.Item) {
	if s.open(it) == nil {
		return
	}
	l := &s.Ledger
	change := it.Ext.(*lane.TestamentChange)
	if change.Add == nil {
		l.Bequest().Flush(change.Scope)
	} else if err := s.mayAdd(change.Add); err != nil {
		s.answer(it.Request, err)
		return
	} else {
		l.Bequest().Add(change.Scope, change.Add)
	}
	l.Made.Take(it.Request)
	s.write(&wamp.Message{Type: wamp.Result, Request: it.Request})
}

func (s *session) mayAdd(t *lane.Testament) *wamp.Error {
	if err := s.publisherDisclosure([]byte(t.Topic)).Refuse(t.Flags.Has(wamp.DiscloseMe)); err != nil {
		return err
	}
	switch has, limits := s.Ledger.Bequest(), &s.env.Limits; {
	case has.Count >= limits.Testaments:
		return limit("testaments per session")
	case has.Size+t.Size > limits.TestamentBytes:
		return limit("octets of testaments per session")
	}
	return nil
}
