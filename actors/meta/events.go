package meta

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// changeSlice is how many changes are told in one piece, so that calls need not
// wait for the end of a storm.
const changeSlice = 256

// onChanges publishes what the feed has, a slice of it; the rest comes behind
// what waits in the mailbox.
func (m *meta) onChanges() {
	for range changeSlice {
		c, ok := m.Events.Next()
		if !ok {
			return
		}
		if m.Env.Fault != nil {
			m.Env.Inject(Kind, &lane.Item{Op: lane.OpChanges, Session: c.Session, Ext: c})
		}
		m.publish(&c)
	}
	m.Events.Again()
}

// publish tells of one change. The publisher is the router, so everybody hears of
// it, also who caused it; only its own joining and leaving a session does not hear
// of (advanced profile, "Session Meta API").
func (m *meta) publish(c *lane.Change) {
	args, err := source.AppendPayload(nil, event(c), nil)
	if err != nil {
		panic(err) // our own words
	}
	p := lane.Publication{
		ID: wamp.GlobalID(m.enc.Random()), Serializer: source, Payload: args, IncludeMe: true,
		Trust: m.Trust.Publications.Highest(),
	}
	if c.Kind == lane.SessionJoined || c.Kind == lane.SessionLeft {
		p.From, p.IncludeMe = c.Session, false
	}
	m.Publish(m.enc, &p, c.Kind.Topic())
}

// event returns the Arguments of the event.
func event(c *lane.Change) []any {
	s := c.Session
	switch c.Kind {
	case lane.SessionJoined:
		return []any{sessionDetails(s)}
	case lane.SessionLeft:
		return []any{s.ID, s.Identity.AuthID, s.Identity.AuthRole}
	case lane.RegistrationCreated:
		return []any{s.ID, registrationDetails(c.Registration, c.Invoke)}
	case lane.SubscriptionCreated:
		return []any{s.ID, subscriptionDetails(c.Topic)}
	case lane.CalleeAdded, lane.CalleeRemoved, lane.RegistrationDeleted:
		return []any{s.ID, c.Registration.ID}
	}
	return []any{s.ID, c.Topic.ID}
}
