package relay

import (
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// Relay is one relay. All methods may be called concurrently.
type Relay struct {
	serve sync.WaitGroup

	mu       sync.RWMutex
	closed   bool
	listener net.Listener
	peers    map[*peer]struct{}
	takers   map[string][]*peer // by URI
	askers   map[uint32]*peer   // by stream
}

// New returns a relay that serves nobody yet.
func New() *Relay {
	return &Relay{peers: map[*peer]struct{}{}, takers: map[string][]*peer{}, askers: map[uint32]*peer{}}
}

// Serve accepts connections until the relay is closed. With a listener of
// [crypto/tls] the relay decrypts and encrypts, too. Its error says why it could not
// go on.
func (r *Relay) Serve(l net.Listener) error {
	r.mu.Lock()
	r.listener = l
	r.mu.Unlock()
	for {
		c, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case err != nil:
			return err
		}
		r.attach(c)
	}
}

func (r *Relay) attach(c net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := netio.NewSocket(c)
	if err != nil || r.closed {
		_ = c.Close()
		return
	}
	p := &peer{relay: r, conn: s}
	r.peers[p] = struct{}{}
	r.serve.Go(p.read)
}

// Close ends everything and waits for it.
func (r *Relay) Close() {
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

// control answers what comes before the traffic and says whether the session
// goes on.
func (r *Relay) control(p *peer, m *wamp.Message) error {
	uri := string(m.URI)
	switch m.Type {
	case wamp.Hello:
		p.answer(&wamp.Message{Type: wamp.Welcome, Request: 1})
	case wamp.Goodbye:
		p.answer(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseGoodbyeAndOut)})
		return io.EOF
	case wamp.Subscribe:
		r.take(p, uri)
		p.answer(&wamp.Message{Type: wamp.Subscribed, Request: m.Request, ID: 1})
	case wamp.Register:
		if err := r.register(p, uri); err != nil {
			return err
		}
		p.answer(&wamp.Message{Type: wamp.Registered, Request: m.Request, ID: 1})
	default:
		return errors.New("relay: no router: " + m.Type.String())
	}
	return nil
}

func (r *Relay) take(p *peer, uri string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.takers[uri] = append(r.takers[uri], p)
}

func (r *Relay) register(p *peer, uri string) error {
	if to, ok := strings.CutPrefix(uri, "relay.to."); ok {
		p.to = to
		return nil
	}
	from, ok := strings.CutPrefix(uri, "relay.from.")
	if !ok {
		r.take(p, uri)
		return nil
	}
	number, to, _ := strings.Cut(from, ".")
	stream, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return err
	}
	p.to = to
	r.mu.Lock()
	defer r.mu.Unlock()
	r.askers[uint32(stream)] = p
	return nil
}

// receivers are those of what this connection sends, looked up once.
func (r *Relay) receivers(p *peer) []*peer {
	if p.receivers == nil {
		r.mu.RLock()
		defer r.mu.RUnlock()
		p.receivers = r.takers[p.to]
	}
	return p.receivers
}

func (r *Relay) asker(stream uint32) *peer {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.askers[stream]
}

// gone takes the peer out of everything.
func (r *Relay) gone(p *peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.peers, p)
	for uri, list := range r.takers {
		kept := list[:0:0]
		for _, q := range list {
			if q != p {
				kept = append(kept, q)
			}
		}
		if r.takers[uri] = kept; len(kept) == 0 {
			delete(r.takers, uri)
		}
	}
	for stream, q := range r.askers {
		if p == q {
			delete(r.askers, stream)
		}
	}
}

// subprotocols are what the relay agrees to.
var subprotocols = []string{codec.JSON.Subprotocol(), codec.MessagePack.Subprotocol(), codec.CBOR.Subprotocol()}
