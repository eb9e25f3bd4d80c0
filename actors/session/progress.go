package session

import (
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

var progressing = []wamp.Field{wamp.True("progress")}

// passOn writes a progressive result (advanced profile, "Progressive Call
// Results"). A caller that does not read is not sent further ones: they come from
// a callee that is not slowed down by it, and would soon use up its whole outbox.
func (s *session) passOn(it *lane.Item) *wamp.Error {
	if s.Transport.Outbox.Lagging() {
		s.env.Counters.Drop(lane.DropSlowCaller, 1)
		return &wamp.Error{URI: wamp.ErrCanceled, Message: "the caller does not read its progressive results"}
	}
	return s.writePayload(it, &wamp.Message{Type: wamp.Result, Request: it.Request, Fields: progressing})
}
