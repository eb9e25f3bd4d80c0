package client

import (
	"context"

	"github.com/callboard-wamp/callboard/wamp"
)

// Publish publishes to a topic. With the option acknowledge=true it waits for
// the router and returns the publication id; otherwise it returns 0 once the
// message is on its way, and nobody learns of a refusal. It waits while the
// router takes no bytes.
func (s *Session) Publish(ctx context.Context, topic wamp.URI, args []any, kwargs wamp.Dict, o ...wamp.Dict) (wamp.ID, error) {
	m, err := s.message(wamp.Publish, topic, o)
	if err != nil {
		return 0, err
	}
	if err := s.raw.setPayload(m, args, kwargs); err != nil {
		return 0, err
	}
	if acknowledge, _ := options(o)["acknowledge"].(bool); !acknowledge {
		return 0, s.send(ctx, m, nil)
	}
	a, err := s.do(ctx, m, newRequest(wamp.Publish))
	return a.id, err
}
