package auth

import (
	"slices"

	"github.com/callboard-wamp/callboard/wamp"
)

// MethodAnonymous is the method that asks for nothing; it is also the role that
// it leads to.
const MethodAnonymous = "anonymous"

// Offered reads HELLO.Details.authmethods: the client's methods, the preferred
// one first. The list is nil if there is none; anything but a list of strings
// is a protocol violation.
func Offered(details wamp.Dict) ([]string, *wamp.Error) {
	value := details["authmethods"]
	if value == nil {
		return nil, nil
	}
	list, ok := value.([]any)
	if !ok {
		return nil, wamp.Violation("HELLO.Details.authmethods is not a list")
	}
	methods := make([]string, 0, len(list))
	for _, v := range list {
		method, ok := v.(string)
		if !ok {
			return nil, wamp.Violation("HELLO.Details.authmethods has an item that is not a string")
		}
		methods = append(methods, method)
	}
	return methods, nil
}

// Choose picks the authentication method: the first that the client offered
// and the realm has enabled. Whoever offers none asks for anonymous. The error
// is for ABORT, its URI tells a client that should have offered something from
// one that offered the wrong thing.
func Choose(offered, enabled []string) (string, *wamp.Error) {
	if len(offered) == 0 {
		if slices.Contains(enabled, MethodAnonymous) {
			return MethodAnonymous, nil
		}
		return "", &wamp.Error{URI: wamp.ErrAuthenticationRequired, Message: "the realm does not admit anonymous sessions"}
	}
	for _, method := range offered {
		if slices.Contains(enabled, method) {
			return method, nil
		}
	}
	return "", &wamp.Error{URI: wamp.ErrNoMatchingAuthMethod, Message: "the realm has none of the offered authentication methods enabled"}
}
