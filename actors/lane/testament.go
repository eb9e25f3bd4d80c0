package lane

import (
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// Scope is when a testament is published (advanced profile, "Session
// Testament").
type Scope uint8

// A session that ends is first detached and then destroyed; there is no session
// resumption, so both happen at once and in this order.
const (
	Detached Scope = iota
	Destroyed

	scopes
)

// ParseScope returns the scope of this name.
func ParseScope(s string) (Scope, bool) {
	switch s {
	case "detached":
		return Detached, true
	case "destroyed":
		return Destroyed, true
	}
	return 0, false
}

// Testament is an event that is published when its owner's session has ended. It
// owns its bytes and never changes.
type Testament struct {
	Topic      string
	Flags      wamp.Flags
	Receivers  *wamp.Receivers // nil for everybody
	Serializer codec.Serializer
	Payload    wamp.Payload
	Passthru   *wamp.Passthru // nil if payload passthru mode is not used
	// Size is what it counts for, in octets.
	Size int
}

// Testaments are those of one session, by scope in the order in which they were
// added.
type Testaments struct {
	scopes [scopes][]*Testament
	// Count and Size are over both scopes; Size is in octets.
	Count, Size int
}

func (t *Testaments) empty() bool { return t == nil || t.Count == 0 }

// Bequest returns the testaments, to change them.
func (l *Ledger) Bequest() *Testaments {
	if l.Testaments == nil {
		l.Testaments = new(Testaments)
	}
	return l.Testaments
}

// Add adds one behind the others of its scope.
func (t *Testaments) Add(s Scope, testament *Testament) {
	t.scopes[s] = append(t.scopes[s], testament)
	t.Count++
	t.Size += testament.Size
}

// Flush removes those of a scope.
func (t *Testaments) Flush(s Scope) {
	for _, testament := range t.scopes[s] {
		t.Count--
		t.Size -= testament.Size
	}
	t.scopes[s] = nil
}

// take removes the one that is to be published next.
func (t *Testaments) take() *Testament {
	for s := range t.scopes {
		if list := t.scopes[s]; len(list) > 0 {
			t.scopes[s] = list[1:]
			t.Count--
			t.Size -= list[0].Size
			return list[0]
		}
	}
	return nil
}

// TestamentChange is what the session is asked for that owns the testaments: to
// add this one, or to flush the scope if there is none.
type TestamentChange struct {
	Scope Scope
	Add   *Testament
}

// publishTestaments publishes at most budget of them, and returns what is left
// of the budget. They have their owner's identity, and reach everybody but the
// owner, who has gone.
func (s *Session) publishTestaments(x *mailbox.Executor, budget int) int {
	t := s.Ledger.Testaments
	if t.empty() {
		return budget
	}
	if s.quiet() {
		s.Ledger.Testaments = nil
		return budget
	}
	e := NewEncoder(s.Realm.Env)
	e.Attach(x)
	defer e.Flush()
	defer e.EndRun()
	for ; t.Count > 0 && budget > 0; budget-- {
		s.publish(e, t.take())
	}
	return budget
}

func (s *Session) publish(e *Encoder, t *Testament) {
	p := Publication{
		ID: wamp.GlobalID(e.Random()), From: s, Serializer: t.Serializer, Payload: t.Payload, Receivers: t.Receivers,
		Trust: s.PublicationTrust(),
	}
	if s.Realm.Disclosure.Publishers.Of([]byte(t.Topic)).Discloses(t.Flags.Has(wamp.DiscloseMe)) {
		p.Disclosed = s.Identify("publisher")
	}
	p.Disclosed = t.Passthru.Append(p.Disclosed)
	if !t.Flags.Has(wamp.Retain) {
		s.Realm.Publish(e, &p, t.Topic)
		return
	}
	p.Topic = []byte(t.Topic)
	p.Retain(s.Realm, e.x, func() { s.Realm.Publish(e, &p, t.Topic) })
}

// Identify returns what Details disclose of the session as publisher or caller.
func (s *Session) Identify(role string) []wamp.Field {
	return []wamp.Field{
		wamp.Int(role, uint64(s.ID)),
		wamp.Text(role+"_authid", s.Identity.AuthID),
		wamp.Text(role+"_authrole", s.Identity.AuthRole),
	}
}
