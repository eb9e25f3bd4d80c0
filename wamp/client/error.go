package client

import (
	"errors"
	"fmt"

	"github.com/callboard-wamp/callboard/wamp"
)

// ErrClosed is why a session ended that was left or closed by its own program.
var ErrClosed = errors.New("client: session is closed")

// RuntimeError is the URI of the ERROR that a caller gets when a handler
// returns an error that is not an [*Error].
const RuntimeError wamp.URI = "wamp.error.runtime_error"

// Error is what the router or a callee answered: an ERROR to a request, an
// ABORT to a HELLO, or the GOODBYE that ended a session, whose reason is URI
// then. A handler returns one to choose what its caller gets.
type Error struct {
	URI     wamp.URI
	Args    []any
	Kwargs  wamp.Dict
	Details wamp.Dict
}

// Error returns the URI and, if there is one, the text for people: the first
// argument or Details.message.
func (e *Error) Error() string {
	if text := e.Message(); text != "" {
		return string(e.URI) + ": " + text
	}
	return string(e.URI)
}

// Message is the text for people, or empty.
func (e *Error) Message() string {
	if text, ok := e.Details["message"].(string); ok {
		return text
	}
	if len(e.Args) > 0 && e.Args[0] != nil {
		return fmt.Sprint(e.Args[0])
	}
	return ""
}

// asError is what a caller is told about err.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*wamp.Error](err); ok {
		return &Error{URI: e.URI, Args: []any{e.Message}}
	}
	return &Error{URI: RuntimeError, Args: []any{err.Error()}}
}

// Error returns the code and the reason.
func (e *CloseError) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("client: closed by the peer with %d", e.Code)
	}
	return fmt.Sprintf("client: closed by the peer with %d: %s", e.Code, e.Reason)
}
