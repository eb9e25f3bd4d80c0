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

var featureBits = map[Features]map[string]Features{
	RoleCaller: {
		"progressive_call_results":     CallerProgressiveResults,
		"progressive_call_invocations": CallerProgressiveInvocations,
		"call_canceling":               CallerCanceling, "call_cancelling": CallerCanceling,
		"payload_passthru_mode": CallerPassthru,
	},
	RoleCallee: {
		"progressive_call_results":     CalleeProgressiveResults,
		"progressive_call_invocations": CalleeProgressiveInvocations,
		"call_canceling":               CalleeCanceling, "call_cancelling": CalleeCanceling,
		"call_timeout": CalleeTimeout, "call_reroute": CalleeReroute,
		"payload_passthru_mode": CalleePassthru, "registration_revocation": CalleeRevocation,
		"call_trustlevels": CalleeTrustLevels,
	},
	RolePublisher: {"payload_passthru_mode": PublisherPassthru},
	RoleSubscriber: {"payload_passthru_mode": SubscriberPassthru, "subscription_revocation": SubscriberRevocation,
		"publication_trustlevels": SubscriberTrustLevels},
}

// RoleNamed returns the bit of a role of HELLO.Details.roles.
func RoleNamed(name []byte) (role Features, known bool) {
	role, known = roleBits[string(name)]
	return role, known
}

// FeatureNamed returns the bit of a feature of this role, 0 if the router does not
// act on it. Both spellings of call canceling are known.
func (f Features) FeatureNamed(name []byte) Features { return featureBits[f][string(name)] }

// AnyRole says whether any of the four roles was announced.
func (f Features) AnyRole() bool {
	return f&(RoleCaller|RoleCallee|RolePublisher|RoleSubscriber) != 0
}
