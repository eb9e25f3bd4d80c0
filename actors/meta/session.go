package meta

import (
	"slices"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// The procedures of the advanced profile, "Session Meta API", that tell of
// sessions.

func sessionCount(c *call) (answer, *wamp.Error) {
	sessions, err := c.sessions()
	return one(len(sessions)), err
}

func sessionList(c *call) (answer, *wamp.Error) {
	sessions, err := c.sessions()
	return one(sessionIDs(sessions)), err
}

func sessionIDs(sessions []*lane.Session) []wamp.ID {
	ids := make([]wamp.ID, len(sessions))
	for i, s := range sessions {
		ids[i] = s.ID
	}
	return ids
}

// sessions returns the sessions of the roles that the first argument lists;
// without one, all.
func (c *call) sessions() ([]*lane.Session, *wamp.Error) {
	filter := c.arg(0)
	if filter == nil {
		return c.those(func(*lane.Session) bool { return true }), nil
	}
	roles, ok := filter.([]any)
	if !ok {
		return nil, invalid("the list of authroles is not a list")
	}
	for _, role := range roles {
		if _, ok := role.(string); !ok {
			return nil, invalid("an authrole is not a string")
		}
	}
	return c.those(func(s *lane.Session) bool { return slices.Contains(roles, any(s.Identity.AuthRole)) }), nil
}

// those returns the sessions that are meant and not about to end.
func (m *meta) those(meant func(*lane.Session) bool) []*lane.Session {
	return slices.DeleteFunc(m.Sessions.All(), func(s *lane.Session) bool { return s.Left() || !meant(s) })
}

func sessionGet(c *call) (answer, *wamp.Error) {
	id, err := c.id(0)
	if err != nil {
		return answer{}, err
	}
	s := c.Sessions.Get(id)
	if s == nil || s.Left() {
		return answer{}, noSuchSession
	}
	return one(sessionDetails(s)), nil
}

var noSuchSession = &wamp.Error{URI: wamp.ErrNoSuchSession, Message: "no session of this id is in the realm"}

// sessionDetails is what wamp.session.get and wamp.session.on_join say.
func sessionDetails(s *lane.Session) wamp.Dict {
	id := &s.Identity
	return wamp.Dict{
		"session": s.ID, "authid": id.AuthID, "authrole": id.AuthRole,
		"authmethod": id.AuthMethod, "authprovider": id.AuthProvider,
	}
}
