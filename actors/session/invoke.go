package session

import (
	"bytes"
	"time"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

// onInvoke writes the INVOCATION of a call. Its id is drawn here, so that the
// ids of a session leave in ascending order (basic profile, "IDs").
func (s *session) onInvoke(it *lane.Item) {
	if !s.holds(it) {
		s.invoke(it)
	}
}

func (s *session) invoke(it *lane.Item) {
	if it.Member.State() == lane.Closed {
		s.env.Bounce(s.x, it)
		return
	}
	defer it.Release()
	l := &s.Ledger
	if l.Served.Len() >= s.env.Limits.OpenCalls {
		s.unserved(it, &wamp.Error{URI: wamp.ErrNoAvailableCallee, Message: "limit reached: open calls per callee"})
		return
	}
	payload, ok := s.enc.Convert(it.Payload(), it.Serializer, s.Transport.Group.Serializer)
	if !ok {
		s.unserved(it, notConverted(it.Payload(), "the call", "callee"))
		return
	}
	id := l.Invocation.Next()
	m := wamp.Message{Type: wamp.Invocation, Request: id, ID: it.Member.ID(), Payload: payload, Fields: s.invocationDetails(it)}
	if !s.write(&m) {
		s.unserved(it, tooLarge)
		return
	}
	l.Invocation = id
	l.Serve(id, lane.Served{Caller: it.Session, Request: it.Request, Serial: it.Serial, State: s.invoked(it)})
	if it.Flags.Has(wamp.Progress) {
		it.Session.Box.Post(s.x, lane.Item{Op: lane.OpInvoked, Session: s.Session, Request: it.Request, Serial: it.Serial})
	}
}

// invoked is the state of the invocation that the item becomes.
func (s *session) invoked(it *lane.Item) dealer.Invocation {
	return dealer.Invoke(it.Flags, s.Features, s.Realm.Calls.Progressing)
}

var tooLarge = &wamp.Error{URI: wamp.ErrPayloadSizeExceeded, Message: "the call is larger than the callee accepts"}

// unserved answers a call that this callee never saw.
func (s *session) unserved(it *lane.Item, err *wamp.Error) {
	it.Session.Box.Post(s.x, lane.Item{
		Op: lane.OpError, Session: s.Session, Request: it.Request, Serial: it.Serial, Ext: lane.Fail(err),
	})
}

// invocationDetails names the procedure of a pattern-based registration, and
// the caller if it asked for it or this callee did, and says whether progressive
// results are welcome, more input comes, and the callee watches the time, how far
// the caller is trusted, and what the payload is that is passed through. What it returns is valid until the next call.
func (s *session) invocationDetails(it *lane.Item) []wamp.Field {
	f := s.served[:0]
	if it.Flags.Has(wamp.Progress) {
		f = append(f, wamp.True("progress"))
	}
	if s.invoked(it).Has(dealer.WantsProgress) {
		f = append(f, wamp.True("receive_progress"))
	}
	if d, ok := it.Ext.(*lane.CallDetails); ok {
		if d.Procedure != "" {
			f = append(f, wamp.Text("procedure", d.Procedure))
		}
		if d.Caller != nil && (d.Asked || it.Member.Flags.Has(wamp.DiscloseCaller)) {
			id := &d.Caller.Identity
			f = append(f, wamp.Int("caller", uint64(d.Caller.ID)),
				wamp.Text("caller_authid", id.AuthID), wamp.Text("caller_authrole", id.AuthRole))
		}
		if d.Timeout != 0 && it.Member.Forwards() {
			f = append(f, wamp.Int("timeout", uint64(d.Timeout/time.Millisecond)))
		}
		f = d.Passthru.Append(f)
	}
	if s.Realm.Trust.Calls != nil && s.Features.Has(wamp.CalleeTrustLevels) {
		f = append(f, wamp.Int("trustlevel", it.Session.CallTrust()))
	}
	s.served = f[:0]
	return f
}

// onYield sends a callee's result, or a progressive one, to the caller.
func (s *session) onYield(in *lane.Input, m *wamp.Message) {
	served, ok := s.serving(m)
	if !ok {
		return
	}
	switch served.State.Yield(m.Flags) {
	case dealer.Answer:
		s.reply(served, in, m, lane.Item{Op: lane.OpResult, Ext: attributes(m)})
	case dealer.PassOn:
		s.post(served, in, m, lane.Item{Op: lane.OpResult, Flags: wamp.Progress, Ext: attributes(m)})
	default:
		s.env.Counters.Drop(lane.DropUnaskedProgress, 1)
	}
}

// onCalleeError sends a callee's ERROR to the caller.
func (s *session) onCalleeError(in *lane.Input, m *wamp.Message) {
	if m.Failed != wamp.Invocation {
		s.abort(wamp.Violation("ERROR for a request that is not an INVOCATION"))
		return
	}
	served, ok := s.serving(m)
	if !ok {
		return
	}
	f := &lane.Failure{URI: wamp.URI(m.URI), Details: bytes.Clone(m.Dict)}
	if !wamp.ValidURI(m.URI, wamp.Loose) {
		s.env.Counters.BadErrors.Add(1)
		s.first(badError).Msg("ERROR of a callee whose URI is not valid")
		f.URI = wamp.ErrInvalidURI
	}
	s.reply(served, in, m, lane.Item{Op: lane.OpError, Ext: f})
}

// serving finds the invocation that an answer is for. An id that was never
// issued is a violation; one that is no longer open belongs to a call that was
// canceled or answered otherwise, and the answer is discarded.
func (s *session) serving(m *wamp.Message) (lane.Served, bool) {
	served := s.Ledger.Served.Get(m.Request)
	switch dealer.InvocationStatus(m.Request, s.Ledger.Invocation, served != nil) {
	case dealer.NeverIssued:
		s.abort(wamp.Violation(m.Type.String() + " for an invocation that was never issued"))
		return lane.Served{}, false
	case dealer.Late:
		s.env.Counters.Drop(lane.DropLateAnswer, 1)
		return lane.Served{}, false
	}
	return *served, true
}

// reply posts the final answer to the caller's session, and then forgets the
// invocation: a crash in between must not leave the caller without an answer.
func (s *session) reply(to lane.Served, in *lane.Input, m *wamp.Message, it lane.Item) {
	s.post(to, in, m, it)
	s.Ledger.Unserve(m.Request)
}

// post posts what the callee sent to the caller's session.
func (s *session) post(to lane.Served, in *lane.Input, m *wamp.Message, it lane.Item) {
	it.Session, it.Request, it.Serial = s.Session, to.Request, to.Serial
	it.Serializer, it.N, it.Bytes, it.Opaque = s.Transport.Group.Serializer, m.Payload.N, m.Payload.Bytes, m.Payload.Opaque
	it.Chunk = in.Chunk
	it.Chunk.Retain(1)
	if !to.Caller.Box.Post(s.x, it) {
		s.env.Counters.Drop(lane.DropLateAnswer, 1)
		it.Release()
	}
}
