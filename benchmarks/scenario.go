package benchmarks

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/callboard-wamp/callboard/benchmarks/ledger"
)

// scenario is one shape of traffic.
type scenario struct {
	about    string
	defaults Options
	// parts are the kinds of operations that are told apart.
	parts []string
	// uses are the options that mean something to this scenario and nothing to
	// some others, by the names of their flags. What every scenario has is not
	// among them: the router, the clients, the flux, the times.
	uses []string
	// prepare opens the sessions.
	prepare func(ctx context.Context, r *run) (load, error)
}

// load is traffic that is ready to flow.
type load interface {
	// start sends what may be sent at once; what follows is driven by what
	// arrives. Nothing is sent any more when run.stopping is set.
	start()
	// finished says that everything was sent, if there is such an end.
	finished() bool
	// progress grows as long as something arrives.
	progress() uint64
	// settled says that nothing more is to come.
	settled() bool
	// account is asked for when all goroutines have ended.
	account() ledger.Account
}

// misser is a load that does not leave its pace to a pacer.
type misser interface {
	// missed is how many operations were due before the end and not begun. They
	// enter the latencies as what they have waited until then.
	missed(end int64) uint64
}

// Scenario describes one scenario for people.
type Scenario struct {
	Name, About string
	// Defaults are the numbers that are not zero.
	Defaults Options
	// Parts are the kinds of operations that are told apart, such as "call".
	Parts []string
}

// Scenarios are all that can be run, by name.
func Scenarios() []Scenario {
	var all []Scenario
	for _, name := range scenarioNames() {
		all = append(all, scenarios[name].describe(name))
	}
	return all
}

// Lookup returns a scenario by its name. The error says which ones there are.
func Lookup(name string) (Scenario, error) {
	s, err := lookup(name)
	if err != nil {
		return Scenario{}, err
	}
	return s.describe(name), nil
}

func lookup(name string) (*scenario, error) {
	s, ok := scenarios[name]
	if !ok {
		return nil, fmt.Errorf("no scenario %q; there are %s", name, strings.Join(scenarioNames(), ", "))
	}
	return s, nil
}

func (s *scenario) describe(name string) Scenario {
	return Scenario{Name: name, About: s.about, Defaults: s.defaults, Parts: s.parts}
}

func (s *scenario) means(option string) bool { return slices.Contains(s.uses, option) }

// Ignores says that an option, named as its flag is ("topics", "size"), means
// something to other scenarios and nothing to this one.
func (s Scenario) Ignores(option string) bool {
	others := slices.ContainsFunc(scenarioNames(), func(name string) bool { return scenarios[name].means(option) })
	return others && !scenarios[s.Name].means(option)
}

func scenarioNames() []string { return slices.Sorted(maps.Keys(scenarios)) }

var scenarios = map[string]*scenario{
	"pubsub": {
		about:    "pairs of one publisher and one subscriber (clients = pairs)",
		defaults: Options{Clients: 8},
		parts:    []string{"event"},
		uses:     []string{"size", "window", "rate", "acknowledge", "messages", "idle"},
		prepare:  preparePairs,
	},
	"fanout": {
		about:    "publishers and all their subscribers on one topic (clients = subscribers)",
		defaults: Options{Clients: 100, Publishers: 1, Topics: 1},
		parts:    []string{"event"},
		uses:     []string{"publishers", "topics", "size", "window", "rate", "acknowledge", "messages", "idle"},
		prepare:  prepareTopics,
	},
	"many": {
		about:    "publishers that publish to all topics in turn, subscribers spread over the topics (clients = subscribers)",
		defaults: Options{Clients: 32, Publishers: 8, Topics: 4},
		parts:    []string{"event"},
		uses:     []string{"publishers", "topics", "size", "window", "rate", "acknowledge", "messages", "idle"},
		prepare:  prepareTopics,
	},
	"patterns": {
		about:    "pattern subscriptions, prefix and wildcard by turns, of which each publication matches one (clients = subscribers)",
		defaults: Options{Clients: 8, Publishers: 4, Patterns: 10_000},
		parts:    []string{"event"},
		uses:     []string{"publishers", "patterns", "size", "window", "rate", "acknowledge", "messages", "idle"},
		prepare:  preparePatterns,
	},
	"rpc": {
		about:    "callers with a procedure each, spread over the callees (clients = callers)",
		defaults: Options{Clients: 8, Callees: 4},
		parts:    []string{"call"},
		uses:     []string{"callees", "procedures", "size", "window", "rate", "messages", "idle"},
		prepare:  prepareCalls,
	},
	"latency": {
		about:    "one call at a time (clients = callers)",
		defaults: Options{Clients: 1, Callees: 1, Window: 1},
		parts:    []string{"call"},
		uses:     []string{"callees", "procedures", "size", "window", "rate", "messages", "idle"},
		prepare:  prepareCalls,
	},
	"connect": {
		about:    "connect, join and leave (clients = at a time)",
		defaults: Options{Clients: 8},
		parts:    []string{"join"},
		uses:     []string{"rate", "messages", "idle"},
		prepare:  prepareConnect,
	},
	"churn": {
		about:    "join, subscribe and leave, for ever (clients = at a time)",
		defaults: Options{Clients: 8},
		parts:    []string{"join", "subscribe", "leave"},
		uses:     []string{"rate", "messages", "idle"},
		prepare:  prepareChurn,
	},
	"idle": {
		about:    "sessions that are held and must live at the end (clients = sessions)",
		defaults: Options{Clients: 1000},
		prepare:  prepareIdle,
	},
	"mixed": {
		about:    "a day's traffic at once: fan-out, calls, sessions that come and go, slow readers (clients = subscribers)",
		defaults: Options{Clients: 50, Publishers: 2, Topics: 1, Callees: 2},
		parts:    []string{"event", "call", "join"},
		uses:     []string{"publishers", "topics", "callees", "size", "window", "rate", "acknowledge", "idle"},
		prepare:  prepareMixed,
	},
}
