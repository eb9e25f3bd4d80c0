package session

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

// onCall sends a call to a callee of the procedure (basic profile, "Calling and
// Invocations"). The entry it leaves in the ledger is the call: whoever takes
// it out answers the caller, so a call has exactly one final answer.
func (s *session) onCall(in *lane.Input, m *wamp.Message) {
	if made := s.Ledger.Made.Get(m.Request); made != nil {
		s.onMoreInput(in, m, made)
		return
	}
	if s.tooLate(m) || !s.mayStream(m) || !s.step(m.Request) {
		return
	}
	if err := s.mayCall(m); err != nil {
		s.refuseCall(m, err)
		return
	}
	s.serial++
	if wamp.Reserved(m.URI) {
		s.callMeta(m)
		return
	}
	r, callees := s.registrationOf(m.URI)
	if r == nil {
		s.refuseCall(m, &wamp.Error{URI: wamp.ErrNoSuchProcedure, Message: "no callee has registered " + string(m.URI)})
		return
	}
	if err := s.callerDisclosure(m.URI).Refuse(m.Flags.Has(wamp.DiscloseMe)); err != nil {
		s.refuseCall(m, err)
		return
	}
	made := s.begin(m, r)
	it := lane.Item{
		Op: lane.OpInvoke, Session: s.Session, Request: m.Request, Serial: s.serial,
		Serializer: s.Transport.Group.Serializer, N: m.Payload.N, Bytes: m.Payload.Bytes, Opaque: m.Payload.Opaque,
		Chunk: in.Chunk, Flags: m.Flags, Ext: withPassthru(s.callDetails(m.URI, m.Flags, made), m.Passthru()),
	}
	it.Chunk.Retain(1)
	s.ask(&it, r, callees)
}

// begin notes a call as open. Its time begins.
func (s *session) begin(m *wamp.Message, r *lane.Registration) *lane.Made {
	made := s.Ledger.Made.Open(m.Request)
	made.Serial, made.State, made.Procedure = s.serial, dealer.NewCall(m.Flags), r
	made.Stream, made.Timeout, made.Key = streamOf(m), s.timeout(m), s.routingKey(m)
	if made.Timeout != 0 {
		made.Since = s.env.Elapsed()
	}
	if made.Stream != nil {
		s.Ledger.HeldBytes += made.Stream.Size
	}
	return made
}

// routingKey is what a call says that calls which belong together have in common;
// without it all calls of the session do.
func (s *session) routingKey(m *wamp.Message) uint64 {
	if m.Options != nil && m.Options.RoutingKey != "" {
		return dealer.Key(m.Options.RoutingKey)
	}
	return uint64(s.ID)
}

// refuseCall answers a CALL that no callee hears of.
func (s *session) refuseCall(m *wamp.Message, err *wamp.Error) {
	if m.Flags.Has(wamp.Progress) {
		s.finished.Add(m.Request, string(m.URI), s.env.Now())
	}
	s.fail(wamp.Call, m.Request, err)
}

func (s *session) mayCall(m *wamp.Message) *wamp.Error {
	if s.callees.get(m.URI) == nil { // what is in the cache was checked before
		if err := dealer.CheckCall(m.URI, s.Realm.URIs); err != nil {
			return err
		}
	}
	if s.Ledger.Made.Len() >= s.env.Limits.OpenCalls {
		return limit("open calls per caller")
	}
	if m.Flags.Has(wamp.Progress) && s.Ledger.HeldBytes+m.Passthru().Size() > s.env.Limits.HeldBytes {
		return limit("octets that a session keeps")
	}
	return nil
}

// callDetails returns what INVOCATION.Details may have to say, or nil. What is in
// it is told to those callees that asked for it; nobody looks at each of them here.
func (s *session) callDetails(uri []byte, flags wamp.Flags, made *lane.Made) any {
	r, policy := made.Procedure, s.callerDisclosure(uri)
	pattern, forward := r.Match != wamp.Exact, made.Timeout != 0 && r.Forwards()
	everybody := policy.Discloses(flags.Has(wamp.DiscloseMe))
	disclose := everybody || r.Discloses() && policy.Discloses(true)
	switch {
	case !disclose && !forward && !pattern:
		return nil
	case !forward && !pattern:
		return s.asCaller(everybody)
	}
	d := &lane.CallDetails{Timeout: made.Timeout}
	if pattern {
		d.Procedure = string(uri)
	}
	if disclose {
		d.Caller, d.Asked = s.Session, everybody
	}
	return d
}

// ask posts the call to a callee by the registration's policy, and to another
// one if that has gone; when all have, to those of the next best match. It takes
// over the item.
func (s *session) ask(it *lane.Item, r *lane.Registration, callees *lane.Callees) {
	made := s.Ledger.Made.Get(it.Request)
	usable := usableFor(made, it.Flags)
	for r != nil {
		member, choice := s.choose(it, made, callees, usable)
		if choice == settled {
			return
		}
		if choice == nobody {
			if err := none(made, r, it.Flags); err != nil {
				it.Release()
				s.answer(it.Request, err)
				return
			}
			r, callees = s.elsewhere(it, made)
			continue
		}
		if s.invite(made, it, member, callees) {
			return
		}
	}
	it.Release()
	// All have left, and the directory is about to hear of it.
	s.answer(it.Request, &wamp.Error{URI: wamp.ErrNoSuchProcedure, Message: "no callee is left that has registered it"})
}

// invite posts the call to this callee, and says whether it is still there.
func (s *session) invite(made *lane.Made, it *lane.Item, member *lane.Member, callees *lane.Callees) bool {
	it.Member = member
	made.Ask(member)
	s.watch(made, member)
	if st := made.Stream; st != nil {
		st.Member, st.Details = member, it.Ext
	}
	s.keep(made, it, callees)
	return member.Session.Box.Post(s.x, *it)
}

// usableFor says which callees may be asked.
func usableFor(made *lane.Made, flags wamp.Flags) func(*lane.Member) bool {
	switch {
	case flags.Has(wamp.HasPassthru):
		return takesPassthru(usableFor(made, flags&^wamp.HasPassthru))
	case made.Stream != nil:
		return (*lane.Member).TakesInput
	case made.Retry != nil && len(made.Retry.Tried) > 0:
		return made.Retry.Usable
	}
	return (*lane.Member).Usable
}

// none is what a call fails with when no callee of its registration may be asked;
// nil if other registrations are looked at.
func none(made *lane.Made, r *lane.Registration, flags wamp.Flags) *wamp.Error {
	switch {
	case made.Retry != nil && len(made.Retry.Tried) > 0:
		return unavailable
	case flags.Has(wamp.HasPassthru) && r.Serves():
		return noPassthru
	case made.Stream != nil && r.Serves():
		return noInput
	}
	return nil
}

// elsewhere finds who serves a call whose registration has nobody left.
func (s *session) elsewhere(it *lane.Item, made *lane.Made) (*lane.Registration, *lane.Callees) {
	uri := []byte(made.Procedure.URI)
	var p *wamp.Passthru
	if d, ok := it.Ext.(*lane.CallDetails); ok {
		if p = d.Passthru; d.Procedure != "" {
			uri = []byte(d.Procedure)
		}
	}
	next, callees, _ := s.bestServing(uri, s.Realm.ProcedurePatterns.View())
	if next != nil {
		made.Procedure = next
		it.Ext = withPassthru(s.callDetails(uri, it.Flags, made), p)
	}
	return next, callees
}

// answer takes an open call out and ends it with an ERROR of the router's own.
func (s *session) answer(request wamp.ID, err *wamp.Error) {
	if s.closeCall(request) {
		s.fail(wamp.Call, request, err)
	}
}

// registrationOf returns who serves the procedure, by the precedence of the
// advanced profile, "Pattern-based Registrations": exact, longest prefix,
// wildcard.
func (s *session) registrationOf(uri []byte) (*lane.Registration, *lane.Callees) {
	view := s.Realm.ProcedurePatterns.View()
	old := s.callees.get(uri)
	if old != nil {
		if c, ok := old.value.Callees(); ok && s.stillBest(old, uri, view) {
			return old.value, c
		}
	}
	r, c, best := s.bestServing(uri, view)
	switch {
	case best:
		s.callees.put(key(old, uri), r, view.Seq).disclose = s.Realm.Disclosure.Callers.Of(uri)
	case old != nil:
		s.callees.drop(old)
	}
	return r, c
}

// bestServing returns the first match by precedence that has callees who can
// serve. best says that no other match goes before it: one may be without callees
// while it comes or goes.
func (s *session) bestServing(uri []byte, view *lane.View[*lane.Registration]) (r *lane.Registration, c *lane.Callees, best bool) {
	best = true
	consider := func(p *lane.Registration) (serves bool) {
		serving, ok := p.Serving()
		if ok {
			r, c = p, serving
		}
		best = best && ok
		return ok
	}
	if p, ok := s.Realm.Procedures.Get(uri); ok && consider(p) {
		return r, c, best
	}
	view.Set.Match(uri, func(_ string, m wamp.Match, p *lane.Registration) bool {
		if m == wamp.Prefix {
			consider(p) // the longest comes last
			return true
		}
		return r == nil && !consider(p)
	})
	return r, c, best && r != nil
}

// stillBest says whether no better match than the remembered one has come.
func (s *session) stillBest(e *cached[*lane.Registration], uri []byte, view *lane.View[*lane.Registration]) bool {
	if e.value.Match == wamp.Exact {
		return true
	}
	if e.seq != view.Seq && !view.Same(uri, e.seq) {
		return false
	}
	e.seq = view.Seq
	_, exact := s.Realm.Procedures.Get(uri)
	return !exact
}

// callMeta asks the router's own procedures.
func (s *session) callMeta(m *wamp.Message) {
	if m.Flags.Has(wamp.Progress) {
		s.refuseCall(m, noInput)
		return
	}
	if m.Flags.Has(wamp.HasPassthru) {
		s.refuseCall(m, metaPassthru)
		return
	}
	if made := s.begin(m, nil); made.Timeout != 0 {
		s.wakeAt(made.Due(), made.Since)
	}
	it := lane.Item{
		Op: lane.OpMetaCall, Session: s.Session, Request: m.Request, Serial: s.serial,
		Serializer: s.Transport.Group.Serializer, N: m.Payload.N,
		Bytes: append([]byte(nil), m.Payload.Bytes...), Ext: string(m.URI),
	}
	if !s.Realm.Meta.Post(s.x, it) {
		s.answer(m.Request, &wamp.Error{URI: wamp.ErrNoAvailableCallee, Message: "the realm is closing"})
	}
}

// onBounce sends a call on whose INVOCATION was never written.
func (s *session) onBounce(it *lane.Item) {
	made := s.Ledger.Made.Get(it.Request)
	if made == nil || made.Serial != it.Serial {
		s.env.Undelivered(s.x, it, lane.DropLateAnswer)
		return
	}
	if step := made.State.Bounce(); step.Verdict.Ends() {
		it.Release()
		s.conclude(it.Request, step, canceledByCaller)
		return
	}
	it.Op = lane.OpInvoke
	r := made.Procedure
	callees, _ := r.Callees()
	s.ask(it, r, callees)
}

// open returns the call that an answer is for. One that comes after the first
// final one is discarded and counted.
func (s *session) open(it *lane.Item) *lane.Made {
	made := s.Ledger.Made.Get(it.Request)
	if made == nil || made.Serial != it.Serial {
		s.env.Counters.Drop(lane.DropLateAnswer, 1)
		it.Release()
		return nil
	}
	return made
}

// onResult ends a call with its RESULT, or passes a progressive one on.
func (s *session) onResult(it *lane.Item) {
	made := s.open(it)
	if made == nil {
		return
	}
	defer it.Release()
	next, v := made.State.Result(it.Flags)
	if v.Ends() {
		s.closeCall(it.Request)
		s.writeAnswer(it, &wamp.Message{Type: wamp.Result, Request: it.Request})
		return
	}
	if made.State = next; made.Timeout != 0 {
		made.Since = s.env.Elapsed()
	}
	if err := s.passOn(it); err != nil {
		s.conclude(it.Request, next.Undeliverable(err.URI), err.Message)
	}
}

// onError ends a call with the ERROR of the callee, of meta, or of a crash.
func (s *session) onError(it *lane.Item) {
	made := s.open(it)
	if made == nil {
		return
	}
	defer it.Release()
	f := it.Ext.(*lane.Failure)
	if made.State.Failed(f.URI, made.CalleeFeatures()) == dealer.Reroute {
		s.reroute(it.Request, made)
		return
	}
	s.closeCall(it.Request)
	m := wamp.Message{Type: wamp.ErrorMessage, Failed: wamp.Call, Request: it.Request, URI: []byte(f.URI)}
	switch {
	case f.Details != nil:
		m.Dict = s.convertDetails(f.Details, it)
	case f.Message != "":
		m.Fields = []wamp.Field{wamp.Text("message", f.Message)}
	}
	if f.Args != nil {
		it.Serializer = s.Transport.Group.Serializer
		p, err := it.Serializer.AppendPayload(nil, f.Args, nil)
		if err != nil {
			panic(err) // our own text
		}
		it.N, it.Bytes = p.N, p.Bytes
	}
	s.writeAnswer(it, &m)
}

// writeAnswer writes RESULT or ERROR with the item's payload. One that the caller
// cannot get becomes an ERROR without payload.
func (s *session) writeAnswer(it *lane.Item, m *wamp.Message) {
	if err := s.writePayload(it, m); err != nil {
		s.fail(wamp.Call, it.Request, err)
	}
}

// writePayload writes a message to the caller with the item's payload, unless it
// cannot be said in the caller's serializer, is larger than the caller accepts, or
// uses payload passthru mode, which the caller does not know.
func (s *session) writePayload(it *lane.Item, m *wamp.Message) *wamp.Error {
	if err := s.withAttributes(it, m); err != nil {
		return err
	}
	var ok bool
	if m.Payload, ok = s.enc.Convert(it.Payload(), it.Serializer, s.Transport.Group.Serializer); !ok {
		return notConverted(it.Payload(), "the answer", "caller")
	}
	if !s.write(m) {
		return &wamp.Error{URI: wamp.ErrPayloadSizeExceeded}
	}
	return nil
}

// convertDetails says the Details of a callee's ERROR in the caller's serializer.
func (s *session) convertDetails(details []byte, it *lane.Item) []byte {
	to := s.Transport.Group.Serializer
	if it.Serializer == to {
		return details
	}
	dict, err := it.Serializer.DecodeDict(details)
	if err != nil {
		return nil
	}
	b, err := to.AppendValue(nil, dict)
	if err != nil {
		return nil
	}
	return b
}
