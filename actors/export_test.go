package actors

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
)

// SetFault calls f with each item before an actor handles it; f may panic.
func (c *Config) SetFault(f func(kind supervisor.Kind, it *lane.Item)) { c.fault = f }

// Registry counts the router's actors.
func (r *Router) Registry() *supervisor.Registry { return r.env.Registry }

// System is the actor system that the router lives in.
func (r *Router) System() *actor.ActorSystem { return r.system }
