package session

import (
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/actors/timer"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

// Kind is the name of this kind of actor in policies and failure reports.
const Kind = supervisor.Session

// session is the actor. Its fields are touched by its Receive only, except the
// handle, whose comments say who else may.
type session struct {
	*lane.Session
	env       *lane.Env
	x         *mailbox.Executor // of the drain under way
	enc       *lane.Encoder
	topics    cache[route]
	callees   cache[*lane.Registration]
	watermark wamp.ID // highest request id seen
	noticed   notice
	serial    uint32
	ended     bool            // nothing more is routed or written
	finished  dealer.Finished // calls whose input may still be under way
	clock     *timer.Timer    // of calls that have a timeout; nil before the first one
	wakes     time.Duration   // when it is set to, by Env.Elapsed; 0 if it is not
	served    []wamp.Field    // scratch for Details
	disclosed []wamp.Field    // of this session, as publisher
	calling   [2]*lane.CallDetails
}

// New returns the actor of a handle. Its mailbox is made by [Box].
func New(s *lane.Session) actor.Actor { return &session{Session: s, env: s.Realm.Env} }

// Box makes the mailbox of a session.
func Box(s *lane.Session) *lane.Box {
	return s.Realm.Env.NewBox(Kind, s)
}

// Receive handles what the mailbox has for the session: batches of items, and
// the actor's own life.
func (s *session) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *lane.Batch:
		s.drain(c, m)
	case *actor.Started:
		s.welcome()
		s.stopIfEnded(c)
	case *actor.Stopping:
		s.stopping()
	}
}

// drain handles a batch and then writes once.
func (s *session) drain(c actor.Context, b *lane.Batch) {
	s.attach(b.Executor())
	for it, ok := b.Next(); ok; it, ok = b.Next() {
		s.env.Inject(Kind, it)
		if s.ended {
			s.refuse(it)
			continue
		}
		s.handle(it)
	}
	s.enc.EndRun()
	s.flush()
	s.stopIfEnded(c)
}

// attach makes the session post and encode with the executor that runs it now.
func (s *session) attach(x *mailbox.Executor) { s.x, s.enc = x, lane.Of(x) }

func (s *session) stopIfEnded(c actor.Context) {
	if s.ended {
		c.Stop(c.Self())
	}
}

// handle is the bare switch over what other actors and the reader post.
func (s *session) handle(it *lane.Item) {
	switch it.Op {
	case lane.OpInput:
		s.onInput(it.Ext.(*lane.Input))
	case lane.OpEvent:
		s.onEvent(it)
	case lane.OpRetained:
		s.onRetained(it)
	case lane.OpInvoke:
		s.onInvoke(it)
	case lane.OpContinue:
		s.onContinue(it)
	case lane.OpInvoked:
		s.onInvoked(it)
	case lane.OpResult:
		s.onResult(it)
	case lane.OpError:
		s.onError(it)
	case lane.OpBounce:
		s.onBounce(it)
	case lane.OpPlace:
		s.onPlace(it)
	case lane.OpCancel:
		s.onCancel(it)
	case lane.OpCallerGone:
		s.onCallerGone(it)
	case lane.OpJoined:
		s.onJoined(it.Member)
	case lane.OpRefused:
		s.onRefused(it.Member, it.Ext.(*lane.Failure))
	case lane.OpRevoked:
		s.onRevoked(it.Member, it.Ext.(*lane.Revocation))
	case lane.OpTestament:
		s.onTestament(it)
	case lane.OpTick:
		s.onTick()
	case lane.OpTransportLost:
		s.end(lane.Close{Silent: true})
	case lane.OpClose:
		s.end(*it.Ext.(*lane.Close))
	}
}

// refuse handles what comes after the end: nothing is written any more. What the
// peer sent is for the connection, a HELLO may be in it.
func (s *session) refuse(it *lane.Item) {
	if it.Op == lane.OpInput && s.Transport.Box.Post(s.x, *it) {
		return
	}
	s.env.Undelivered(s.x, it, lane.DropSessionGone)
}

// write encodes a message for the peer. A peer that used up its outbox is cut.
func (s *session) write(m *wamp.Message) bool {
	err := s.enc.Write(s.Transport, m)
	if err == nil {
		return true
	}
	if lane.IsTooLarge(err) {
		return false
	}
	s.cut(err, 1)
	return true
}

// flush gives the outbox its one chance to write in this drain.
func (s *session) flush() {
	if err := s.enc.EndOwn(); err != nil {
		s.cut(err, 1)
	}
	if err := s.Transport.Outbox.Flush(); err != nil && !s.ended {
		s.end(lane.Close{Silent: true})
	}
}

// cut ends a session whose outbox takes no more, and counts the messages that were
// meant for it: the peer does not read what it asked for, or it has gone.
func (s *session) cut(err error, lost uint32) {
	if errors.Is(err, netio.ErrClosed) {
		s.env.Counters.Drop(lane.DropSessionGone, uint64(lost))
		s.end(lane.Close{Silent: true})
		return
	}
	s.env.Counters.Drop(lane.DropSlow, uint64(lost))
	if s.ended {
		return
	}
	s.env.Log.Warn().Uint64("session", uint64(s.ID)).Str("remote", s.Transport.Remote).
		Str("limit", "outbox").Msg("session cut: the peer does not read")
	s.end(lane.Close{Silent: true})
}
