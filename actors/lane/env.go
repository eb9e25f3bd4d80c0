package lane

import (
	"net"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/actors/timer"
	"github.com/callboard-wamp/callboard/netio"
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
	// Started is when the router was made.
	Started time.Time
	// Counters count what the router did and what it dropped.
	Counters Counters
	// Outboxes say how many messages went to sockets, and in how many writes.
	Outboxes Outboxes
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

	guards  map[supervisor.Kind]*supervisor.GuardOptions
	boxes   map[supervisor.Kind]*mailbox.Options[Item]
	buffers mailbox.Buffers[Item]
}

// Inject gives a test's fault the chance to strike.
func (e *Env) Inject(kind supervisor.Kind, it *Item) {
	if e.Fault != nil {
		e.Fault(kind, it)
	}
}

// Elapsed is the time since the router was made, by which timeouts are counted.
func (e *Env) Elapsed() time.Duration { return e.Now().Sub(e.Started) }

// Limits bound what peers may use: each session and connection, unless a comment
// says otherwise. Every refusal says which limit it was.
type Limits struct {
	Subscriptions      int           `yaml:"subscriptions" range:"1..1000000"`
	Registrations      int           `yaml:"registrations" range:"1..1000000"`
	RealmSubscriptions int           `yaml:"realm_subscriptions" range:"1..100000000"`   // of all sessions of a realm
	RealmRegistrations int           `yaml:"realm_registrations" range:"1..100000000"`   // of all sessions of a realm
	WildcardShapes     int           `yaml:"wildcard_shapes" range:"1..65536"`           // of a realm, see [pattern.Shapes]
	OpenCalls          int           `yaml:"open_calls" range:"1..1000000"`              // as caller and as callee each
	HeldBytes          int           `yaml:"held_bytes" unit:"bytes" range:"1KiB..1GiB"` // events held until SUBSCRIBED is written
	QueuedCalls        int           `yaml:"queued_calls" range:"1..1000000"`            // of one registration, for a callee with a free place
	QueueTime          time.Duration `yaml:"queue_time" range:"1ms..24h"`                // of each of them
	Testaments         int           `yaml:"testaments" range:"1..100000"`
	TestamentBytes     int           `yaml:"testament_bytes" unit:"bytes" range:"1KiB..1GiB"`
	OutboxBytes        int           `yaml:"outbox_bytes" unit:"bytes" range:"1KiB..1GiB"`
	OutboxMessages     int           `yaml:"outbox_messages" range:"1..10000000"`
	EarlyConnections   int           `yaml:"early_connections" range:"1..1000000"` // of the router, before WELCOME
	EarlyPerAddress    int           `yaml:"early_per_address" range:"1..1000000"` // of one remote address, before WELCOME
	HelloTimeout       time.Duration `yaml:"hello_timeout" range:"1ms..1h"`
	HandshakeTimeout   time.Duration `yaml:"handshake_timeout" range:"1ms..1h"`
	GoodbyeGrace       time.Duration `yaml:"goodbye_grace" range:"1ms..1h"`
	WriteStall         time.Duration `yaml:"write_stall" range:"1ms..24h"`
	PingInterval       time.Duration `yaml:"ping_interval" range:"1ms..24h"`
	PongWait           time.Duration `yaml:"pong_wait" range:"1ms..24h"`
	PingTries          int           `yaml:"ping_tries" range:"1..100"`
	ControlFrames      int           `yaml:"control_frames" range:"1..1000000"` // in a second, without an answer
	LingerTime         time.Duration `yaml:"linger_time" range:"1ms..1m"`
	LingerBytes        int           `yaml:"linger_bytes" unit:"bytes" range:"1KiB..64MiB"`
	MaxMessage         int           `yaml:"max_message" unit:"bytes" range:"4KiB..16MiB"`
	MaxEarlyMessage    int           `yaml:"max_early_message" unit:"bytes" range:"1KiB..16MiB"` // before WELCOME
}

// KeepAlive is how TCP finds out that a peer is gone: in the time that the pings
// of WebSocket take.
func (l *Limits) KeepAlive() net.KeepAliveConfig {
	return net.KeepAliveConfig{Enable: true, Idle: l.PingInterval, Interval: l.PongWait, Count: l.PingTries}
}

// DefaultLimits are the limits without configuration.
func DefaultLimits() Limits {
	return Limits{
		Subscriptions: 10_000, Registrations: 10_000, RealmSubscriptions: 1_000_000, RealmRegistrations: 100_000, WildcardShapes: 256,
		OpenCalls: 16_384, HeldBytes: 16 << 20, QueuedCalls: 1024, QueueTime: 30 * time.Second, Testaments: 64, TestamentBytes: 256 << 10,
		OutboxBytes: netio.DefaultOutboxBytes, OutboxMessages: netio.DefaultOutboxMessages,
		EarlyConnections: 1024, EarlyPerAddress: 64,
		HelloTimeout: 5 * time.Second, HandshakeTimeout: 10 * time.Second, GoodbyeGrace: 2 * time.Second,
		WriteStall: 10 * time.Second, PingInterval: 20 * time.Second, PongWait: 10 * time.Second, PingTries: 2, ControlFrames: 100,
		LingerTime: time.Second, LingerBytes: 1 << 20,
		MaxMessage: 4 << 20, MaxEarlyMessage: 16 << 10,
	}
}
