package faulty

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// Faults say what goes wrong. Each number n means every n-th time, 0 never.
type Faults struct {
	// Of the events of each subscriber: not delivered; delivered twice; delivered
	// behind the next one; delivered to somebody else; its session ended in place
	// of it.
	Lose, Repeat, Swap, Misdeliver, Hangup uint64
	// Of all calls: no answer; ERROR; the arguments of the call before.
	Silence, Refuse, Mistake uint64
	// Cut ends the session of a publisher or caller with its n-th message, once
	// for all sessions.
	Cut uint64
	// Of all HELLOs: answered by ABORT; the connection closed.
	Abort, Slam uint64
	// Block holds each PUBLISH and CALL back until it returns, Greet each HELLO; nil
	// does not.
	Block, Greet func()
}

// Parse reads faults as lose=7,repeat=3; the names are those of the fields.
func Parse(s string) (Faults, error) {
	var f Faults
	fields := map[string]*uint64{
		"lose": &f.Lose, "repeat": &f.Repeat, "swap": &f.Swap, "misdeliver": &f.Misdeliver, "hangup": &f.Hangup,
		"silence": &f.Silence, "refuse": &f.Refuse, "mistake": &f.Mistake, "cut": &f.Cut,
		"abort": &f.Abort, "slam": &f.Slam,
	}
	for text := range strings.SplitSeq(s, ",") {
		name, number, _ := strings.Cut(text, "=")
		n, err := strconv.ParseUint(number, 10, 64)
		if fields[name] == nil || err != nil {
			return f, fmt.Errorf("faulty: %q is no fault", text)
		}
		*fields[name] = n
	}
	return f, nil
}

// Router is one router with one realm, whatever its name. All methods may be
// called concurrently.
type Router struct {
	faults Faults
	serve  sync.WaitGroup

	mu          sync.Mutex
	closed      bool
	listener    net.Listener
	peers       map[*peer]struct{}
	topics      []topic
	procedures  map[string]*peer
	invocations map[wamp.ID]invocation
	last        wamp.ID // id of what was created last
	calls       uint64
	requests    uint64
	hellos      uint64
}

// topic is one subscription of one session.
type topic struct {
	uri   string
	match wamp.Match
	to    *peer
}

type invocation struct {
	from    *peer
	request wamp.ID
}

// New returns a router that serves nobody yet.
func New(f Faults) *Router {
	return &Router{
		faults: f, peers: map[*peer]struct{}{}, procedures: map[string]*peer{}, invocations: map[wamp.ID]invocation{},
	}
}

// Serve accepts connections until the router is closed.
func (r *Router) Serve(l net.Listener) {
	r.mu.Lock()
	r.listener = l
	r.mu.Unlock()
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		if s, err := netio.NewSocket(c); err == nil {
			r.Attach(s)
		}
	}
}

// Attach serves one connection in a goroutine.
func (r *Router) Attach(c netio.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		_ = c.Close()
		return
	}
	p := &peer{router: r, conn: c}
	r.peers[p] = struct{}{}
	r.serve.Go(p.run)
}

// Close ends everything and waits for it.
func (r *Router) Close() {
	r.mu.Lock()
	r.closed = true
	if r.listener != nil {
		_ = r.listener.Close()
	}
	for p := range r.peers {
		_ = p.conn.Close()
	}
	r.mu.Unlock()
	r.serve.Wait()
}

// subprotocols are what the router agrees to.
var subprotocols = []string{
	codec.JSON.Subprotocol(), codec.MessagePack.Subprotocol(), codec.CBOR.Subprotocol(),
	codec.JSON.BatchedSubprotocol(), codec.MessagePack.BatchedSubprotocol(), codec.CBOR.BatchedSubprotocol(),
}

// every says whether the n-th time is one of those that go wrong.
func every(n, of uint64) bool { return of > 0 && n%of == 0 }
