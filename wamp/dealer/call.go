package dealer

import "github.com/callboard-wamp/callboard/wamp"

// CheckCall returns why nobody may call this URI, or nil. Reserved procedures
// may be called by everybody, they are the meta API.
func CheckCall(uri []byte, mode wamp.URIMode) *wamp.Error {
	return wamp.CheckURI(uri, wamp.Exact, mode)
}

// Status says what a YIELD or ERROR means to the session that it came from.
type Status uint8

// Open: the invocation waits for it. Late: the invocation was answered,
// canceled or timed out; the message is dropped. NeverIssued: there was no
// such invocation, which is a protocol violation.
const (
	Open Status = iota
	Late
	NeverIssued
)

// InvocationStatus judges the request id of a YIELD or ERROR by the last id
// that the session was sent in an INVOCATION, and by whether the id is open.
// The basic profile calls an invalid id a violation ("Protocol Errors"), the
// advanced profile has late answers dropped ("Call Canceling"): ids that were
// issued are never invalid.
func InvocationStatus(id, lastIssued wamp.ID, open bool) Status {
	switch {
	case open:
		return Open
	case id <= lastIssued:
		return Late
	}
	return NeverIssued
}
