package benchmarks

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks/wire"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// Bounds of a run.
const (
	MaxDuration = time.Hour
	MaxSessions = 20_000
	MinSize     = wire.StampSize
	MaxSize     = 15 << 20
	MaxWindow   = 1 << 16
	MaxThings   = 1_000_000 // topics, patterns or procedures
	maxInFlight = 256 << 20 // bytes of one sender
)

// Options say what is run against which router. Zero means the default; those of
// numbers depend on the scenario, see [Scenarios].
type Options struct {
	// Scenario is one of [Scenarios].
	Scenario string

	// URL of the router: ws://host:port/path, wss, tcp://host:port (RawSocket),
	// tcps or unix:///path. The default is Callboard's on this machine.
	URL string
	// Transport is ws or rawsocket, and chooses the default of URL; if both are
	// given they must agree.
	Transport string
	Realm     wamp.URI // "realm1"
	// Serializers are taken by the sessions in turn, so that with two of them the
	// sides of every pair differ; none means JSON.
	Serializers []codec.Serializer
	// Batched takes the batched subprotocols of WebSocket. What a session sends at a
	// time is then one WebSocket message.
	Batched bool
	TLS     *tls.Config
	// Dial makes connections in place of the network, for a router in the same
	// process; URL then says which handshake is done.
	Dial func(ctx context.Context) (netio.Conn, error)

	// Clients are pairs, subscribers, callers, workers or sessions, as the
	// scenario has it. The others have a meaning in some scenarios only, which
	// [Scenario.Ignores] tells; elsewhere they are not looked at.
	Clients    int
	Publishers int
	Topics     int
	Callees    int
	Patterns   int
	// Procedures that each caller calls in turn, all callers together; at least
	// one for each caller.
	Procedures int
	// Idle are further sessions that are held and do nothing.
	Idle int
	// Flux is how many pattern subscriptions come and go in a second meanwhile;
	// they match nothing that is published.
	Flux float64
	// Relay says that the other end is no router but the relay of
	// benchmarks/relay: the floor below every router. Only pubsub, fanout, rpc and
	// latency have one.
	Relay bool
	// Size of the payload's text in bytes; 16 at least.
	Size int
	// Window is how many messages each sender may have under way (closed loop).
	Window int
	// Rate is how many messages all senders together send in a second, whatever
	// comes back (open loop): latencies count from when a message was due. Zero
	// means a closed loop.
	Rate float64
	// Acknowledge publications; the window then waits for PUBLISHED, too.
	Acknowledge bool

	// Duration is the measured time, after Warmup.
	Duration time.Duration
	Warmup   time.Duration
	// Messages ends the run when so many were sent, rounded up to a multiple of
	// the senders; nothing is then warmed up. Zero means no such end.
	Messages uint64

	// Patience is how long nothing may arrive, while something is missing, until
	// the run gives up; 5 s.
	Patience time.Duration

	// PID is the router's process, whose processor time is measured (Linux).
	PID int
	// Progress is called when a phase begins and some times a second, by one
	// goroutine.
	Progress func(Progress)

	begin, end func() // for benchmarks: around what is measured
}

// Progress is how far a run is.
type Progress struct {
	Phase string // "connecting", "warming up", "measuring", "waiting for the rest"
	// Done of Total of the measured time.
	Done, Total time.Duration
	// Rate is operations per second, of late.
	Rate float64
}

// Defaults of [Options].
const (
	defaultDuration = 5 * time.Second
	defaultWarmup   = time.Second
	defaultPatience = 5 * time.Second
	defaultWindow   = 16
	defaultWS       = "ws://127.0.0.1:8080/ws"
	defaultRaw      = "tcp://127.0.0.1:8081"
)

// complete fills in the defaults. An error is about what the caller asked for.
func (o *Options) complete() (*scenario, error) {
	s, err := lookup(o.Scenario)
	if err != nil {
		return nil, err
	}
	o.Realm = either(o.Realm, "realm1")
	if len(o.Serializers) == 0 {
		o.Serializers = []codec.Serializer{codec.JSON}
	}
	o.Size = either(o.Size, MinSize)
	o.Duration = either(o.Duration, defaultDuration)
	o.Warmup = either(o.Warmup, defaultWarmup)
	o.Patience = either(o.Patience, defaultPatience)
	if o.Messages > 0 || o.Warmup < 0 {
		o.Warmup = 0
	}
	d := s.defaults
	o.Clients = either(o.Clients, d.Clients)
	o.Publishers = either(o.Publishers, d.Publishers)
	o.Topics = either(o.Topics, d.Topics)
	o.Callees = either(o.Callees, d.Callees)
	o.Patterns = either(o.Patterns, d.Patterns)
	if s.means("procedures") {
		o.Procedures = max(o.Procedures, o.Clients)
	}
	o.Window = either(o.Window, either(d.Window, defaultWindow))
	if err := o.transport(); err != nil {
		return nil, err
	}
	if !s.means("messages") && o.Messages > 0 {
		return nil, fmt.Errorf("scenario %s does not end after a number of messages", o.Scenario)
	}
	return s, o.validate()
}

func either[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// transport makes URL and Transport agree.
func (o *Options) transport() error {
	if o.URL == "" {
		switch o.Transport {
		case "", "ws":
			o.URL = defaultWS
		case "rawsocket":
			o.URL = defaultRaw
		default:
			return fmt.Errorf("transport %q: ws and rawsocket are known", o.Transport)
		}
	}
	u, err := url.Parse(o.URL)
	if err != nil {
		return err
	}
	kind, ok := map[string]string{
		"ws": "ws", "wss": "ws", "tcp": "rawsocket", "tcps": "rawsocket", "rs": "rawsocket", "rss": "rawsocket", "unix": "rawsocket",
	}[u.Scheme]
	if !ok {
		return fmt.Errorf("url %s: not of the form ws://host:port/path, tcp://host:port, wss:// or tcps:// likewise, or unix:///path", o.URL)
	}
	if o.Transport != "" && o.Transport != kind {
		return fmt.Errorf("url %s is not of transport %s", o.URL, o.Transport)
	}
	o.Transport = kind
	return nil
}

// relayed are the scenarios that a relay has.
var relayed = []string{"fanout", "latency", "pubsub", "rpc"}

// sessions is how many the run opens, without the few that come and go.
func (o *Options) sessions() int {
	n := o.Clients + o.Publishers + o.Callees + o.Idle
	if o.Scenario == "pubsub" {
		n += o.Clients
	}
	return n
}

func unknown(s codec.Serializer) bool {
	_, ok := codec.ByName(s.String())
	return !ok
}

func (o *Options) validate() error {
	for _, c := range []struct {
		bad  bool
		text string
	}{
		{slices.ContainsFunc(o.Serializers, unknown), "no such serializer"},
		{o.Clients < 0 || o.Publishers < 0 || o.Topics < 0 || o.Callees < 0 || o.Patterns < 0 || o.Procedures < 0 || o.Idle < 0,
			"numbers are not negative"},
		{o.Batched && o.Transport != "ws", "batches are of WebSocket alone"},
		{o.Dial == nil && o.sessions() > MaxSessions, fmt.Sprintf("more than %d sessions", MaxSessions)},
		{!(o.Flux >= 0 && o.Flux <= 100_000), "flux is from 0 to 100000 a second"},
		{o.Relay && !slices.Contains(relayed, o.Scenario), "a relay has only the scenarios " + strings.Join(relayed, ", ")},
		{o.Relay && (o.Topics > 1 || o.Procedures > o.Clients || o.Acknowledge || o.Flux > 0 || o.Transport != "rawsocket" || len(o.Serializers) > 1),
			"a relay has one topic, one procedure for each caller, one serializer, RawSocket, and nothing to acknowledge"},
		{o.Topics > MaxThings || o.Patterns > MaxThings || o.Procedures > MaxThings, fmt.Sprintf("more than %d topics, patterns or procedures", MaxThings)},
		{o.Size < MinSize || o.Size > MaxSize, fmt.Sprintf("size is from %d to %d bytes", MinSize, MaxSize)},
		{o.Window < 1 || o.Window > MaxWindow, fmt.Sprintf("window is from 1 to %d", MaxWindow)},
		{o.Window*o.Size > maxInFlight, "window times size is more than 256 MiB for each sender"},
		{!(o.Rate >= 0 && o.Rate <= 10_000_000), "rate is from 0 to 10000000 a second"},
		{o.Duration <= 0 || o.Duration > MaxDuration || o.Warmup > MaxDuration || o.Patience <= 0 || o.Patience > MaxDuration, fmt.Sprintf("times are above 0 and up to %v", MaxDuration)},
		{o.Rate > 0 && o.Messages > 0, "either a rate or a number of messages"},
	} {
		if c.bad {
			return errors.New(c.text)
		}
	}
	return nil
}
