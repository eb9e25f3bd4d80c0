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
	children map[string]offspring
	settling []offspring
	stopping bool
	// props are what all children of a kind share, and spawning is the one of them
	// that is being spawned.
	props    map[*lane.Kin]*actor.Props
	spawning *lane.Child
}

// offspring is a child that was spawned. Names are told to protoactor only.
type offspring struct {
	*lane.Kin
	box *lane.Box
}

// New returns the mailbox of a shard, and the Props of its actor.
func New(env *lane.Env) (*lane.Box, *actor.Props) {
	s := &shard{env: env, children: map[string]offspring{}, props: map[*lane.Kin]*actor.Props{}}
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
	s.spawning = child
	var pid *actor.PID
	var err error
	child.Box.Hold(s.box.Executor(), func() { pid, err = c.SpawnNamed(s.propsOf(child.Kin), child.Name) })
	s.spawning = nil
	if err != nil {
		s.env.Log.Error().Err(err).Str("actor", child.Name).Msg("spawn failed")
		child.GiveUp(s.box.Executor())
		return
	}
	s.children[pid.Id] = offspring{child.Kin, child.Box}
}

// propsOf returns the Props of the children of a kind. Props of their own would
// take more memory than many a small actor.
func (s *shard) propsOf(kin *lane.Kin) *actor.Props {
	p := s.props[kin]
	if p == nil {
		p = s.env.Shared(kin, func() *lane.Box { return s.spawning.Box })
		s.props[kin] = p
	}
	return p
}

func (s *shard) onTerminated(who *actor.PID) {
	child, ok := s.children[who.Id]
	if !ok {
		return
	}
	delete(s.children, who.Id)
	child.box.Close()
	s.begin(child)
}

// begin settles a child, and comes back to it after others if it takes long. A
// shard that is stopping hears nothing more from itself and settles it at once.
func (s *shard) begin(child offspring) {
	switch {
	case s.stopping:
		child.SettleAll(s.box.Executor(), child.box)
	case !child.Settle(s.box.Executor(), child.box):
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
	if !child.Settle(s.box.Executor(), child.box) {
		s.settling = append(s.settling, child)
	}
	s.goOn()
}

func (s *shard) onStopping() {
	s.stopping = true
	for _, child := range s.settling {
		child.SettleAll(s.box.Executor(), child.box)
	}
	s.settling = nil
}
