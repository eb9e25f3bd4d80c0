package broker

import "github.com/callboard-wamp/callboard/wamp"

// CheckSubscribe returns why nobody may subscribe to this URI with this match,
// or nil. Reserved topics may be subscribed by everybody: meta events are
// received that way (advanced profile, "Subscription Meta API").
func CheckSubscribe(uri []byte, m wamp.Match, mode wamp.URIMode) *wamp.Error {
	return wamp.CheckURI(uri, m, mode)
}
