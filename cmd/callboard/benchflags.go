package main

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks"
	"github.com/callboard-wamp/callboard/benchmarks/gate"
	"github.com/callboard-wamp/callboard/cmd/callboard/config"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (b *bench) targetFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&b.url, "url", "", "router: "+config.Forms+" (default is callboard serve on this machine)")
	f.StringVar(&b.transport, "transport", "", "ws or rawsocket (default ws)")
	f.BoolVar(&b.relay, "relay", false, "the other end is the relay of benchmarks/relay: the floor below every router")
	f.StringVar(&b.realm, "realm", "realm1", "realm to join")
	f.StringSliceVar(&b.serializers, "serializer", []string{"json"}, "json, msgpack or cbor; of several, as in json,cbor, the sessions take one after the other")
	f.BoolVar(&b.batched, "batched", false, "WebSocket: take the batched subprotocols")
	b.trust.flags(c)
	f.IntVar(&b.pid, "pid", 0, "process of the router, to measure its processor time (Linux)")
	f.BoolVar(&b.json, "json", false, "print the result as one line of JSON")
	f.BoolVar(&b.csv, "csv", false, "print the result as CSV")
	f.StringVar(&b.checks, "check", "", "fail unless `figures` are as said: p99<5ms,lost=0,cpu/msg<2us")
	f.StringVar(&b.page, "report", "", "write a page with plots to `FILE.html`")
	c.MarkFlagsMutuallyExclusive("json", "csv")
}

func (b *bench) loadFlags(c *cobra.Command) {
	f := c.Flags()
	const own = " (default depends on the scenario)"
	f.IntVar(&b.clients, "clients", 0, "pairs, subscribers, callers or sessions"+own)
	f.IntVar(&b.publishers, "publishers", 0, "publishers"+own)
	f.IntVar(&b.topics, "topics", 0, "topics"+own)
	f.IntVar(&b.callees, "callees", 0, "callees"+own)
	f.IntVar(&b.patterns, "patterns", 0, "pattern subscriptions"+own)
	f.IntVar(&b.procedures, "procedures", 0, "procedures that the callers call in turn (default one for each caller)")
	f.IntVar(&b.idle, "idle", 0, "further sessions that do nothing")
	f.Float64Var(&b.flux, "flux", 0, "pattern subscriptions that come and go in a second meanwhile")
	f.IntVar(&b.size, "size", 16, "payload in bytes, 16 at least")
	f.IntVar(&b.window, "window", 0, "messages under way for each sender (default 16; latency 1)")
	f.Float64Var(&b.rate, "rate", 0, "messages per second in all, whatever comes back; latency counts from when each was due")
	f.BoolVar(&b.acknowledge, "acknowledge", false, "publish with acknowledgement")
	f.DurationVar(&b.duration, "duration", 5*time.Second, "measured time")
	f.DurationVar(&b.warmup, "warmup", time.Second, "time before that")
	f.DurationVar(&b.patience, "patience", 5*time.Second, "give up when nothing has arrived for so long and something is missing")
	f.IntVar(&b.message, "messages", 0, "end after so many messages, and warm nothing up")
}

// allowed says what a flag may be whose zero, or whose empty text, stands for the
// default in [benchmarks.Options]. Somebody who writes it out means something
// else, or has a variable that is not set.
var allowed = map[string]string{
	"url": config.Forms, "transport": "ws or rawsocket", "realm": "a URI", "serializer": "json, msgpack or cbor",
	"ca": "a file", "report": "a file",
	"clients": sessions, "publishers": sessions, "callees": sessions, "topics": things, "patterns": things, "procedures": things,
	"size":     fmt.Sprintf("from %d to %d bytes", benchmarks.MinSize, benchmarks.MaxSize),
	"window":   fmt.Sprintf("from 1 to %d", benchmarks.MaxWindow),
	"duration": times, "patience": times,
}

var (
	sessions = fmt.Sprintf("from 1 to %d", benchmarks.MaxSessions)
	things   = fmt.Sprintf("from 1 to %d", benchmarks.MaxThings)
	times    = fmt.Sprintf("above 0 and up to %v", benchmarks.MaxDuration)
	nothing  = []string{"", "[]", "0", "0s"} // as flags write it
)

// refuse finds a flag that was given in vain: it means nothing to the scenario,
// contradicts another one, or would stand for the default.
func (b *bench) refuse(flags *pflag.FlagSet, s benchmarks.Scenario) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		switch {
		case err != nil:
		case s.Ignores(f.Name):
			err = fmt.Errorf("--%s means nothing to %s", f.Name, s.Name)
		case allowed[f.Name] != "" && slices.Contains(nothing, f.Value.String()):
			err = fmt.Errorf("--%s is %s", f.Name, allowed[f.Name])
		}
	})
	if err == nil && flags.Changed("window") && b.rate > 0 {
		return errors.New("either a --rate or a --window")
	}
	if err == nil && (b.trust.insecure || b.trust.ca != "") && !overTLS(b.url) {
		return errors.New("--ca and --insecure judge certificates, and --url is not one of wss, tcps and rss")
	}
	return err
}

func overTLS(address string) bool {
	u, err := url.Parse(address)
	return err == nil && config.Address{Scheme: u.Scheme}.Secure()
}

// complete makes options of the flags.
func (b *bench) complete(scenario string) error {
	var serializers []codec.Serializer
	for _, name := range b.serializers {
		s, ok := codec.ByName(name)
		if !ok {
			return fmt.Errorf("--serializer %s: json, msgpack and cbor are known", name)
		}
		serializers = append(serializers, s)
	}
	if b.message < 0 {
		return errors.New("--messages is not negative")
	}
	if b.warmup < 0 {
		return fmt.Errorf("--warmup is from 0 to %v", benchmarks.MaxDuration)
	}
	if b.warmup == 0 {
		b.warmup = -1 // none, where zero would mean the default
	}
	config, err := b.trust.config()
	if err != nil {
		return err
	}
	b.options = benchmarks.Options{
		Scenario: scenario, URL: b.url, Transport: b.transport, Realm: wamp.URI(b.realm), Serializers: serializers,
		Batched: b.batched, TLS: config,
		Clients: b.clients, Publishers: b.publishers, Topics: b.topics, Callees: b.callees, Patterns: b.patterns,
		Procedures: b.procedures, Idle: b.idle, Flux: b.flux, Relay: b.relay,
		Size: b.size, Window: b.window, Rate: b.rate, Acknowledge: b.acknowledge,
		Duration: b.duration, Warmup: b.warmup, Patience: b.patience, Messages: uint64(b.message), PID: b.pid,
	}
	return nil
}

// parseChecks refuses what cannot be measured, before anything is. A gate that
// was given without a check is a mistake, and no gate that is open.
func (b *bench) parseChecks(given bool, s benchmarks.Scenario) ([]gate.Check, error) {
	if !given {
		return nil, nil
	}
	checks, err := gate.Parse(b.checks)
	if err != nil {
		return nil, fmt.Errorf("--check: %w", err)
	}
	for _, c := range checks {
		if err := s.Measures(c); err != nil {
			return nil, fmt.Errorf("--check %s: %w", c, err)
		}
		switch c.Name {
		case "cpu/msg", "rss", "rss/session":
			if b.pid == 0 {
				return nil, fmt.Errorf("--check %s needs --pid", c)
			}
		case "lag":
			if b.rate == 0 {
				return nil, fmt.Errorf("--check %s needs --rate", c)
			}
		}
	}
	return checks, nil
}
