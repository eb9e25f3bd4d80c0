package actors

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/connection"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/supervisor"
)

// subprotocols are the WebSocket subprotocols that the router speaks.
var subprotocols = []string{
	codec.JSON.Subprotocol(), codec.MessagePack.Subprotocol(), codec.CBOR.Subprotocol(),
	codec.JSON.BatchedSubprotocol(), codec.MessagePack.BatchedSubprotocol(), codec.CBOR.BatchedSubprotocol(),
}

// Listener is an address that the router accepts connections on.
type Listener struct {
	// Net is open already; the router closes it.
	Net net.Listener
	// Accept says which transports are offered and where.
	Accept netio.AcceptOptions
	// TLS is what connections are served with; nil means without TLS. It must have
	// a certificate, or a way to get one, and is copied; [netio.CompleteTLS] says
	// what is changed. The handshake is part of that of the transport: it has the
	// same time, and a connection counts as one without a session until then.
	TLS *tls.Config
	// Exempt are addresses, such as those of a proxy, from which any number of
	// connections may be without a session. Loopback always is.
	Exempt []netip.Prefix
}

// listener is the actor of one address. Its goroutine accepts; it ends when the
// net.Listener is closed. A restarted actor goes on with the same one.
type listener struct {
	r    *Router
	l    Listener
	o    *connection.Options
	stop chan struct{}
}

// Serve accepts connections until the router is drained. It returns at once.
func (r *Router) Serve(l Listener) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.started || r.drained {
		l.Net.Close()
		return errDraining
	}
	if l.TLS != nil {
		config, err := netio.CompleteTLS(l.TLS, l.Accept.Transports)
		if err != nil {
			l.Net.Close()
			return fmt.Errorf("actors: %w", err)
		}
		l.TLS = config
	}
	o := r.options(l.Accept)
	props := actor.PropsFromProducer(func() actor.Actor {
		return r.env.Guard(supervisor.Listener, &listener{r: r, l: l, o: o, stop: make(chan struct{})})
	})
	r.system.Root.Send(r.tree.nodes.Load().listeners, &spawn{name: r.nameOf(l.Net), props: props})
	return nil
}

// nameOf is the address of a listener, numbered from the second one on that has
// the same: listeners in memory often do. The mutex is held.
func (r *Router) nameOf(l net.Listener) string {
	name := l.Addr().String()
	if r.names == nil {
		r.names = map[string]int{}
	}
	if r.names[name]++; r.names[name] > 1 {
		return name + "#" + strconv.Itoa(r.names[name])
	}
	return name
}

// accepting failed for good, or its goroutine panicked.
type acceptFailed struct{ reason any }

// Receive starts and ends the goroutine that accepts.
func (l *listener) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		self, root := c.Self(), l.r.system.Root
		l.r.readers.Go("listener", func() {
			if err := l.accept(); err != nil {
				root.Send(self, &acceptFailed{err})
			}
		}, func(p *supervisor.PanicInfo) { root.Send(self, &acceptFailed{p}) })
	case *acceptFailed:
		panic(m.reason)
	case *actor.Restarting:
		close(l.stop)
	case *actor.Stopping:
		close(l.stop)
		l.l.Net.Close()
	}
}

const (
	firstPause = 5 * time.Millisecond
	lastPause  = time.Second
)

// accept takes connections. An error that may pass, such as too many open
// files, makes it wait a little longer each time.
func (l *listener) accept() error {
	pause := firstPause
	for {
		c, err := l.l.Net.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case err != nil:
			l.r.env.Log.Warn().Err(err).Msg("accept")
			select {
			case <-time.After(pause):
			case <-l.stop:
				return nil
			}
			pause = min(2*pause, lastPause)
			continue
		}
		pause = firstPause
		l.take(c)
	}
}

// take makes a transport of an accepted connection, unless too many others have
// not yet said who they are.
func (l *listener) take(c net.Conn) {
	r, from := l.r, l.l.host(c.RemoteAddr())
	if limit := r.early.enter(from); limit != "" {
		r.env.Log.Warn().Str("remote", from).Str("limit", limit).Msg("connection refused: too many without a session")
		c.Close()
		return
	}
	if !netio.KeepsAlive(l.l.Net) {
		r.keepAlive(c)
	}
	left := func() { r.early.leave(from) }
	conn, err := netio.NewSocket(c)
	if err != nil {
		conn = netio.NewQueued(c)
	}
	if l.l.TLS != nil {
		conn = netio.ServerTLS(conn, l.l.TLS) // the handshake is the reader's
	}
	if r.attach(conn, l.o, left) != nil {
		left()
	}
}

// keepAlive lets TCP find out that a peer is gone, within the same time as the
// pings of WebSocket do: RawSocket is looked after by nothing else. A listener of
// [netio.Listen] has seen to it already, once for all of its connections.
func (r *Router) keepAlive(c net.Conn) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	err := tcp.SetKeepAliveConfig(r.env.Limits.KeepAlive())
	if err != nil {
		r.env.Log.Warn().Err(err).Msg("TCP keep-alive")
	}
}
