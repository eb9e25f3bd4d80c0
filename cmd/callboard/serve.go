package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/cmd/callboard/config"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
)

// serving is one run of the command serve.
type serving struct {
	file                string
	listen, realms      []string
	logLevel, logFormat string
	insecureRemote      bool
	tls                 config.TLS

	talk io.Writer
}

func serveCommand() *cobra.Command {
	var s serving
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the router",
		Long: `Run the router until it is interrupted; then it says GOODBYE to every session,
ends within five seconds, and logs how many messages it has written in how many
writes. Nobody has to authenticate, so it listens on loopback addresses and Unix
sockets only, unless --insecure-remote is given.

A WebSocket address takes RawSocket connections too. Port 0 means any free port;
"listening on URL" on standard error says which, once connections are accepted.
wss:// and tcps:// are the same over TLS, with the certificate that --cert and --key
name. It is read again when its files change.

Without a configuration file the defaults of the flags hold. With one, --listen
replaces its listeners, --realm adds to its realms, --log-level and --log-format
replace its log.level and log.format, and --insecure-remote is for all listeners.`,
		Example: `  callboard serve
  callboard serve --listen unix:///run/callboard.sock --realm com.example.realm
  callboard config init && callboard serve --config callboard.yaml`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s.talk = c.ErrOrStderr()
			return s.run(c)
		},
	}
	f := c.Flags()
	f.StringVarP(&s.file, "config", "c", "", "configuration `file`, - for standard input; config init writes one")
	f.StringArrayVar(&s.listen, "listen", []string{"ws://127.0.0.1:8080/ws", "tcp://127.0.0.1:8081"},
		"`address`: "+config.Forms+"; repeatable")
	f.StringVar(&s.tls.Cert, "cert", "", "`file` of the certificate for wss:// and tcps:// of --listen, in PEM format")
	f.StringVar(&s.tls.Key, "key", "", "`file` of its private key")
	c.MarkFlagsRequiredTogether("cert", "key")
	f.StringArrayVar(&s.realms, "realm", []string{"realm1"}, "`URI` of a realm that can be joined; repeatable")
	f.StringVar(&s.logLevel, "log-level", "info", "trace, debug, info, warn, error or disabled")
	f.StringVar(&s.logFormat, "log-format", "auto", "json, console, or auto: console on a terminal")
	f.BoolVar(&s.insecureRemote, "insecure-remote", false,
		"listen on addresses that other machines reach, though anybody there may join without authentication")
	return c
}

func (s *serving) run(c *cobra.Command) error {
	cfg, err := s.configure(c)
	if err != nil {
		return err
	}
	log, err := newLog(s.talk, cfg.Log.Level, cfg.Log.Format)
	if err != nil {
		return err
	}
	kept, err := openStore(&cfg.Store, log)
	if err != nil {
		return fmt.Errorf("%s: %w", s.file, err)
	}
	router := cfg.Router()
	router.Log = log
	if kept == nil {
		return s.route(c.Context(), cfg, router)
	}
	router.Store = kept
	err = s.route(c.Context(), cfg, router)
	if errors.Is(err, errStuck) {
		return err // it may still be in use
	}
	return errors.Join(err, failed(kept.Close()))
}

// route runs a router until ctx ends.
func (s *serving) route(ctx context.Context, cfg *config.File, router actors.Config) error {
	doors, err := s.open(cfg, router.Log)
	if err != nil {
		return err
	}
	r, shutdown, err := startRouter(ctx, router)
	if err != nil {
		closeAll(doors)
		return failed(err)
	}
	defer shutdown()
	for _, d := range doors {
		if err := r.Serve(actors.Listener{Net: d.Listener, Accept: d.accept, TLS: d.tls, Exempt: d.exempt}); err != nil {
			return failed(errors.Join(err, drain(r)))
		}
	}
	s.greet(doors, cfg.Realms[0].URI)
	keepHouse(ctx)
	router.Log.Info().Msg("draining")
	err = drain(r)
	account(r.Written(), router.Log)
	return failed(err)
}

// account tells operators what left in how many writes: the more messages a write
// carries, the less a message costs.
func account(w lane.Written, log zerolog.Logger) {
	log.Info().Uint64("messages", w.Messages).Uint64("writes", w.Writes).
		Float64("per_write", math.Round(10*w.PerWrite())/10).Msg("written")
}

// configure is the configuration of the file, or that without one, with what the
// flags say.
func (s *serving) configure(c *cobra.Command) (*config.File, error) {
	cfg := config.Default()
	if s.file != "" {
		var err error
		if cfg, err = loadConfig(c, s.file, config.Options{InsecureRemote: s.insecureRemote}); err != nil {
			return nil, err
		}
	}
	given := c.Flags().Changed
	if given("listen") {
		cfg.Listeners = nil
		for _, address := range s.listen {
			cfg.Listeners = append(cfg.Listeners, config.Listener{URL: address, TLS: s.tls, InsecureRemote: s.insecureRemote})
		}
	}
	if given("cert") && !slices.ContainsFunc(s.listen, secureAddress) {
		return nil, errors.New("--cert: no --listen is wss:// or tcps://")
	}
	if given("log-level") {
		cfg.Log.Level = s.logLevel
	}
	if given("log-format") {
		cfg.Log.Format = s.logFormat
	}
	if !given("realm") {
		return cfg, nil
	}
	if s.file == "" {
		cfg.Realms = nil
	}
	return cfg, s.addRealms(cfg)
}

func (s *serving) addRealms(cfg *config.File) error {
	for _, uri := range s.realms {
		if !wamp.ValidURI([]byte(uri), wamp.Loose) || wamp.Reserved([]byte(uri)) {
			return fmt.Errorf("--realm %s: not a valid URI", uri)
		}
		if slices.ContainsFunc(cfg.Realms, func(r actors.RealmConfig) bool { return string(r.URI) == uri }) {
			return fmt.Errorf("--realm %s: named twice", uri)
		}
		cfg.Realms = append(cfg.Realms, actors.RealmConfig{URI: wamp.URI(uri)})
	}
	return nil
}

func secureAddress(url string) bool {
	a, err := config.ParseAddress(url)
	return err == nil && a.Secure()
}

// open listens everywhere or nowhere.
func (s *serving) open(cfg *config.File, log zerolog.Logger) ([]*door, error) {
	from := "--listen"
	if s.file != "" {
		from = s.file + ":"
	}
	var doors []*door
	for i := range cfg.Listeners {
		l := &cfg.Listeners[i]
		d, err := listen(l, cfg, log)
		if err != nil {
			closeAll(doors)
			return nil, fmt.Errorf("%s %s: %w", from, l.URL, err)
		}
		doors = append(doors, d)
	}
	return doors, nil
}

// greet says where the router listens, and what to do next.
func (s *serving) greet(doors []*door, realm wamp.URI) {
	var text strings.Builder
	for _, d := range doors {
		fmt.Fprintf(&text, "listening on %s\n", d.url())
	}
	if len(doors) > 0 {
		to := doors[0].url()
		if cert := doors[0].cert; cert != "" {
			to += " --ca " + cert
		}
		fmt.Fprintf(&text, "try: %s call --url %s --realm %s wamp.session.count\n", invoked(), to, realm)
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
