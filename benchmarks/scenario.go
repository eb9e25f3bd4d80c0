package benchmarks

import (
	"context"
	"maps"
	"slices"

	"github.com/callboard-wamp/callboard/benchmarks/ledger"
)

// scenario is one shape of traffic.
type scenario struct {
	about    string
	defaults Options
	// parts are the kinds of operations that are told apart.
	parts []string
	// endless scenarios cannot end after a number of messages.
	endless bool
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
}

// Scenarios are all that can be run, by name.
func Scenarios() []Scenario {
	var all []Scenario
	for _, name := range scenarioNames() {
		s := scenarios[name]
		all = append(all, Scenario{Name: name, About: s.about, Defaults: s.defaults})
	}
	return all
}

func scenarioNames() []string { return slices.Sorted(maps.Keys(scenarios)) }

var scenarios = map[string]*scenario{
	"pubsub": {
		about:    "pairs of one publisher and one subscriber (clients = pairs)",
		defaults: Options{Clients: 8},
		parts:    []string{"event"},
		prepare:  preparePairs,
	},
	"fanout": {
		about:    "publishers and all their subscribers on one topic (clients = subscribers)",
		defaults: Options{Clients: 100, Publishers: 1, Topics: 1},
		parts:    []string{"event"},
		prepare:  prepareTopics,
	},
	"many": {
		about:    "publishers that publish to all topics in turn, subscribers spread over the topics (clients = subscribers)",
		defaults: Options{Clients: 32, Publishers: 8, Topics: 4},
		parts:    []string{"event"},
		prepare:  prepareTopics,
	},
	"patterns": {
		about:    "pattern subscriptions, prefix and wildcard by turns, of which each publication matches one (clients = subscribers)",
		defaults: Options{Clients: 8, Publishers: 4, Patterns: 10_000},
		parts:    []string{"event"},
		prepare:  preparePatterns,
	},
	"rpc": {
		about:    "callers with a procedure each, spread over the callees (clients = callers)",
		defaults: Options{Clients: 8, Callees: 4},
		parts:    []string{"call"},
		prepare:  prepareCalls,
	},
	"latency": {
		about:    "one call at a time (clients = callers)",
		defaults: Options{Clients: 1, Callees: 1, Window: 1},
		parts:    []string{"call"},
		prepare:  prepareCalls,
	},
	"connect": {
		about:    "connect, join and leave (clients = at a time)",
		defaults: Options{Clients: 8},
		parts:    []string{"join"},
		prepare:  prepareConnect,
	},
	"churn": {
		about:    "join, subscribe and leave, for ever (clients = at a time)",
		defaults: Options{Clients: 8},
		parts:    []string{"join", "subscribe", "leave"},
		prepare:  prepareChurn,
	},
	"idle": {
		about:    "sessions that are held and must live at the end (clients = sessions)",
		defaults: Options{Clients: 1000},
		endless:  true,
		prepare:  prepareIdle,
	},
	"mixed": {
		about:    "a day's traffic at once: fan-out, calls, sessions that come and go, slow readers (clients = subscribers)",
		defaults: Options{Clients: 50, Publishers: 2, Topics: 1, Callees: 2},
		parts:    []string{"event", "call", "join"},
		endless:  true,
		prepare:  prepareMixed,
	},
}
