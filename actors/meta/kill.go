package meta

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// The procedures of the advanced profile, "Session Meta API", that end sessions.
// A session that was killed is no longer known when the call returns: it cannot
// be killed twice, and is neither listed nor counted. Its actor ends as soon as
// it comes to that, says GOODBYE, and gives everything back at once; only its
// transport stays a moment for the peer's answer.

// killSlice is how many sessions are told to go in one piece, so that a storm of
// them does not keep the realm waiting.
const killSlice = 256

// kills are sessions that were marked and have to be told.
type kills struct {
	sessions []*lane.Session
	how      *lane.Close
}

func sessionKill(c *call) (answer, *wamp.Error) {
	id, err := c.id(0)
	if err != nil {
		return answer{}, err
	}
	how, err := c.lastWord()
	if err != nil {
		return answer{}, err
	}
	s := c.Sessions.Get(id)
	if s == nil || s == c.caller || !s.Leave() {
		return answer{}, noSuchSession
	}
	c.tell(&kills{[]*lane.Session{s}, how})
	return answer{}, nil
}

func sessionKillByAuthID(c *call) (answer, *wamp.Error) {
	authid, err := c.text(0)
	if err != nil {
		return answer{}, err
	}
	killed, err := c.kill((*lane.Session).Leave, func(s *lane.Session) bool { return s.Identity.AuthID == authid })
	return one(sessionIDs(killed)), err
}

func sessionKillByAuthRole(c *call) (answer, *wamp.Error) {
	authrole, err := c.text(0)
	if err != nil {
		return answer{}, err
	}
	killed, err := c.kill((*lane.Session).Leave, func(s *lane.Session) bool { return s.Identity.AuthRole == authrole })
	return one(len(killed)), err
}

// sessionKillAll ends all others, without meta events and testaments about it.
func sessionKillAll(c *call) (answer, *wamp.Error) {
	killed, err := c.kill((*lane.Session).LeaveQuietly, func(*lane.Session) bool { return true })
	return one(len(killed)), err
}

// kill marks the sessions that are meant, the caller's own excepted, and has them
// told. mark says whether a session was staying.
func (c *call) kill(mark, meant func(*lane.Session) bool) ([]*lane.Session, *wamp.Error) {
	how, err := c.lastWord()
	if err != nil {
		return nil, err
	}
	killed := c.those(func(s *lane.Session) bool { return s != c.caller && meant(s) && mark(s) })
	c.tell(&kills{killed, how})
	return killed, nil
}

// lastWord reads what the sessions are told.
func (c *call) lastWord() (*lane.Close, *wamp.Error) {
	reason, err := c.reason(string(wamp.CloseKilled))
	if err != nil {
		return nil, err
	}
	message, err := c.keyword("message", "")
	if err != nil {
		return nil, err
	}
	return &lane.Close{Reason: reason, Message: message, Code: netio.CloseNormal}, nil
}

// reason is the keyword argument of this name, a URI.
func (c *call) reason(otherwise string) (wamp.URI, *wamp.Error) {
	reason, err := c.keyword("reason", otherwise)
	if err != nil || c.kwargs["reason"] == nil {
		return wamp.URI(reason), err
	}
	if err := wamp.CheckURI([]byte(reason), wamp.Exact, wamp.Loose); err != nil {
		return "", err
	}
	return wamp.URI(reason), nil
}

// tell has sessions told. They are marked by now, so they are told by an item of
// their own, which is not lost when the actor fails.
func (m *meta) tell(k *kills) { m.Meta.Post(nil, lane.Item{Op: lane.OpKill, Ext: k}) }

// onKill tells a slice of them, and the rest when what waits in the mailbox has
// had its turn.
func (m *meta) onKill(k *kills) {
	n := min(len(k.sessions), killSlice)
	for _, s := range k.sessions[:n] {
		s.Box.Post(nil, lane.Item{Op: lane.OpClose, Ext: k.how})
	}
	if n < len(k.sessions) {
		m.tell(&kills{k.sessions[n:], k.how})
	}
}
