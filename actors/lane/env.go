package lane

import (
	"net"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/actors/timer"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/rs/zerolog"
)

// Env is what every actor of one router shares. It is set up before the first
// actor is spawned and not changed afterwards.
type Env struct {
	System    *actor.ActorSystem
	Scheduler *mailbox.Scheduler
	Timers    *timer.Wheel
	Log       zerolog.Logger
	Limits    Limits
	Agent     string
	// Random returns 64 unpredictable bits; Now is the clock. Both are safe for
	// concurrent use.
	Random func() uint64
	Now    func() time.Time
	// Counters count what the router did and what it dropped.
	Counters Counters
	// Policies, Registry and Report are how failures are dealt with, counted and
	// told.
	Policies supervisor.Table
	Registry *supervisor.Registry
	Report   supervisor.Reporter
	// Fault, when set, is called with each item before it is handled. A test
	// makes it panic.
	Fault func(kind supervisor.Kind, it *Item)
	// Draining is set once the router has begun to stop.
	Draining atomic.Bool

	guards map[supervisor.Kind]*supervisor.GuardOptions
}

// Inject gives a test's fault the chance to strike.
func (e *Env) Inject(kind supervisor.Kind, it *Item) {
	if e.Fault != nil {
		e.Fault(kind, it)
	}
}

// Limits bound what one peer may use (DESIGN of the router: every refusal says
// which limit it was).
type Limits struct {
	Subscriptions      int // per session
	Registrations      int // per session
	RealmSubscriptions int // topics per realm
	RealmRegistrations int // registrations per realm
	OpenCalls          int // per session, as caller and as callee each
	HeldBytes          int // events held until SUBSCRIBED is written
	HelloTimeout       time.Duration
	HandshakeTimeout   time.Duration
	GoodbyeGrace       time.Duration
	WriteStall         time.Duration
	PingInterval       time.Duration
	PongWait           time.Duration
	PingTries          int
	LingerTime         time.Duration
	LingerBytes        int
	MaxMessage         int
	MaxEarlyMessage    int // before WELCOME
}

// KeepAlive is how TCP finds out that a peer is gone: in the time that the pings
// of WebSocket take.
func (l *Limits) KeepAlive() net.KeepAliveConfig {
	return net.KeepAliveConfig{Enable: true, Idle: l.PingInterval, Interval: l.PongWait, Count: l.PingTries}
}

// DefaultLimits are the limits without configuration.
func DefaultLimits() Limits {
	return Limits{
		Subscriptions: 10_000, Registrations: 10_000, RealmSubscriptions: 1_000_000, RealmRegistrations: 100_000,
		OpenCalls: 16_384, HeldBytes: 16 << 20,
		HelloTimeout: 5 * time.Second, HandshakeTimeout: 10 * time.Second, GoodbyeGrace: 2 * time.Second,
		WriteStall: 10 * time.Second, PingInterval: 20 * time.Second, PongWait: 10 * time.Second, PingTries: 2,
		LingerTime: time.Second, LingerBytes: 1 << 20,
		MaxMessage: 4 << 20, MaxEarlyMessage: 16 << 10,
	}
}
