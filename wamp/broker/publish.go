package broker

import "github.com/callboard-wamp/callboard/wamp"

// CheckPublish returns why nobody may publish to this URI, or nil: it names
// one topic, and reserved ones belong to sessions that the router trusts, its
// own (basic profile, "Reserved URIs"). The error is for an acknowledged
// PUBLISH; the other one is dropped in silence.
func CheckPublish(uri []byte, mode wamp.URIMode, trusted bool) *wamp.Error {
	if err := wamp.CheckURI(uri, wamp.Exact, mode); err != nil {
		return err
	}
	if !trusted && wamp.Reserved(uri) {
		return &wamp.Error{URI: wamp.ErrInvalidURI, Message: "topics of this name are reserved for the router"}
	}
	return nil
}

// DeliversTo says whether an event of this topic goes to a subscription that
// matches it. Events of the router, such as meta events, do not go to patterns
// that merely cover them: prefix "" does not get wamp.session.on_join, prefix
// "wamp." does.
func DeliversTo(pattern string, m wamp.Match, topic []byte) bool {
	return m == wamp.Exact || wamp.Reaches(pattern, topic)
}
