package lane

import (
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
)

// Publish sends an event that no session's actor publishes, a meta event or a
// testament, to the members of every topic that it reaches. It leaves when the
// run ends, see [Encoder.EndRun]. Unlike a session it remembers no routes.
func (r *Realm) Publish(e *Encoder, p *Publication, uri string) {
	e.BeginPublication()
	topic := []byte(uri)
	if t, ok := r.Topics.Get(topic); ok {
		if to, ok := t.Subscribers(); ok && to != nil {
			e.Publish(p, t, to, p.Disclosed)
		}
	}
	var details []wamp.Field
	r.TopicPatterns.View().Set.Match(topic, func(pattern string, m wamp.Match, t *Topic) bool {
		to, ok := t.Subscribers()
		if !ok || to == nil || !broker.DeliversTo(pattern, m, topic) {
			return true
		}
		if details == nil {
			details = append([]wamp.Field{wamp.Text("topic", uri)}, p.Disclosed...)
		}
		e.Publish(p, t, to, details)
		return true
	})
}
