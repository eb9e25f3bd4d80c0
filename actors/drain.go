package actors

import (
	"context"
	"errors"
	"time"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
)

// drainStep is how often Drain looks whether everybody has left.
const drainStep = 5 * time.Millisecond

// Drain ends the router: no more connections, GOODBYE wamp.close.system_shutdown
// to every session, and when they have answered or their time is up, the whole
// tree. Every goroutine of the router has ended when it returns nil. When ctx
// ends first, what is left is closed without waiting for answers.
func (r *Router) Drain(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.started || r.drained {
		return nil
	}
	r.drained = true
	r.env.Draining.Store(true)
	var err error
	if n := r.tree.nodes.Load(); n != nil {
		err = r.system.Root.StopFuture(n.listeners).Wait()
	}
	for uri := range r.realms {
		if h := r.Realm(uri); h != nil {
			sayGoodbye(h)
		}
	}
	r.waitForPeers(ctx)
	if r.tree.root != nil {
		err = errors.Join(err, r.system.Root.StopFuture(r.tree.root).Wait())
	}
	r.readers.Wait()
	if r.shelf != nil {
		r.shelf.Wait()
	}
	r.env.Timers.Close()
	r.env.Scheduler.Wait()
	return err
}

func sayGoodbye(h *lane.Realm) {
	for _, s := range h.Sessions.All() {
		s.Box.Post(nil, lane.Item{Op: lane.OpClose, Ext: &lane.Close{Reason: wamp.CloseSystemShutdown, Code: 1001}})
	}
}

// waitForPeers returns when no connection is left that had a session, or when
// the time for answers is up.
func (r *Router) waitForPeers(ctx context.Context) {
	grace := time.After(r.env.Limits.GoodbyeGrace + r.env.Limits.LingerTime)
	tick := time.NewTicker(drainStep)
	defer tick.Stop()
	for r.env.Counters.Conns.Load() > 0 || r.env.Counters.Sessions.Load() > 0 {
		select {
		case <-tick.C:
		case <-grace:
			return
		case <-ctx.Done():
			return
		}
	}
}
