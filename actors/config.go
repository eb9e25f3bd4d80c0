package actors

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/session"
	"github.com/callboard-wamp/callboard/actors/setting"
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/auth"
	"github.com/callboard-wamp/callboard/wamp/dealer"
	"github.com/rs/zerolog"
)

// Limits bound what one peer may use; see [lane.Limits].
type Limits = lane.Limits

// Config is what a router is made of. The zero value of each field means its
// default.
type Config struct {
	// Realms that can be joined; none means one, "realm1".
	Realms []RealmConfig
	// Limits of peers; each that is zero has its value in [lane.DefaultLimits].
	Limits Limits
	// Policies by kind of actor; kinds that are missing have the defaults of
	// [supervisor.Defaults].
	Policies supervisor.Table
	// Store keeps what must outlive the process: retained events and histories. nil
	// keeps histories in memory. It stays the caller's, who may close it after
	// [Router.Drain].
	Store store.Store
	// Log gets what operators should know. The zero value logs nothing.
	Log zerolog.Logger
	// Agent is what WELCOME calls the router; "Callboard".
	Agent string
	// Name of the root actor; "callboard". Two routers in one actor system need
	// different names.
	Name string
	// Shards is how many parents each plural kind of actor has; 32. None should
	// have more than about 10,000 children.
	Shards int
	// Random returns 64 unpredictable bits, Now the time. Both are called
	// concurrently.
	Random func() uint64
	Now    func() time.Time

	fault func(kind supervisor.Kind, it *lane.Item)
}

// RealmConfig is one realm.
type RealmConfig struct {
	URI wamp.URI `yaml:"uri"`
	// URIMode says which URIs are valid (basic profile, "URIs").
	URIMode wamp.URIMode `yaml:"uri_mode" values:"loose, strict"`
	// RequestIDs is what happens to request ids out of sequence.
	RequestIDs lane.RequestIDs `yaml:"request_ids" values:"log, strict, off"`
	// ProgressWithoutCanceling asks callees for progressive results that announced
	// those, but not call canceling, as JavaScript callees do. They get no
	// INTERRUPT, and what they send in vain is dropped. False is what the
	// specification says: such callees are not asked.
	ProgressWithoutCanceling bool `yaml:"progress_without_canceling"`
	// CallTimeout is the timeout of calls that ask for none; zero means none.
	CallTimeout time.Duration `yaml:"call_timeout" range:"0s.."`
	// MaxCallTimeout is the longest timeout that a call may have. Longer ones, also
	// CallTimeout, are shortened to it. Zero means that calls may ask for any.
	MaxCallTimeout time.Duration `yaml:"max_call_timeout" range:"0s.."`
	// Disclosure says whether callers and publishers are made known to those who
	// get their calls and events, by the best match of the URI. Where no rule
	// matches they are on request.
	Disclosure DisclosureRules `yaml:"disclosure"`
	// TrustLevels by role; a role that is left out has 0. Without any, nobody is
	// told of levels.
	TrustLevels TrustLevels `yaml:"trust_levels"`
	// Retention bounds what PUBLISH with retain keeps; zero fields are those of
	// [retention.Defaults].
	Retention store.Bounds `yaml:"retention"`
	// History are the subscriptions whose events are kept, so that they can be asked
	// for later (advanced profile, "Event History"); none keeps none.
	History []HistoryConfig `yaml:"history"`
}

// DisclosureRules are the rules of a realm for its callers, by procedure, and
// for its publishers, by topic.
type DisclosureRules struct {
	Callers    []auth.DisclosureRule `yaml:"callers"`
	Publishers []auth.DisclosureRule `yaml:"publishers"`
}

// TrustLevels are how far calls and publications are trusted, by the role of who
// makes them (advanced profile, "Call Trust Levels", "Publication Trust Levels").
type TrustLevels struct {
	Calls        auth.Levels `yaml:"calls" range:"0..1000000"`
	Publications auth.Levels `yaml:"publications" range:"0..1000000"`
}

// rules are what the realm's sessions go by.
func (c *RealmConfig) rules() lane.RealmRules {
	rules := lane.RealmRules{URIs: c.URIMode, RequestIDs: c.RequestIDs, Calls: c.calls(), Histories: c.histories()}
	rules.Disclosure.Callers = auth.NewDisclosures(c.Disclosure.Callers)
	rules.Disclosure.Publishers = auth.NewDisclosures(c.Disclosure.Publishers)
	rules.Trust.Calls, rules.Trust.Publications = levels(c.TrustLevels.Calls), levels(c.TrustLevels.Publications)
	rules.Announced = session.Announce(session.RolesOf(&rules))
	return rules
}

// levels is nil where none are configured.
func levels(l auth.Levels) auth.Levels {
	if len(l) == 0 {
		return nil
	}
	return maps.Clone(l)
}

// calls are the realm's rules of calls.
func (c *RealmConfig) calls() (rules lane.CallRules) {
	if c.ProgressWithoutCanceling {
		rules.Progressing = dealer.AnyProgressing
	}
	rules.Timeout, rules.MaxTimeout = c.CallTimeout, c.MaxCallTimeout
	return rules
}

// Default is the configuration of a router that nobody has configured.
func Default() Config {
	var c Config
	c.fill()
	return c
}

// complete fills the defaults in and says what is wrong with the rest.
func (c *Config) complete() error {
	c.fill()
	var errs []error
	for _, m := range c.mistakes() {
		errs = append(errs, fmt.Errorf("actors: %w", m))
	}
	return errors.Join(errs...)
}

func (c *Config) fill() {
	if len(c.Realms) == 0 {
		c.Realms = []RealmConfig{{URI: "realm1"}}
	}
	setting.Fill(&c.Limits, lane.DefaultLimits())
	if c.Agent == "" {
		c.Agent = "Callboard"
	}
	if c.Name == "" {
		c.Name = "callboard"
	}
	if c.Shards <= 0 {
		c.Shards = 32
	}
	if c.Random == nil {
		c.Random = random
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	policies := supervisor.Defaults()
	maps.Copy(policies, c.Policies)
	c.Policies = policies
}

func random() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails, by its documentation
	return binary.LittleEndian.Uint64(b[:])
}
