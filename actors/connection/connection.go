package connection

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/actors/timer"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/supervisor"
)

// Kind is the name of this kind of actor in policies and failure reports.
const Kind = supervisor.Connection

// Options are what a connection has to know of its router and listener. Those of
// one listener share them.
type Options struct {
	Env *lane.Env
	// Realm returns the realm of this URI, or nil.
	Realm func(uri []byte) *lane.Realm
	// Start enters a session into its realm and spawns its actor, with the executor of
	// the calling goroutine.
	Start func(*mailbox.Executor, *lane.Session)
	// Readers owns the goroutines of the readers.
	Readers *supervisor.Group
	Accept  netio.AcceptOptions
}

// phase is how far the transport has come.
type phase uint8

const (
	opening phase = iota // handshake of the transport
	waiting              // for HELLO
	joined               // the session has the transport
	parting              // the router said GOODBYE and waits for the peer's
	closing              // the last word is on its way
	closed
)

// connection is the actor.
type connection struct {
	o       *Options
	env     *lane.Env
	conn    netio.Conn
	box     *lane.Box
	parent  *lane.Box
	t       *lane.Transport // set when the handshake is done
	session *lane.Session
	phase   phase
	again   bool // a session has been here before
	read    bool // the reader is done
	since   time.Time
	timer   timer.Timer
	reads   uint64
	quiet   int // checks without a sign of life
	stop    chan struct{}
	code    uint16 // the close frame's, while parting
	// settled is called once: when the first session has joined, or when the
	// connection ends without one.
	settled func()
}

// Open prepares the actor of a transport: what its parent, a shard, has to spawn,
// without a number. From here on the transport is counted, and closed whatever happens.
// settled, if not nil, is called once: when the first session has joined, or when
// the connection ends without one.
func Open(conn netio.Conn, o *Options, parent *lane.Box, settled func()) *lane.Child {
	c := &connection{o: o, env: o.Env, conn: conn, parent: parent, stop: make(chan struct{}), settled: settled}
	c.box = o.Env.NewBox(Kind, c)
	c.timer.Init(o.Env.Timers, c.tick)
	c.env.Counters.Conns.Add(1)
	return &lane.Child{Kin: kin, Box: c.box}
}

// Parent is the mailbox of the connection's shard.
func (c *connection) Parent() *lane.Box { return c.parent }

// kin is what all connections have in common.
var kin = &lane.Kin{
	Kind: Kind,
	New:  func(b *lane.Box) actor.Actor { return b.Owner().(*connection) },
	Lost: func(b *lane.Box) { b.Owner().(*connection).shut() },
}

// Receive handles what the mailbox has for the connection.
func (c *connection) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *lane.Batch:
		for it, ok := m.Next(); ok; it, ok = m.Next() {
			c.env.Inject(Kind, it)
			c.handle(it)
		}
		if c.phase == closed {
			ctx.Stop(ctx.Self())
		}
	case *actor.Started:
		c.start()
	case *actor.Stopping:
		c.lose()
		c.farewell()
		c.shut()
	}
}

// handle is the bare switch over what reader, session and timer post.
func (c *connection) handle(it *lane.Item) {
	switch it.Op {
	case lane.OpInput:
		c.onInput(it.Ext.(*lane.Input))
	case lane.OpOpened:
		c.onOpened(it.Ext.(*lane.Transport))
	case lane.OpSessionEnded:
		c.onSessionEnded(it.Session, *it.Ext.(*lane.Close))
	case lane.OpReaderDone:
		c.onReaderDone(it)
	case lane.OpTick:
		c.onTick()
	}
}

// start begins the life of the transport: its reader, and the time that the
// peer has to say what it wants.
func (c *connection) start() {
	c.since = time.Now()
	c.check(c.env.Limits.HandshakeTimeout)
	r := &reader{o: c.o, env: c.env, conn: c.conn, box: c.box, stop: c.stop}
	c.o.Readers.Go("reader", r.run, r.failed)
}

// onOpened takes over the transport that the reader's handshake made.
func (c *connection) onOpened(t *lane.Transport) {
	c.t = t
	if c.phase == opening {
		c.phase = waiting
		c.env.Outboxes.Enter(t.Outbox)
		c.check(c.env.Limits.HelloTimeout)
	}
}

// onReaderDone ends the transport: nothing more will come from the peer. A
// failure of the reader is the connection's own.
func (c *connection) onReaderDone(it *lane.Item) {
	c.read = true
	if p, ok := it.Ext.(*supervisor.PanicInfo); ok {
		failure := *p
		failure.Kind = Kind
		panic(&failure)
	}
	if c.session != nil {
		c.lose()
		return
	}
	c.shut()
}

// lose tells the session that its peer is gone.
func (c *connection) lose() {
	if c.session != nil {
		c.session.Box.Post(c.box.Executor(), lane.Item{Op: lane.OpTransportLost})
	}
}

// shut closes everything at once. It is what ends the reader, too.
func (c *connection) shut() {
	if c.phase == closed {
		return
	}
	c.phase = closed
	c.settle()
	close(c.stop)
	c.timer.Stop()
	if c.t != nil {
		c.t.Outbox.Close()
		c.env.Counters.Drop(lane.DropUnsent, uint64(c.t.Outbox.Stats().LostMessages))
		c.env.Outboxes.Leave(c.t.Outbox)
	}
	c.conn.Close()
	c.env.Counters.Conns.Add(-1)
}

// settle tells the listener that this connection is no longer an unknown one.
func (c *connection) settle() {
	if c.settled != nil {
		c.settled()
		c.settled = nil
	}
}

// check sets the one timer of the connection.
func (c *connection) check(after time.Duration) {
	c.timer.Set(after)
}

func (c *connection) tick() { c.box.Post(nil, lane.Item{Op: lane.OpTick}) }
