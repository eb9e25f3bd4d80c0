package faulty

import (
	"bytes"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// peer is one connection. The router's mutex guards what is not set by run
// before the first message.
type peer struct {
	router     *Router
	conn       netio.Conn
	framing    netio.Framing
	serializer codec.Serializer

	events uint64
	held   *wamp.Message // waits for the next event
	before wamp.Payload  // arguments of the last call
}

// run serves the connection until it ends.
func (p *peer) run() {
	defer p.gone()
	h, err := netio.Accept(p.conn, netio.AcceptOptions{Subprotocols: subprotocols})
	if err != nil {
		return
	}
	p.framing = h.Framing
	p.serializer, _ = codec.BySubprotocol(h.Subprotocol)
	in := netio.NewReader(p.conn, netio.ReaderOptions{Framing: h.Framing, MaxMessage: h.MaxReceive, Rest: h.Rest})
	defer in.Close()
	for {
		f, ok, err := in.Next()
		switch {
		case err != nil:
			return
		case !ok:
			if in.Fill() != nil {
				return
			}
		case f.Kind == netio.Message:
			m := new(wamp.Message)
			if p.serializer.Parse(bytes.Clone(f.Data), m) != nil || !p.serve(m) {
				return
			}
		}
	}
}

// gone takes the peer out of everything.
func (p *peer) gone() {
	r := p.router
	_ = p.conn.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.peers, p)
	kept := r.topics[:0]
	for _, t := range r.topics {
		if t.to != p {
			kept = append(kept, t)
		}
	}
	r.topics = kept
	for uri, to := range r.procedures {
		if to == p {
			delete(r.procedures, uri)
		}
	}
}

// send writes at once. Generators read all the time, so it does not wait for long.
func (p *peer) send(m *wamp.Message) {
	b := p.serializer.Append(nil, m)
	_, _ = p.conn.Write(netio.AppendTrailer(append(netio.AppendHeader(nil, p.framing, len(b)), b...), p.framing))
}

// serve says whether the session goes on.
func (p *peer) serve(m *wamp.Message) bool {
	r := p.router
	request := m.Type == wamp.Publish || m.Type == wamp.Call
	if request && r.faults.Block != nil {
		r.faults.Block()
	}
	if m.Type == wamp.Hello && r.faults.Greet != nil {
		r.faults.Greet()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if request {
		if r.requests++; r.faults.Cut > 0 && r.requests == r.faults.Cut {
			return false
		}
	}
	return p.answer(m)
}

// greet answers HELLO.
func (p *peer) greet() bool {
	r := p.router
	r.last++
	r.hellos++
	switch {
	case every(r.hellos, r.faults.Slam):
		return false
	case every(r.hellos, r.faults.Abort):
		p.send(&wamp.Message{Type: wamp.Abort, URI: []byte(wamp.ErrNoSuchRealm)})
		return false
	}
	roles, _ := p.serializer.AppendValue(nil, wamp.Dict{"roles": wamp.Dict{"broker": wamp.Dict{}, "dealer": wamp.Dict{}}})
	p.send(&wamp.Message{Type: wamp.Welcome, Request: r.last, Dict: roles})
	return true
}

func (p *peer) answer(m *wamp.Message) bool {
	r := p.router
	switch m.Type {
	case wamp.Hello:
		return p.greet()
	case wamp.Goodbye:
		p.send(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseGoodbyeAndOut)})
		return false
	case wamp.Subscribe:
		r.topics = append(r.topics, topic{string(m.URI), m.Match, p})
		p.send(&wamp.Message{Type: wamp.Subscribed, Request: m.Request, ID: wamp.ID(len(r.topics))})
	case wamp.Register:
		r.procedures[string(m.URI)] = p
		p.send(&wamp.Message{Type: wamp.Registered, Request: m.Request, ID: wamp.ID(len(r.procedures))})
	case wamp.Publish:
		r.publish(p, m)
	case wamp.Call:
		r.call(p, m)
	case wamp.Yield:
		r.yield(p, m)
	}
	return true
}
