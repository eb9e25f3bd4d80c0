package session

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

// The functions of this file are about calls whose input comes in several CALLs
// with one request id (advanced profile, "Progressive Call Invocations").

var noInput = &wamp.Error{URI: wamp.ErrFeatureNotSupported, Message: "no callee of it has announced progressive call invocations and call canceling"}

// streamOf returns what is kept of the first CALL, if others may continue it.
func streamOf(m *wamp.Message) *lane.Stream {
	if !m.Flags.Has(wamp.Progress) {
		return nil
	}
	return &lane.Stream{
		Procedure: string(m.URI), Flags: m.Flags &^ wamp.Progress, Opaque: m.Payload.Opaque, Size: m.Passthru().Size(),
	}
}

// mayStream aborts a session that sends such a call and did not announce it.
func (s *session) mayStream(m *wamp.Message) bool {
	if !m.Flags.Has(wamp.Progress) || s.Features.Has(wamp.CallerProgressiveInvocations) {
		return true
	}
	s.abort(wamp.Violation("CALL.Options.progress: the caller has not announced progressive call invocations"))
	return false
}

// tooLate discards a CALL that continues a call which has ended: the caller will
// find its answer.
func (s *session) tooLate(m *wamp.Message) bool {
	if s.finished.Len() == 0 || !s.finished.Late(m, s.env.Now()) {
		return false
	}
	s.env.Counters.Drop(lane.DropLateInput, 1)
	return true
}

// closeCall takes a call out that has its final answer, and says whether it was
// open.
func (s *session) closeCall(request wamp.ID) bool {
	made, open := s.CloseCall(request)
	if made.State.Has(dealer.MoreInput) {
		s.finished.Add(request, made.Stream.Procedure, s.env.Now())
	}
	return open
}

// onMoreInput handles a CALL with the id of an open call.
func (s *session) onMoreInput(in *lane.Input, m *wamp.Message, made *lane.Made) {
	st := made.Stream
	next, v := made.State, dealer.Violation
	if st != nil && st.Procedure == string(m.URI) {
		next, v = made.State.Continue(m.Flags)
	}
	made.State = next
	switch v {
	case dealer.Violation:
		s.abort(wamp.Violation("CALL: the request id belongs to a call that is open"))
	case dealer.PassOn:
		s.goOn(made, &lane.Item{
			Op: lane.OpContinue, Session: s.Session, Request: m.Request, Serial: made.Serial,
			Serializer: s.Transport.Group.Serializer, N: m.Payload.N, Bytes: m.Payload.Bytes,
			Opaque: st.Opaque || m.Payload.Opaque,
			Chunk:  in.Chunk, Flags: st.Flags | m.Flags&wamp.Progress,
		})
	default:
		s.env.Counters.Drop(lane.DropLateInput, 1)
	}
}

// goOn sends more input to the callee of the call, or keeps it until the first
// INVOCATION is written: the callee may turn out to be another one until then.
func (s *session) goOn(made *lane.Made, it *lane.Item) {
	it.Chunk.Retain(1)
	st, l := made.Stream, &s.Ledger
	if st.Written {
		s.postInput(st, it)
		return
	}
	it.Keep()
	st.Waiting = append(st.Waiting, *it)
	l.HeldBytes += it.HeldSize()
	if l.HeldBytes > s.env.Limits.HeldBytes {
		s.conclude(it.Request, made.State.Undeliverable(wamp.ErrOptionNotAllowed), "limit reached: input that waits for its callee")
	}
}

func (s *session) postInput(st *lane.Stream, it *lane.Item) {
	it.Member, it.Ext = st.Member, st.Details
	if !st.Member.Session.Box.Post(s.x, *it) {
		s.env.Undelivered(s.x, it, lane.DropSessionGone)
	}
}

// onInvoked sends the input that came before the first INVOCATION was written.
func (s *session) onInvoked(it *lane.Item) {
	made := s.Ledger.Made.Get(it.Request)
	if made == nil || made.Serial != it.Serial {
		return
	}
	st := made.Stream
	st.Written = true
	for len(st.Waiting) > 0 { // one by one, for a crash leaves the rest to who settles the ledger
		next := st.Waiting[0]
		st.Waiting = st.Waiting[1:]
		s.Ledger.HeldBytes -= next.HeldSize()
		s.postInput(st, &next)
	}
	st.Waiting = nil
}

// onContinue writes a further INVOCATION under the id of the first one. It is
// written also when the registration has ended: the callee is not done with it.
func (s *session) onContinue(it *lane.Item) {
	defer it.Release()
	id := s.Ledger.InvocationOf(it.Session, it.Serial)
	if id == 0 {
		s.env.Counters.Drop(lane.DropLateInput, 1)
		return
	}
	payload, ok := s.enc.Convert(it.Payload(), it.Serializer, s.Transport.Group.Serializer)
	if !ok {
		s.giveUp(id, it, notConverted(it.Payload(), "the call", "callee"))
		return
	}
	m := wamp.Message{Type: wamp.Invocation, Request: id, ID: it.Member.ID(), Payload: payload, Fields: s.invocationDetails(it)}
	if !s.write(&m) {
		s.giveUp(id, it, tooLarge)
	}
}

// giveUp ends a call whose callee cannot get all of its input.
func (s *session) giveUp(id wamp.ID, it *lane.Item, err *wamp.Error) {
	s.unserved(it, err)
	s.interrupt(id, givenUp)
}
