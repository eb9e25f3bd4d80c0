package auth

import (
	"fmt"

	"github.com/callboard-wamp/callboard/wamp"
)

// Identity is who a session is, by the router's decision and not by the
// client's wish. All four are in every WELCOME, as clients expect.
type Identity struct {
	AuthID, AuthRole, AuthMethod, AuthProvider string
}

// Anonymous is the identity of a session in a realm that has only this method:
// role anonymous, and an authid of 128 random bits, whatever authid the client
// asked for. Random returns 64 random bits. The error is that of [Offered] or
// [Choose].
func Anonymous(details wamp.Dict, random func() uint64) (Identity, *wamp.Error) {
	offered, err := Offered(details)
	if err != nil {
		return Identity{}, err
	}
	if _, err := Choose(offered, []string{MethodAnonymous}); err != nil {
		return Identity{}, err
	}
	return Identity{
		AuthID:       fmt.Sprintf("%016x%016x", random(), random()),
		AuthRole:     MethodAnonymous,
		AuthMethod:   MethodAnonymous,
		AuthProvider: "static",
	}, nil
}
