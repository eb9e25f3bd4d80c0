package wamp

// Features are what a peer announced in HELLO.Details.roles, as far as the
// router acts on it (advanced profile, "Feature Announcement").
type Features uint32

// One bit per role, then per feature and role where the router asks for it.
const (
	RoleCaller Features = 1 << iota
	RoleCallee
	RolePublisher
	RoleSubscriber

	CallerProgressiveResults
	CallerProgressiveInvocations
	CallerCanceling
	CallerPassthru
	CalleeProgressiveResults
	CalleeProgressiveInvocations
	CalleeCanceling
	CalleeTimeout
	CalleeReroute
	CalleePassthru
	CalleeRevocation
	PublisherPassthru
	SubscriberPassthru
	SubscriberRevocation
	CalleeTrustLevels
	SubscriberTrustLevels
)

// Has says whether all of the given features were announced.
func (f Features) Has(g Features) bool { return f&g == g }

var roleBits = map[string]Features{
	"caller": RoleCaller, "callee": RoleCallee, "publisher": RolePublisher, "subscriber": RoleSubscriber,
}

var featureBits = map[string]map[string]Features{
	"caller": {
		"progressive_call_results":     CallerProgressiveResults,
		"progressive_call_invocations": CallerProgressiveInvocations,
		"call_canceling":               CallerCanceling, "call_cancelling": CallerCanceling,
		"payload_passthru_mode": CallerPassthru,
	},
	"callee": {
		"progressive_call_results":     CalleeProgressiveResults,
		"progressive_call_invocations": CalleeProgressiveInvocations,
		"call_canceling":               CalleeCanceling, "call_cancelling": CalleeCanceling,
		"call_timeout": CalleeTimeout, "call_reroute": CalleeReroute,
		"payload_passthru_mode": CalleePassthru, "registration_revocation": CalleeRevocation,
		"call_trustlevels": CalleeTrustLevels,
	},
	"publisher": {"payload_passthru_mode": PublisherPassthru},
	"subscriber": {"payload_passthru_mode": SubscriberPassthru, "subscription_revocation": SubscriberRevocation,
		"publication_trustlevels": SubscriberTrustLevels},
}

// ParseRoles reads HELLO.Details: at least one of the four roles, each a
// dictionary whose `features` is an optional dictionary. Both spellings of
// call canceling are read. Anything else is a protocol violation.
func ParseRoles(details Dict) (Features, *Error) {
	roles, ok := details["roles"].(Dict)
	if !ok {
		return 0, Violation("HELLO.Details.roles is not a dictionary")
	}
	var f Features
	for name, v := range roles {
		bit, known := roleBits[name]
		if !known {
			continue
		}
		role, ok := v.(Dict)
		if !ok {
			return 0, Violation("HELLO.Details.roles." + name + " is not a dictionary")
		}
		f |= bit
		features, ok := role["features"].(Dict)
		if !ok && role["features"] != nil {
			return 0, Violation("HELLO.Details.roles." + name + ".features is not a dictionary")
		}
		for feature, on := range features {
			if on == true {
				f |= featureBits[name][feature]
			}
		}
	}
	if f&(RoleCaller|RoleCallee|RolePublisher|RoleSubscriber) == 0 {
		return 0, Violation("HELLO.Details.roles names none of caller, callee, publisher, subscriber")
	}
	return f, nil
}
