package dealer

import "github.com/callboard-wamp/callboard/wamp"

// CheckRegister returns why nobody may register this URI with this match, or
// nil: it is valid, and reserved ones belong to sessions that the router
// trusts, its own (basic profile, "Reserved URIs").
func CheckRegister(uri []byte, m wamp.Match, mode wamp.URIMode, trusted bool) *wamp.Error {
	if err := wamp.CheckURI(uri, m, mode); err != nil {
		return err
	}
	if !trusted && wamp.Reserved(uri) {
		return &wamp.Error{URI: wamp.ErrInvalidURI, Message: "procedures of this name are reserved for the router"}
	}
	return nil
}

// Serves says whether a registration that matches this procedure may be called
// by it. Procedures of the router are not served by patterns that merely cover
// them, so that no callee on prefix "" gets the calls to wamp.session.kill.
func Serves(pattern string, m wamp.Match, procedure []byte) bool {
	return m == wamp.Exact || wamp.Reaches(pattern, procedure)
}
