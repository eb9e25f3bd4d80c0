package client

import (
	"context"

	"github.com/callboard-wamp/callboard/netio"
)

// Dial connects to a router and joins a realm. The scheme of the URL says how:
// ws://host:port/path and wss are WebSocket; tcp://host:port, tcps and
// unix:///path.sock are RawSocket. ctx ends the attempt and means nothing
// afterwards. A refusal by the router is an [*Error], with the reason as URI.
func Dial(ctx context.Context, url string, o Options) (*Session, error) {
	r, err := DialRaw(ctx, url, o)
	if err != nil {
		return nil, err
	}
	return Join(ctx, r, o)
}

// DialRaw connects as [Dial] does, but joins nothing. Of the options it uses
// those of the transport.
func DialRaw(ctx context.Context, url string, o Options) (*Raw, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	c, h, err := netio.Dial(ctx, o.netio(url))
	if err != nil {
		return nil, err
	}
	return NewRaw(c, o.transport(h)), nil
}

// Handshake does the transport's handshake that [DialRaw] does, over a
// connection that is already there, and takes it over.
func Handshake(ctx context.Context, c netio.Conn, url string, o Options) (*Raw, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(longAgo) })
	h, err := netio.ClientHandshake(c, o.netio(url))
	if !stop() {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return NewRaw(c, o.transport(h)), nil
}

func (o *Options) transport(h netio.Handshake) Transport {
	return Transport{
		Framing: h.Framing, Serializer: o.Serializer,
		MaxMessage: h.MaxReceive, MaxSend: h.MaxSend, Rest: h.Rest,
	}
}
