package wamp

// URI is a realm, topic, procedure, error or reason (basic profile, "URIs").
type URI string

// Error URIs and close reasons that the router sends.
const (
	ErrInvalidURI             URI = "wamp.error.invalid_uri"
	ErrNoSuchRealm            URI = "wamp.error.no_such_realm"
	ErrProtocolViolation      URI = "wamp.error.protocol_violation"
	ErrNoSuchSubscription     URI = "wamp.error.no_such_subscription"
	ErrNoSuchRegistration     URI = "wamp.error.no_such_registration"
	ErrNoSuchSession          URI = "wamp.error.no_such_session"
	ErrNoSuchProcedure        URI = "wamp.error.no_such_procedure"
	ErrNoAvailableCallee      URI = "wamp.error.no_available_callee"
	ErrProcedureAlreadyExists URI = "wamp.error.procedure_already_exists"
	ErrInvalidArgument        URI = "wamp.error.invalid_argument"
	ErrNotAuthorized          URI = "wamp.error.not_authorized"
	ErrDiscloseMe             URI = "wamp.error.option_disallowed.disclose_me"
	ErrOptionNotAllowed       URI = "wamp.error.option_not_allowed"
	ErrFeatureNotSupported    URI = "wamp.error.feature_not_supported"
	ErrPayloadSizeExceeded    URI = "wamp.error.payload_size_exceeded"
	ErrCanceled               URI = "wamp.error.canceled"
	ErrTimeout                URI = "wamp.error.timeout"
	ErrUnavailable            URI = "wamp.error.unavailable"
	ErrNoMatchingAuthMethod   URI = "wamp.error.no_matching_auth_method"
	ErrAuthenticationRequired URI = "wamp.error.authentication_required"
	ErrAuthenticationDenied   URI = "wamp.error.authentication_denied"
	// ErrInternal ends what a crash inside the router took along.
	ErrInternal URI = "callboard.error.internal"
	// ErrReplaced ends a registration that another callee took over by force.
	ErrReplaced URI = "callboard.error.replaced"
	// ErrResourceLimit ends a session that used up a limit.
	ErrResourceLimit URI = "callboard.error.resource_limit"

	CloseNormal         URI = "wamp.close.normal"
	CloseRealm          URI = "wamp.close.close_realm"
	CloseGoodbyeAndOut  URI = "wamp.close.goodbye_and_out"
	CloseSystemShutdown URI = "wamp.close.system_shutdown"
	CloseKilled         URI = "wamp.close.killed"
)

// Error is what a peer must know about a failure: the URI of an ERROR or ABORT
// and a text for people. It is data, and a Go error where one is expected.
type Error struct {
	URI     URI
	Message string
}

// Error returns the URI and the text.
func (e *Error) Error() string {
	if e.Message == "" {
		return string(e.URI)
	}
	return string(e.URI) + ": " + e.Message
}

// Violation is a protocol violation with this text.
func Violation(text string) *Error { return &Error{URI: ErrProtocolViolation, Message: text} }
