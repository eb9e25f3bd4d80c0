package supervisor

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/asynkron/protoactor-go/actor"
)

// ErrGoexit is the value of the PanicInfo for a runtime.Goexit in an actor.
var ErrGoexit = errors.New("runtime.Goexit called in an actor")

// GuardOptions say whom a Guard guards. One value may serve many actors, except
// when it has a Strategy.
type GuardOptions struct {
	// Kind is the kind of the actor.
	Kind Kind
	// Report is told of the panics that must not reach the supervisor.
	Report Reporter
	// Registry counts the actor. nil means none.
	Registry *Registry
	// Strategy is the one the actor supervises its children with: it forgets
	// those that have terminated, is reset when the actor restarts, and closed
	// when it stops.
	Strategy *Strategy
}

// Guard wraps one incarnation of an actor; call it in the producer of its
// Props. A panic of next goes on as *PanicInfo, with the stack.
//
// The panic of an incarnation that is ending (from Stopping or Restarting on,
// so also in Terminated of its last child) is swallowed and reported with the
// directive Ignore: protoactor would restart an actor that was to stop, or leave
// its parent waiting for ever.
func Guard(next actor.Actor, o *GuardOptions) actor.Actor { return Guards(next, o)() }

// Guards is Guard for an actor without state of its own that is the behaviour of
// many: it returns the producer of their Props.
func Guards(next actor.Actor, o *GuardOptions) actor.Producer {
	g := &guarded{next, o}
	return func() actor.Actor { return &guard{guarded: g} }
}

// guarded is what the guards of one behaviour share.
type guarded struct {
	next actor.Actor
	o    *GuardOptions
}

type guard struct {
	*guarded
	counted bool // by the Registry, as alive
	ending  bool
}

// Receive passes the message on.
func (g *guard) Receive(c actor.Context) {
	ok := false
	message := c.Message()
	defer func() {
		if !ok {
			g.caught(recover(), c.Self(), message)
		}
	}()
	g.before(c, message)
	g.next.Receive(c)
	ok = true
}

func (g *guard) before(c actor.Context, message any) {
	switch m := message.(type) {
	case *actor.Started:
		g.counted = true
		g.o.Registry.started(g.o.Kind, c.Self())
	case *actor.Stopping:
		g.ending = true
		if g.o.Strategy != nil {
			g.o.Strategy.Close()
		}
	case *actor.Restarting:
		g.ending = true
		g.gone()
		if g.o.Strategy != nil {
			g.o.Strategy.Reset()
		}
	case *actor.Stopped:
		g.ending = true
		g.gone()
		g.o.Registry.stopped(g.o.Kind, c.Self())
	case *actor.Terminated:
		if g.o.Strategy != nil {
			g.o.Strategy.Forget(m.Who)
		}
	}
}

func (g *guard) gone() {
	if g.counted {
		g.counted = false
		g.o.Registry.gone(g.o.Kind)
	}
}

// caught deals with a panic, or with runtime.Goexit, whose value is nil.
func (g *guard) caught(value any, self *actor.PID, message any) {
	info, ok := value.(*PanicInfo)
	if !ok {
		if value == nil {
			value = ErrGoexit
		}
		info = &PanicInfo{Kind: g.o.Kind, Value: value, Stack: debug.Stack(), Message: fmt.Sprintf("%T", message)}
	}
	if !g.ending {
		panic(info)
	}
	f := newFailure(g.o.Kind, self, info, nil)
	f.Directive = Ignore
	g.o.Registry.failed(f)
	g.o.Report.report(f)
}
