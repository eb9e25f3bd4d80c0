package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/callboard-wamp/callboard/cmd/callboard/config"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
	"github.com/spf13/cobra"
)

const (
	dialTimeout  = 10 * time.Second
	leaveTimeout = 2 * time.Second
)

// schemes of --url; wss, and tcps or rss, are over TLS.
var schemes = []string{"ws", "wss", "tcp", "tcps", "rs", "rss", "unix"}

// peer are the flags of the commands that open a session.
type peer struct {
	url, realm, serializer string
	batched                bool
	kwargs, options        []string
	timeout                time.Duration
	trust                  trust
}

func (p *peer) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&p.url, "url", "ws://127.0.0.1:8080/ws", "router: "+config.Forms)
	f.StringVar(&p.realm, "realm", "realm1", "realm to join")
	f.StringVar(&p.serializer, "serializer", "json", "json, msgpack or cbor")
	f.BoolVar(&p.batched, "batched", false, "WebSocket: take the batched subprotocol of the serializer, several messages in one frame")
	p.trust.flags(c)
	f.StringArrayVar(&p.options, "option", nil, "option of the request as `key=value`, the value as arguments are; repeatable")
}

func (p *peer) payloadFlags(c *cobra.Command) {
	c.Flags().StringArrayVar(&p.kwargs, "kwarg", nil, "keyword argument as `key=value`, the value as arguments are; repeatable")
}

func (p *peer) timeoutFlag(c *cobra.Command) {
	c.Flags().DurationVar(&p.timeout, "timeout", 0, "give up after this time, for example 5s; 0 means never")
}

// join opens the session. A wrong flag is no failure.
func (p *peer) join(ctx context.Context) (*client.Session, error) {
	s, ok := codec.ByName(p.serializer)
	if !ok {
		return nil, fmt.Errorf("--serializer %s: json, msgpack and cbor are known", p.serializer)
	}
	u, err := url.Parse(p.url)
	if err != nil || !slices.Contains(schemes, u.Scheme) {
		return nil, fmt.Errorf("--url %s: not of the form %s", p.url, config.Forms)
	}
	if p.batched && !strings.HasPrefix(u.Scheme, "ws") {
		return nil, fmt.Errorf("--batched: batches are of WebSocket alone, not of %s", p.url)
	}
	config, err := p.trust.config()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	session, err := client.Dial(ctx, p.url, client.Options{Realm: wamp.URI(p.realm), Serializer: s, Batched: p.batched, TLS: config})
	if err != nil {
		return nil, failed(fmt.Errorf("%s: %w", p.url, err))
	}
	return session, nil
}

// within bounds ctx by --timeout.
func (p *peer) within(ctx context.Context) (context.Context, context.CancelFunc) {
	if p.timeout <= 0 {
		return context.WithCancel(ctx)
	}
	text := fmt.Errorf("no answer within %v", p.timeout)
	return context.WithTimeoutCause(ctx, p.timeout, text)
}

// leave says GOODBYE, so that everything that was sent has been processed. Its
// error is the one that the session ended with, if it was open still.
func leave(s *client.Session) error {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	return s.Leave(ctx)
}

var errInterrupted = errors.New("interrupted")

// interrupted replaces the error of a context that a signal has ended.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		return errInterrupted
	}
	return err
}
