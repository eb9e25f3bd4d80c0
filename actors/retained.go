package actors

import (
	"context"
	"errors"
	"fmt"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// ErrNoRealm says that there is no realm of this name, or that it is closed.
var ErrNoRealm = errors.New("actors: no such realm")

// ClearRetained forgets the retained events of the topics that a pattern matches
// (exact: of one topic), and returns how many events those were. Live events and
// subscriptions are not touched, and what is published from now on is retained.
func (r *Router) ClearRetained(ctx context.Context, realm wamp.URI, uri string, match wamp.Match) (events int, err error) {
	h := r.Realm(string(realm))
	if h == nil {
		return 0, fmt.Errorf("%w: %s", ErrNoRealm, realm)
	}
	type answer struct {
		events int
		err    *wamp.Error
	}
	answered := make(chan answer, 1)
	c := &lane.Clear{URI: uri, Match: match, Done: func(n int, err *wamp.Error) { answered <- answer{n, err} }}
	if !h.Retention.Post(nil, lane.Item{Op: lane.OpClear, Ext: c}) {
		return 0, fmt.Errorf("%w: %s", ErrNoRealm, realm)
	}
	select {
	case a := <-answered:
		if a.err != nil {
			return 0, fmt.Errorf("actors: clear retained: %w", a.err)
		}
		return a.events, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
