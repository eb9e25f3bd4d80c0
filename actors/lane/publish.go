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
	p.Topic = topic
	if t, ok := r.Topics.Get(topic); ok {
		e.Send(p, t, p.Disclosed)
	}
	var details []wamp.Field
	r.TopicPatterns.View().Set.Match(topic, func(pattern string, m wamp.Match, t *Topic) bool {
		if !broker.DeliversTo(pattern, m, topic) {
			return true
		}
		if details == nil {
			details = append([]wamp.Field{wamp.Text("topic", uri)}, p.Disclosed...)
		}
		e.Send(p, t, details)
		return true
	})
}
