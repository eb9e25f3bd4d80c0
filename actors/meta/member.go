package meta

import (
	"iter"
	"time"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// memberIDs are the sessions of those memberships that are live.
func memberIDs(members iter.Seq[*lane.Member]) []wamp.ID {
	ids := []wamp.ID{}
	for m := range members {
		if m.Live() {
			ids = append(ids, m.Session.ID)
		}
	}
	return ids
}

// remove ends the membership of the session whose id is the second argument; a
// reason, as third argument or by keyword, is what its peer is told. The session
// itself gives the membership back (advanced profile, "Registration Revocation"
// and "Subscription Revocation"); it is no longer known when the call returns.
func (c *call) remove(members iter.Seq[*lane.Member]) *wamp.Error {
	id, err := c.id(1)
	if err != nil {
		return err
	}
	why, err := c.removalReason()
	if err != nil {
		return err
	}
	for m := range members {
		if m.Session.ID == id && m.Live() && m.Revoke() {
			m.Session.Box.Post(nil, lane.Item{Op: lane.OpRevoked, Member: m, Ext: &lane.Revocation{Reason: why}})
			return nil
		}
	}
	return &wamp.Error{URI: wamp.ErrNoSuchSession, Message: "no session of this id is a member"}
}

func (c *call) removalReason() (wamp.URI, *wamp.Error) {
	if len(c.args) == 3 {
		if c.kwargs["reason"] != nil {
			return "", invalid("there are two reasons")
		}
		c.kwargs = wamp.Dict{"reason": c.arg(2)}
	}
	return c.reason("")
}

// iso8601 is how the meta API says a time.
func iso8601(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
