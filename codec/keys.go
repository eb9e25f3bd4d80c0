package codec

import "github.com/callboard-wamp/callboard/wamp"

// option is a key of Options or Details that the router knows.
type option uint8

const (
	optionUnknown option = iota
	// booleans
	optionAcknowledge
	optionExcludeMe
	optionDiscloseMe
	optionRetain
	optionGetRetained
	optionProgress
	optionReceiveProgress
	optionDiscloseCaller
	optionForceReregister
	optionForwardTimeout
	optionRetained
	// lists
	optionExclude
	optionEligible
	optionExcludeAuthID
	optionEligibleAuthID
	optionExcludeAuthRole
	optionEligibleAuthRole
	// text
	optionScheme
	optionSerializer
	optionCipher
	optionKeyID
	optionReason
	optionMatch
	optionInvoke
	optionMode
	optionPublisherAuthID
	optionPublisherAuthRole
	optionTopic
	// integers
	optionTimeout
	optionPublisher
	optionConcurrency
	// text or integer
	optionRoutingKey
)

// optionSet is a set of options, a bit for each.
type optionSet uint64

func (s optionSet) has(o option) bool { return s>>o&1 != 0 }

// What each message knows; other keys are skipped (basic profile, "Messages").
const (
	passthruKeys  optionSet = 1<<optionScheme | 1<<optionSerializer | 1<<optionCipher | 1<<optionKeyID
	receiverKeys  optionSet = 1<<optionExclude | 1<<optionEligible | 1<<optionExcludeAuthID | 1<<optionEligibleAuthID | 1<<optionExcludeAuthRole | 1<<optionEligibleAuthRole
	publishKeys             = passthruKeys | receiverKeys | 1<<optionAcknowledge | 1<<optionExcludeMe | 1<<optionDiscloseMe | 1<<optionRetain
	subscribeKeys optionSet = 1<<optionMatch | 1<<optionGetRetained
	registerKeys  optionSet = 1<<optionMatch | 1<<optionInvoke | 1<<optionDiscloseCaller | 1<<optionForceReregister | 1<<optionForwardTimeout | 1<<optionConcurrency
	callKeys                = passthruKeys | 1<<optionProgress | 1<<optionReceiveProgress | 1<<optionDiscloseMe | 1<<optionTimeout | 1<<optionRoutingKey
	yieldKeys               = passthruKeys | 1<<optionProgress
	errorKeys               = passthruKeys
	cancelKeys    optionSet = 1 << optionMode
	interruptKeys optionSet = 1<<optionMode | 1<<optionReason

	eventKeys      optionSet = 1<<optionPublisher | 1<<optionPublisherAuthID | 1<<optionPublisherAuthRole | 1<<optionTopic | 1<<optionRetained
	resultKeys     optionSet = 1 << optionProgress
	invocationKeys optionSet = 1<<optionProgress | 1<<optionReceiveProgress
)

// optionNamed returns the option with this key.
func optionNamed(key []byte) option {
	switch string(key) {
	case "acknowledge":
		return optionAcknowledge
	case "exclude_me":
		return optionExcludeMe
	case "disclose_me":
		return optionDiscloseMe
	case "retain":
		return optionRetain
	case "get_retained":
		return optionGetRetained
	case "progress":
		return optionProgress
	case "receive_progress":
		return optionReceiveProgress
	case "disclose_caller":
		return optionDiscloseCaller
	case "force_reregister":
		return optionForceReregister
	case "forward_timeout":
		return optionForwardTimeout
	case "retained":
		return optionRetained
	case "match":
		return optionMatch
	case "invoke":
		return optionInvoke
	case "mode":
		return optionMode
	case "timeout":
		return optionTimeout
	case "rkey":
		return optionRoutingKey
	case "publisher":
		return optionPublisher
	case "concurrency":
		return optionConcurrency
	}
	return textOrListNamed(key)
}

func textOrListNamed(key []byte) option {
	switch string(key) {
	case "exclude":
		return optionExclude
	case "eligible":
		return optionEligible
	case "exclude_authid":
		return optionExcludeAuthID
	case "eligible_authid":
		return optionEligibleAuthID
	case "exclude_authrole":
		return optionExcludeAuthRole
	case "eligible_authrole":
		return optionEligibleAuthRole
	case "ppt_scheme":
		return optionScheme
	case "ppt_serializer":
		return optionSerializer
	case "ppt_cipher":
		return optionCipher
	case "ppt_keyid":
		return optionKeyID
	case "reason":
		return optionReason
	case "publisher_authid":
		return optionPublisherAuthID
	case "publisher_authrole":
		return optionPublisherAuthRole
	case "topic":
		return optionTopic
	}
	return optionUnknown
}

// booleanFlags has the flag of each boolean, none where only the type counts.
var booleanFlags = [...]wamp.Flags{
	optionAcknowledge:     wamp.Acknowledge,
	optionExcludeMe:       wamp.IncludeMe,
	optionDiscloseMe:      wamp.DiscloseMe,
	optionRetain:          wamp.Retain,
	optionGetRetained:     wamp.GetRetained,
	optionProgress:        wamp.Progress,
	optionReceiveProgress: wamp.ReceiveProgress,
	optionDiscloseCaller:  wamp.DiscloseCaller,
	optionForceReregister: wamp.ForceReregister,
	optionForwardTimeout:  wamp.ForwardTimeout,
	optionRetained:        0,
}
