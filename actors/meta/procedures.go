package meta

import "github.com/callboard-wamp/callboard/wamp"

// procedure is one procedure of the router: how many positional arguments it
// takes, which keyword arguments it knows, and what it does.
type procedure struct {
	least, most int
	keywords    []string
	run         func(*call) (answer, *wamp.Error)
}

// procedures is the table of what exists (advanced profile, "WAMP Meta API").
var procedures = map[string]procedure{
	"wamp.session.count":            {0, 1, nil, sessionCount},
	"wamp.session.list":             {0, 1, nil, sessionList},
	"wamp.session.get":              {1, 1, nil, sessionGet},
	"wamp.session.kill":             {1, 1, lastWords, sessionKill},
	"wamp.session.kill_by_authid":   {1, 1, lastWords, sessionKillByAuthID},
	"wamp.session.kill_by_authrole": {1, 1, lastWords, sessionKillByAuthRole},
	"wamp.session.kill_all":         {0, 0, lastWords, sessionKillAll},

	"wamp.session.add_testament":    {3, 3, []string{"publish_options", "scope"}, addTestament},
	"wamp.session.flush_testaments": {0, 1, []string{"scope"}, flushTestaments},

	"wamp.registration.list":          {0, 0, nil, registrationList},
	"wamp.registration.lookup":        {1, 2, nil, registrationLookup},
	"wamp.registration.match":         {1, 1, nil, registrationMatch},
	"wamp.registration.get":           {1, 1, nil, registrationGet},
	"wamp.registration.list_callees":  {1, 1, nil, registrationListCallees},
	"wamp.registration.count_callees": {1, 1, nil, registrationCountCallees},
	"wamp.registration.remove_callee": {2, 3, reason, registrationRemoveCallee},

	"wamp.subscription.list":              {0, 0, nil, subscriptionList},
	"wamp.subscription.lookup":            {1, 2, nil, subscriptionLookup},
	"wamp.subscription.match":             {1, 1, nil, subscriptionMatch},
	"wamp.subscription.get":               {1, 1, nil, subscriptionGet},
	"wamp.subscription.list_subscribers":  {1, 1, nil, subscriptionListSubscribers},
	"wamp.subscription.count_subscribers": {1, 1, nil, subscriptionCountSubscribers},
	"wamp.subscription.remove_subscriber": {2, 3, reason, subscriptionRemoveSubscriber},

	"wamp.subscription.get_events": {1, 1, filters, subscriptionGetEvents},

	"callboard.retained.clear": {1, 2, nil, retainedClear},
}

var (
	lastWords = []string{"reason", "message"}
	reason    = []string{"reason"}
)
