package netio

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/gobwas/ws"
)

// maxResponse bounds what a client reads until its handshake is done.
const maxResponse = 16 << 10

// ClientOptions say what a client wants.
type ClientOptions struct {
	// URL names transport and peer: ws and wss are WebSocket; rs (or tcp), rss
	// (or tcps) and unix (with the path of the socket) are RawSocket.
	URL string
	// Subprotocols in order of preference, at least one; RawSocket offers the
	// first one only.
	Subprotocols []string
	// Header has further fields for the request of a WebSocket, for example
	// Cookie or Origin.
	Header http.Header
	// MaxMessage is the longest message in bytes that will be read; zero means
	// [DefaultMaxMessage].
	MaxMessage int
	// TLS is used for wss and rss; nil means the defaults, with the host of the
	// URL as the name to verify.
	TLS *tls.Config
}

func (o *ClientOptions) validate() (*url.URL, error) {
	if len(o.Subprotocols) == 0 {
		return nil, errors.New("netio: client without subprotocols")
	}
	if o.MaxMessage <= 0 {
		o.MaxMessage = DefaultMaxMessage
	}
	u, err := url.Parse(o.URL)
	if err != nil {
		return nil, fmt.Errorf("netio: %w", err)
	}
	if _, ok := schemes[u.Scheme]; !ok {
		return nil, fmt.Errorf("netio: unknown scheme in %q", o.URL)
	}
	return u, nil
}

type scheme struct {
	network, port string
	tls, raw      bool
}

var schemes = map[string]scheme{
	"ws":   {network: "tcp", port: "80"},
	"wss":  {network: "tcp", port: "443", tls: true},
	"rs":   {network: "tcp", raw: true},
	"tcp":  {network: "tcp", raw: true},
	"rss":  {network: "tcp", tls: true, raw: true},
	"tcps": {network: "tcp", tls: true, raw: true},
	"unix": {network: "unix", raw: true},
}

// Dial connects to a router and does the client's side of the handshake. The
// context ends both, and means nothing afterwards. The connection is the
// caller's; on an error there is none.
func Dial(ctx context.Context, o ClientOptions) (Conn, Handshake, error) {
	u, err := o.validate()
	if err != nil {
		return nil, Handshake{}, err
	}
	c, err := connect(ctx, u, o.TLS)
	if err != nil {
		return nil, Handshake{}, fmt.Errorf("netio: dial: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	h, err := ClientHandshake(c, o)
	if !stop() {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = c.Close()
		return nil, Handshake{}, err
	}
	return c, h, nil
}

func connect(ctx context.Context, u *url.URL, config *tls.Config) (Conn, error) {
	s := schemes[u.Scheme]
	address := u.Path
	if s.network == "tcp" {
		port := u.Port()
		if port == "" {
			port = s.port
		}
		address = net.JoinHostPort(u.Hostname(), port)
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, s.network, address)
	if err != nil {
		return nil, err
	}
	conn, err := NewSocket(c)
	if err != nil || !s.tls {
		return conn, err
	}
	return ClientTLS(conn, clientTLS(config, u.Hostname(), s.raw)), nil
}

// clientTLS fills in what the URL says.
func clientTLS(config *tls.Config, host string, raw bool) *tls.Config {
	if config == nil {
		config = &tls.Config{}
	}
	c := whole(config)
	if c.ServerName == "" {
		c.ServerName = host
	}
	if c.NextProtos == nil && !raw {
		c.NextProtos = []string{"http/1.1"}
	}
	return c
}

// ClientHandshake does the client's side of the handshake on a connection that
// is already there. It blocks until it is done or the deadline passes that the
// caller has set on c. A refusal is a *[HandshakeError].
func ClientHandshake(c Conn, o ClientOptions) (Handshake, error) {
	u, err := o.validate()
	if err != nil {
		return Handshake{}, err
	}
	if schemes[u.Scheme].raw {
		return requestRawSocket(c, &o)
	}
	return requestUpgrade(c, u, &o)
}

type stream struct {
	io.Reader
	io.Writer
}

func requestUpgrade(c Conn, u *url.URL, o *ClientOptions) (Handshake, error) {
	d := ws.Dialer{Protocols: o.Subprotocols}
	if len(o.Header) > 0 {
		d.Header = ws.HandshakeHeaderHTTP(o.Header)
	}
	rest, agreed, err := d.Upgrade(stream{io.LimitReader(c, maxResponse), c}, u)
	if status, ok := errors.AsType[ws.StatusError](err); ok {
		return Handshake{}, &HandshakeError{Status: int(status), Text: "refused by the peer"}
	}
	if err != nil {
		return Handshake{}, fmt.Errorf("netio: handshake: %w", err)
	}
	h := Handshake{
		Framing: framingOf(agreed.Protocol), Subprotocol: agreed.Protocol,
		MaxSend: NoLimit, MaxReceive: o.MaxMessage,
	}
	if rest != nil {
		b, _ := rest.Peek(rest.Buffered())
		h.Rest = bytes.Clone(b)
		ws.PutReader(rest)
	}
	if h.Subprotocol == "" {
		return Handshake{}, &HandshakeError{Text: "peer chose no subprotocol"}
	}
	return h, nil
}
