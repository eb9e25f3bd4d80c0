package meta

import (
	"slices"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// procedure is one procedure of the router, with how many arguments it takes.
type procedure struct {
	least, most int
	run         func(*call) (any, *wamp.Error)
}

// procedures is the table of what exists (advanced profile, "Session Meta API").
var procedures = map[string]procedure{
	"wamp.session.count": {0, 1, sessionCount},
	"wamp.session.list":  {0, 1, sessionList},
	"wamp.session.get":   {1, 1, sessionGet},
}

func sessionCount(c *call) (any, *wamp.Error) {
	sessions, err := c.sessions()
	return len(sessions), err
}

func sessionList(c *call) (any, *wamp.Error) {
	sessions, err := c.sessions()
	ids := make([]any, len(sessions))
	for i, s := range sessions {
		ids[i] = uint64(s.ID)
	}
	return ids, err
}

// sessions returns the sessions of the roles that the first argument lists;
// without one, all.
func (c *call) sessions() ([]*lane.Session, *wamp.Error) {
	all := c.realm.Sessions.All()
	if len(c.args) == 0 || c.args[0] == nil {
		return all, nil
	}
	roles, ok := c.args[0].([]any)
	if !ok {
		return nil, invalid("the list of authroles is not a list")
	}
	for _, role := range roles {
		if _, ok := role.(string); !ok {
			return nil, invalid("an authrole is not a string")
		}
	}
	return slices.DeleteFunc(all, func(s *lane.Session) bool {
		return !slices.Contains(roles, any(s.Identity.AuthRole))
	}), nil
}

func sessionGet(c *call) (any, *wamp.Error) {
	id, ok := toID(c.args[0])
	if !ok {
		return nil, invalid("the session id is not an id")
	}
	s := c.realm.Sessions.Get(id)
	if s == nil {
		return nil, &wamp.Error{URI: wamp.ErrNoSuchSession}
	}
	return wamp.Dict{
		"session": uint64(s.ID), "authid": s.Identity.AuthID, "authrole": s.Identity.AuthRole,
		"authmethod": s.Identity.AuthMethod, "authprovider": s.Identity.AuthProvider,
	}, nil
}

func invalid(text string) *wamp.Error {
	return &wamp.Error{URI: wamp.ErrInvalidArgument, Message: text}
}

// toID reads an id from an argument: an integer, or a float that is one.
func toID(v any) (wamp.ID, bool) {
	var id wamp.ID
	switch n := v.(type) {
	case int64:
		id = wamp.ID(max(n, 0))
	case uint64:
		id = wamp.ID(n)
	case float64:
		if n != float64(uint64(max(n, 0))) {
			return 0, false
		}
		id = wamp.ID(n)
	}
	return id, id.Valid()
}
