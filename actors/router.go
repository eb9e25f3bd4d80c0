package actors

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/archive"
	"github.com/callboard-wamp/callboard/actors/connection"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/actors/retention"
	"github.com/callboard-wamp/callboard/actors/session"
	"github.com/callboard-wamp/callboard/actors/timer"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/supervisor"
)

// Router is a WAMP router in an actor system. It touches nothing of the system
// but the actors under its own root. All methods may be called concurrently.
type Router struct {
	cfg    Config
	env    *lane.Env
	system *actor.ActorSystem
	realms map[string]*atomic.Pointer[lane.Realm] // by URI; the keys never change
	// retained are the events of each realm; they belong to its retention actor.
	retained map[string]*retention.State
	readers  supervisor.Group
	tree     tree
	// shelf is what waits for the store, and archive the mailbox of the actor that
	// owns it; nil if nothing is stored. The root's actor writes archive.
	shelf   *archive.Shelf
	archive *lane.Archive
	next    atomic.Uint64 // numbers connections
	early   admission
	// sessions is what all sessions have in common.
	sessions *lane.Kin

	mu      sync.Mutex
	started bool
	drained bool
	names   map[string]int // of listeners, and how many have the same
}

// NewRouter prepares a router. Nothing runs before [Router.Start].
func NewRouter(system *actor.ActorSystem, cfg Config) (*Router, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	r := &Router{cfg: cfg, system: system, realms: map[string]*atomic.Pointer[lane.Realm]{}, retained: map[string]*retention.State{}}
	r.env = &lane.Env{
		System: system, Log: cfg.Log, Limits: cfg.Limits, Agent: cfg.Agent,
		Random: cfg.Random, Now: cfg.Now, Started: cfg.Now(), Fault: cfg.fault,
		Policies: cfg.Policies, Registry: supervisor.NewRegistry(), Report: r.report,
	}
	r.early.limits = &r.env.Limits
	r.sessions = r.sessionKin()
	r.readers.Report = r.report
	r.env.Scheduler = mailbox.NewScheduler(func() mailbox.Local { return lane.NewEncoder(r.env) }, mailbox.SchedulerOptions{
		OnPanic: func(v any) { r.env.Log.Error().Interface("panic", v).Msg("encoder failed") },
	})
	r.env.Prepare()
	r.env.Timers = timer.New(func(v any) { r.env.Log.Error().Interface("panic", v).Msg("timer failed") })
	for _, c := range cfg.Realms {
		r.realms[string(c.URI)] = new(atomic.Pointer[lane.Realm])
		r.retained[string(c.URI)] = retention.NewState(c.Retention)
	}
	r.shelve()
	return r, nil
}

// Start spawns the tree and returns when every realm can be joined.
func (r *Router) Start(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started {
		return errors.New("actors: the router was started before")
	}
	r.started = true
	r.recall()
	return r.tree.grow(ctx, r)
}

// report tells operators of a failure, with the stack.
func (r *Router) report(f supervisor.Failure) {
	e := r.env.Log.Error().Str("kind", string(f.Kind)).Stringer("directive", f.Directive).Int("restarts", f.Restarts)
	if lost, ok := f.Message.(*lane.Lost); ok {
		e = e.Stringer("message", lost.Op).Uint64("session", uint64(lost.Session)).Str("uri", lost.URI)
	}
	e.Bytes("stack", f.Stack).Msg(f.Error())
}

// Counters are what the router counted so far.
func (r *Router) Counters() *lane.Counters { return &r.env.Counters }

// Written is how many messages the router handed to sockets so far, and in how many
// writes, those of connections that have ended included. It asks every open
// connection: once a second is no burden, once a message would be.
func (r *Router) Written() lane.Written { return r.env.Outboxes.Written() }

// Realm returns the handle of a realm that can be joined, or nil. A realm that
// was restarted has another handle.
func (r *Router) Realm(uri string) *lane.Realm {
	if p := r.realms[uri]; p != nil {
		return p.Load()
	}
	return nil
}

// lookup is Realm for connections: by bytes.
func (r *Router) lookup(uri []byte) *lane.Realm {
	if p := r.realms[string(uri)]; p != nil {
		return p.Load()
	}
	return nil
}

// Attach serves one connection that was accepted elsewhere: a socket, or one
// end of [netio.Pipe]. The router closes it.
func (r *Router) Attach(c netio.Conn, o netio.AcceptOptions) error {
	return r.attach(c, r.options(o), nil)
}

var errDraining = errors.New("actors: the router is draining")

// options are what connections of one kind need of the router.
func (r *Router) options(o netio.AcceptOptions) *connection.Options {
	if o.Subprotocols == nil {
		o.Subprotocols = subprotocols
	}
	if o.MaxMessage == 0 {
		o.MaxMessage = r.env.Limits.MaxMessage
	}
	return &connection.Options{Env: r.env, Realm: r.lookup, Start: r.startSession, Readers: &r.readers, Accept: o}
}

func (r *Router) attach(c netio.Conn, o *connection.Options, settled func()) error {
	nodes := r.tree.nodes.Load()
	if r.env.Draining.Load() || nodes == nil {
		c.Close()
		return errDraining
	}
	n := r.next.Add(1)
	child := connection.Open(c, o, nodes.connections.Of(n), settled)
	child.Number = n
	nodes.connections.Spawn(nil, child)
	return nil
}

// startSession enters a session into its realm and spawns its actor.
func (r *Router) startSession(x *mailbox.Executor, s *lane.Session) {
	s.Box = session.Box(s)
	s.Realm.Sessions.Enter(s, r.env.Random)
	r.env.Counters.Sessions.Add(1)
	r.env.Counters.Joins.Add(1)
	s.Realm.SessionShards.Spawn(x, &lane.Child{Kin: r.sessions, Number: uint64(s.ID), Box: s.Box})
}

func (r *Router) sessionKin() *lane.Kin {
	of := func(b *lane.Box) *lane.Session { return b.Owner().(*lane.Session) }
	return &lane.Kin{
		Kind:    session.Kind,
		New:     func(b *lane.Box) actor.Actor { return session.New(of(b)) },
		Lost:    func(b *lane.Box) { session.Refuse(of(b)) },
		Stopped: func(x *mailbox.Executor, b *lane.Box) bool { return r.settle(x, of(b)) },
	}
}

// settleBudget is how many entries of a ledger are settled in one go: some ten
// microseconds, for whoever hears of the session's end may have a peer of its own.
const settleBudget = 100

// settle gives back what an ended session held. It runs in the session's shard,
// again and again until nothing is left.
func (r *Router) settle(x *mailbox.Executor, s *lane.Session) (done bool) {
	if s.Realm.Sessions.Leave(s.ID) {
		r.env.Counters.Sessions.Add(-1)
		s.Transport.Box.Post(x, lane.Item{Op: lane.OpSessionEnded, Session: s, Ext: &lane.Close{Silent: true}})
	}
	return s.Settle(nil, settleBudget)
}
