package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
)

// serving is one run of the command serve.
type serving struct {
	listen, realms      []string
	logLevel, logFormat string
	insecureRemote      bool

	talk io.Writer
}

func serveCommand() *cobra.Command {
	var s serving
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the router",
		Long: `Run the router until it is interrupted; then it says GOODBYE to every session and
ends within five seconds. Nobody has to authenticate, so it listens on loopback
addresses and Unix sockets only, unless --insecure-remote is given.

A WebSocket address takes RawSocket connections too. Port 0 means any free port;
"listening on URL" on standard error says which, once connections are accepted.`,
		Example: `  callboard serve
  callboard serve --listen unix:///run/callboard.sock --realm com.example.realm`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s.talk = c.ErrOrStderr()
			return s.run(c.Context())
		},
	}
	f := c.Flags()
	f.StringArrayVar(&s.listen, "listen", []string{"ws://127.0.0.1:8080/ws", "tcp://127.0.0.1:8081"},
		"`address`: ws://host:port/path, tcp://host:port or unix:///path; repeatable")
	f.StringArrayVar(&s.realms, "realm", []string{"realm1"}, "`URI` of a realm that can be joined; repeatable")
	f.StringVar(&s.logLevel, "log-level", "info", "trace, debug, info, warn, error or disabled")
	f.StringVar(&s.logFormat, "log-format", "auto", "json, console, or auto: console on a terminal")
	f.BoolVar(&s.insecureRemote, "insecure-remote", false,
		"listen on addresses that other machines reach, though anybody there may join without authentication")
	return c
}

func (s *serving) run(ctx context.Context) error {
	log, err := newLog(s.talk, s.logLevel, s.logFormat)
	if err != nil {
		return err
	}
	realms, err := s.realmConfigs()
	if err != nil {
		return err
	}
	doors, err := s.open()
	if err != nil {
		return err
	}
	r, shutdown, err := startRouter(ctx, actors.Config{Realms: realms, Log: log})
	if err != nil {
		closeAll(doors)
		return failed(err)
	}
	defer shutdown()
	for _, d := range doors {
		if err := r.Serve(actors.Listener{Net: d.Listener, Accept: d.accept()}); err != nil {
			return failed(errors.Join(err, drain(r)))
		}
	}
	s.greet(doors)
	<-ctx.Done()
	log.Info().Msg("draining")
	return failed(drain(r))
}

func (s *serving) realmConfigs() ([]actors.RealmConfig, error) {
	var realms []actors.RealmConfig
	seen := map[string]bool{}
	for _, uri := range s.realms {
		if !wamp.ValidURI([]byte(uri), wamp.Loose) || wamp.Reserved([]byte(uri)) {
			return nil, fmt.Errorf("--realm %s: not a valid URI", uri)
		}
		if seen[uri] {
			return nil, fmt.Errorf("--realm %s: named twice", uri)
		}
		seen[uri] = true
		realms = append(realms, actors.RealmConfig{URI: wamp.URI(uri)})
	}
	return realms, nil
}

// open listens everywhere or nowhere.
func (s *serving) open() ([]*door, error) {
	var doors []*door
	for _, address := range s.listen {
		d, err := listen(address, s.insecureRemote)
		if err != nil {
			closeAll(doors)
			return nil, fmt.Errorf("--listen %s: %w", address, err)
		}
		doors = append(doors, d)
	}
	return doors, nil
}

// greet says where the router listens, and what to do next.
func (s *serving) greet(doors []*door) {
	var text strings.Builder
	for _, d := range doors {
		fmt.Fprintf(&text, "listening on %s\n", d.url())
	}
	if len(doors) > 0 {
		fmt.Fprintf(&text, "try: callboard call --url %s --realm %s wamp.session.count\n", doors[0].url(), s.realms[0])
	}
	_, _ = io.WriteString(s.talk, text.String())
}

// newLog returns the log of the router.
func newLog(out io.Writer, level, format string) (zerolog.Logger, error) {
	l, err := zerolog.ParseLevel(level)
	if err != nil || level == "" {
		return zerolog.Nop(), fmt.Errorf("--log-level %s: trace, debug, info, warn, error and disabled are known", level)
	}
	switch format {
	case "json":
	case "console":
		out = console(out)
	case "auto":
		if terminal(out) {
			out = console(out)
		}
	default:
		return zerolog.Nop(), fmt.Errorf("--log-format %s: auto, json and console are known", format)
	}
	return zerolog.New(out).Level(l).With().Timestamp().Logger(), nil
}
