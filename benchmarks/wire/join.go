package wire

import (
	"context"
	"crypto/tls"
	"fmt"
	"math"
	"time"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// Target is the router, and how to talk to it.
type Target struct {
	// URL as [netio.ClientOptions] has it.
	URL        string
	Realm      wamp.URI
	Serializer codec.Serializer
	// Batched takes the batched subprotocol of WebSocket: what is flushed together
	// then leaves in one WebSocket message of up to 64 KiB.
	Batched bool
	TLS     *tls.Config
	// MaxMessage is the longest message in bytes that is accepted; zero means
	// the default of netio.
	MaxMessage int
	// Dial makes the connection, in place of the network: for routers in the
	// same process. Nil means the network.
	Dial func(ctx context.Context) (netio.Conn, error)
}

// backlogMessages does not bound: [Session.Backlog] is for that.
const backlogMessages = math.MaxInt

// Join connects and joins the realm as an anonymous session. ctx ends the
// attempt, and means nothing afterwards.
func Join(ctx context.Context, t Target) (*Session, error) {
	c, h, err := t.connect(ctx)
	if err != nil {
		return nil, err
	}
	s := &Session{conn: c, framing: h.Framing, serializer: t.Serializer, maxSend: h.MaxSend}
	s.out = netio.NewOutbox(c, netio.Limits{Bytes: backlogBytes, Messages: backlogMessages}, nil)
	s.out.BatchMasked(h.Framing, h.MaxSend)
	s.reader = netio.NewReader(c, netio.ReaderOptions{
		Framing: h.Framing, Role: netio.Client, MaxMessage: h.MaxReceive, Rest: h.Rest,
	})
	if err := s.hello(ctx, t.Realm); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (t *Target) connect(ctx context.Context) (netio.Conn, netio.Handshake, error) {
	subprotocol := t.Serializer.Subprotocol()
	if t.Batched {
		subprotocol = t.Serializer.BatchedSubprotocol()
	}
	o := netio.ClientOptions{
		URL: t.URL, Subprotocols: []string{subprotocol}, MaxMessage: t.MaxMessage, TLS: t.TLS,
	}
	if t.Dial == nil {
		return netio.Dial(ctx, o)
	}
	c, err := t.Dial(ctx)
	if err != nil {
		return nil, netio.Handshake{}, err
	}
	defer until(ctx, c)()
	h, err := netio.ClientHandshake(c, o)
	if err != nil {
		_ = c.Close()
		return nil, h, ended(ctx, err)
	}
	return c, h, nil
}

// hello goes from HELLO to WELCOME.
func (s *Session) hello(ctx context.Context, realm wamp.URI) error {
	details, err := s.serializer.AppendValue(nil, wamp.Dict{"roles": roles, "authmethods": []string{"anonymous"}})
	if err != nil {
		return err
	}
	s.Append(&wamp.Message{Type: wamp.Hello, URI: []byte(realm), Dict: details})
	if err := s.Flush(); err != nil {
		return err
	}
	m, err := s.Receive(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("wire: join: %w", err)
	case m.Type != wamp.Welcome:
		return fmt.Errorf("wire: join: %w", refusal(s.serializer, m))
	}
	return nil
}

var roles = wamp.Dict{
	"publisher":  features("publisher_exclusion"),
	"subscriber": features("pattern_based_subscription"),
	"caller":     wamp.Dict{},
	"callee":     features("shared_registration"),
}

func features(names ...string) wamp.Dict {
	d := wamp.Dict{}
	for _, name := range names {
		d[name] = true
	}
	return wamp.Dict{"features": d}
}

// Ask sends a request and waits for the reply, which is a copy. It serves what
// is asked before [Session.Serve]: nothing else may arrive meanwhile. An ERROR
// is an error.
func (s *Session) Ask(ctx context.Context, m *wamp.Message) (*wamp.Message, error) {
	replies, err := s.AskAll(ctx, m)
	if err != nil {
		return nil, err
	}
	return replies[0], nil
}

// AskAll sends requests of which none depends on the others, and waits for all
// replies, in the order of the requests.
func (s *Session) AskAll(ctx context.Context, requests ...*wamp.Message) ([]*wamp.Message, error) {
	index := make(map[wamp.ID]int, len(requests))
	for i, m := range requests {
		index[s.Request(m)] = i
	}
	if err := s.Flush(); err != nil {
		return nil, err
	}
	replies := make([]*wamp.Message, len(requests))
	for range requests {
		m, err := s.Receive(ctx)
		if err != nil {
			return nil, err
		}
		i, ok := index[m.Request]
		if !ok || m.Type == wamp.ErrorMessage || m.Type == wamp.Abort || m.Type == wamp.Goodbye {
			return nil, refusal(s.serializer, m)
		}
		replies[i] = m
	}
	return replies, nil
}

// Refusal is an answer that was not what was hoped for: ERROR, ABORT, GOODBYE.
type Refusal struct{ text string }

// Error returns the message type, its URI and the text that came with it.
func (r *Refusal) Error() string { return r.text }

func refusal(s codec.Serializer, m *wamp.Message) error {
	text := fmt.Sprintf("router sent %v", m.Type)
	if len(m.URI) > 0 {
		text += " " + string(m.URI)
	}
	if d, err := s.DecodeDict(m.Dict); err == nil {
		if message, ok := d["message"].(string); ok {
			text += ": " + message
		}
	}
	return &Refusal{text}
}

// until makes what waits on c end with ctx, and returns how to undo that.
func until(ctx context.Context, c netio.Conn) (undo func()) {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		_ = c.SetReadDeadline(time.Unix(1, 0))
	})
	return func() {
		if !stop() {
			<-done
			_ = c.SetReadDeadline(time.Time{})
		}
	}
}
