package lane

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/auth"
)

// Realm is the handle of one realm: what sessions route by. A realm that was
// restarted has a new handle, and no session survives from the old one.
type Realm struct {
	Env *Env
	URI wamp.URI
	RealmRules

	// The directory alone writes these.
	Topics            *Index[*Topic]
	Procedures        *Index[*Registration]
	TopicPatterns     Patterns[*Topic]
	ProcedurePatterns Patterns[*Registration]
	patternTopics     map[Key]*Topic
	patternProcedures map[Key]*Registration
	topics            atomic.Int64
	procedures        atomic.Int64
	lastTopic         wamp.ID
	lastRegistration  wamp.ID
	endings           map[endingKey]*ending
	listeners         [ChangeKinds]int // topics that meta events go to
	TopicIDs          IDs[*Topic]
	RegistrationIDs   IDs[*Registration]

	// Feed is told of every change; Events is the reader that meta publishes from.
	// The directory says what it wants.
	Feed   Feed
	Events *FeedReader

	// Directory, Meta and Retention are the mailboxes of the realm's singletons.
	Directory *Box
	Meta      *Box
	Retention *Box
	// Archive is where events are kept beyond the process or for later questions;
	// nil if the realm keeps none.
	Archive *Archive
	// Sessions are the live ones; session shards write it.
	Sessions *Sessions
	// TopicShards, ProcedureShards and SessionShards are set by the realm's
	// actor before anybody may join.
	TopicShards, ProcedureShards, SessionShards Shards
}

// RealmRules are what the configuration says of a realm. They do not change.
type RealmRules struct {
	// URIs says which URIs are valid.
	URIs wamp.URIMode
	// RequestIDs says what happens to request ids out of sequence.
	RequestIDs RequestIDs
	// Calls are the rules of calls.
	Calls CallRules
	// Disclosure says whether callers and publishers are made known.
	Disclosure struct{ Callers, Publishers *auth.Disclosures }
	// Trust is how far callers and publishers are trusted, by role.
	Trust struct{ Calls, Publications auth.Levels }
	// Histories are the subscriptions whose events are kept.
	Histories map[Key]*History
	// MaySubscribe, if set, says why a session may not subscribe to a URI by this
	// policy, nor read the history of that subscription; nil permits everything. It
	// is called concurrently.
	MaySubscribe func(s *Session, k Key) *wamp.Error
	// Announced is what WELCOME says of the realm.
	Announced Announcement
}

// Forbids asks MaySubscribe, if it is set.
func (r *RealmRules) Forbids(s *Session, k Key) *wamp.Error {
	if r.MaySubscribe == nil {
		return nil
	}
	return r.MaySubscribe(s, k)
}

// Announcement is what WELCOME.Details say of a realm, by the number of the
// serializer.
type Announcement [4]Greeting

// Greeting are the values of WELCOME.Details that are equal for all sessions of
// one serializer, encoded.
type Greeting struct{ Roles, Extra string }

// RequestIDs is the realm's switch for request ids out of sequence.
type RequestIDs uint8

// Log accepts, counts and logs once a session; Strict aborts; Off accepts.
const (
	RequestIDsLog RequestIDs = iota
	RequestIDsStrict
	RequestIDsOff
)

var requestIDs = []string{"log", "strict", "off"}

// MarshalText returns the switch as a configuration has it.
func (r RequestIDs) MarshalText() ([]byte, error) {
	if int(r) >= len(requestIDs) {
		return nil, fmt.Errorf("lane: request ids %d has no text", r)
	}
	return []byte(requestIDs[r]), nil
}

// UnmarshalText reads "log", "strict" or "off".
func (r *RequestIDs) UnmarshalText(text []byte) error {
	i := slices.Index(requestIDs, string(text))
	if i < 0 {
		return fmt.Errorf("must be log, strict or off, not %q", text)
	}
	*r = RequestIDs(i)
	return nil
}

// NewRealm returns a handle without topics, procedures and sessions.
func NewRealm(env *Env, uri wamp.URI) *Realm {
	r := &Realm{
		Env: env, URI: uri,
		Topics: NewIndex[*Topic](), Procedures: NewIndex[*Registration](),
		patternTopics: map[Key]*Topic{}, patternProcedures: map[Key]*Registration{},
		endings:  map[endingKey]*ending{},
		Sessions: NewSessions(),
	}
	r.TopicPatterns.init()
	r.ProcedurePatterns.init()
	return r
}

// Counts returns how many topics and registrations the realm has.
func (r *Realm) Counts() (topics, procedures int) {
	return int(r.topics.Load()), int(r.procedures.Load())
}
