// Package shard is the actor between a node of the tree and its many children
// of one kind: sessions, topics, registrations or connections. It spawns them
// onto mailboxes that exist already, and settles what they leave when they have
// ended, however that came about. It holds nothing else, and there are several
// beside each other, so that none has too many children.
//
// Start with [New]; ask it with [lane.Shards.Spawn]. Whatever a shard was asked
// for is spawned and settled, or given up, exactly once: its mailbox tells of
// what came too late.
package shard

import (
	"strconv"
	"strings"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
)

// Kind is the name of this kind of actor in policies and failure reports.
const Kind = supervisor.Shard

// shard is the actor. What it knows of its children outlives a restart in the
// closure of its producer; the children themselves do not.
type shard struct {
	env      *lane.Env
	box      *lane.Box
	children map[uint64]*lane.Box // by number
	settling []*lane.Box
	stopping bool
	// kin and props are what all children share, known from the first one on, and
	// spawning is the one of them that is being spawned.
	kin      *lane.Kin
	props    *actor.Props
	spawning *lane.Box
}

// New returns the mailbox of a shard, and the Props of its actor.
func New(env *lane.Env) (*lane.Box, *actor.Props) {
	s := &shard{env: env, children: map[uint64]*lane.Box{}}
	s.box = env.NewBox(Kind, nil)
	props := env.Parent(Kind, func() actor.Actor { return s }, nil)
	return s.box, props.Configure(actor.WithMailbox(func() actor.Mailbox { return s.box }))
}

// Receive spawns, and settles what has ended.
func (s *shard) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *lane.Batch:
		for it, ok := m.Next(); ok; it, ok = m.Next() {
			s.env.Inject(Kind, it)
			s.handle(c, it)
		}
	case *actor.Started:
		s.goOn()
	case *actor.Terminated:
		s.onTerminated(m.Who)
	case *actor.Stopping:
		s.onStopping()
	}
}

// handle is the bare switch over what others, and the shard itself, post.
func (s *shard) handle(c actor.Context, it *lane.Item) {
	switch it.Op {
	case lane.OpSpawn:
		s.onSpawn(c, it.Ext.(*lane.Child))
	case lane.OpSettle:
		s.onSettle()
	}
}

func (s *shard) onSpawn(c actor.Context, child *lane.Child) {
	s.know(child.Kin)
	name := strconv.FormatUint(child.Number, 10)
	s.spawning = child.Box
	var err error
	child.Box.Hold(s.box.Executor(), func() { _, err = c.SpawnNamed(s.props, name) })
	s.spawning = nil
	if err != nil {
		s.env.Log.Error().Err(err).Str("actor", name).Msg("spawn failed")
		child.GiveUp(s.box.Executor())
		return
	}
	s.children[child.Number] = child.Box
}

// know makes the Props of all children. Props of their own would take more memory
// than many a small actor.
func (s *shard) know(kin *lane.Kin) {
	if s.kin == nil {
		s.kin, s.props = kin, s.env.Shared(kin, func() *lane.Box { return s.spawning })
	}
}

func (s *shard) onTerminated(who *actor.PID) {
	n := number(who)
	child, ok := s.children[n]
	if !ok {
		return
	}
	delete(s.children, n)
	child.Close()
	s.begin(child)
}

// number is what the name of a child says.
func number(who *actor.PID) uint64 {
	n, _ := strconv.ParseUint(who.Id[strings.LastIndexByte(who.Id, '/')+1:], 10, 64)
	return n
}

// begin settles a child, and comes back to it after others if it takes long. A
// shard that is stopping hears nothing more from itself and settles it at once.
func (s *shard) begin(child *lane.Box) {
	switch {
	case s.stopping:
		s.kin.SettleAll(s.box.Executor(), child)
	case !s.kin.Settle(s.box.Executor(), child):
		s.settling = append(s.settling, child)
		if len(s.settling) == 1 {
			s.goOn()
		}
	}
}

// goOn makes the shard come back to what is not settled yet.
func (s *shard) goOn() {
	if len(s.settling) > 0 {
		s.box.Post(nil, lane.Item{Op: lane.OpSettle})
	}
}

func (s *shard) onSettle() {
	if len(s.settling) == 0 {
		return
	}
	child := s.settling[0]
	s.settling = s.settling[1:]
	if !s.kin.Settle(s.box.Executor(), child) {
		s.settling = append(s.settling, child)
	}
	s.goOn()
}

func (s *shard) onStopping() {
	s.stopping = true
	for _, child := range s.settling {
		s.kin.SettleAll(s.box.Executor(), child)
	}
	s.settling = nil
}
