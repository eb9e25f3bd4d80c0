// Package retention is the actor that keeps the retained events of a realm and
// sends them to newcomers (advanced profile, "Event Retention"). It hears of a
// PUBLISH with retain from the publisher's session, and of a subscriber that
// asks from the topic that it joined; live events do not pass through it.
//
// Start with [New] and [State], which outlives the actor and belongs to it.
// [lane.Kept] says how each event reaches a newcomer once.
package retention

import (
	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
)

// Kind is the name of this kind of actor in policies and failure reports.
const Kind = supervisor.Retention

// retention is the actor.
type retention struct {
	*State
	env     *lane.Env
	archive *lane.Archive // nil if nothing outlives the process
	enc     *lane.Encoder // of the drain under way
}

// New returns the actor of a realm, whose state is kept in s.
func New(r *lane.Realm, s *State) actor.Actor {
	return &retention{State: s, env: r.Env, archive: r.Archive}
}

// Box makes its mailbox, once for each time that the realm is opened. What a
// realm retained that was restarted is still there.
func Box(r *lane.Realm, s *State) *lane.Box {
	s.reset()
	return r.Env.NewBox(Kind, nil)
}

// Receive keeps events and answers those who ask for them.
func (r *retention) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		r.enc = lane.NewEncoder(r.env)
		r.onStarted()
		r.enc.Flush()
	case *lane.Batch:
		r.enc = lane.Of(m.Executor())
		for it, ok := m.Next(); ok; it, ok = m.Next() {
			r.env.Inject(Kind, it)
			r.handle(it)
		}
		r.store()
	}
}

// handle is the bare switch over what others post.
func (r *retention) handle(it *lane.Item) {
	switch it.Op {
	case lane.OpRetain:
		r.onRetain(it.Ext.(*lane.Kept))
	case lane.OpSettled:
		r.onSettled(it.Ext.(*lane.Kept))
	case lane.OpGetRetained, lane.OpGetAgain:
		r.onGet(it.Member, it.Op == lane.OpGetAgain)
	case lane.OpClear:
		r.onClear(it.Ext.(*lane.Clear))
	}
}

// onStarted settles what was settled while the former actor failed.
func (r *retention) onStarted() {
	for _, e := range r.open {
		if e.Settled() {
			r.settle(e)
		}
	}
}

// onRetain keeps an event. The order of the announcements is the order of the
// events of a topic.
func (r *retention) onRetain(k *lane.Kept) {
	settled := k.Await()
	if settled && k.Withdrawn {
		r.count(1)
		return
	}
	r.add(k, !settled)
	r.count(r.trim(r.env.Now()))
}

func (r *retention) onSettled(k *lane.Kept) {
	if e := r.open[k]; e != nil {
		r.settle(e)
	}
}

// settle answers those who waited for the versions of this event, and takes it
// out again if its publisher failed.
func (r *retention) settle(e *event) {
	if e.Withdrawn {
		r.count(1)
	}
	r.close(e)
	waiting := e.waiting
	e.waiting = nil
	for _, q := range waiting {
		if q.pending--; q.pending == 0 {
			r.answer(q)
		}
	}
}

// onGet answers a newcomer, at once unless an event that it may get is under way
// and not yet settled.
func (r *retention) onGet(m *lane.Member, again bool) {
	r.count(r.trim(r.env.Now()))
	q := &query{to: m, again: again, arrived: r.arrivals}
	for t := range r.topicsOf(m) {
		for _, e := range t.chain {
			if e.open {
				e.waiting = append(e.waiting, q)
				q.pending++
			}
		}
	}
	if q.pending == 0 {
		r.answer(q)
	}
}

// answer sends the newest event of each topic that the newcomer may see, unless
// it gets it live.
func (r *retention) answer(q *query) {
	out := r.enc.Recall(q.to)
	reader, now := q.to.Session.Reader(), r.env.Now()
	for t := range r.topicsOf(q.to) {
		if e := r.newest(t, &reader, now); e != nil && !q.live(e) {
			out.Add(e.Event)
		}
	}
	out.End()
}

func (r *retention) onClear(c *lane.Clear) {
	n := 0
	for t := range r.matching(c.URI, c.Match) {
		n += len(t.chain)
		r.drop(t)
	}
	c.Done(n, nil)
}

func (r *retention) count(gone int) {
	if gone > 0 {
		r.env.Counters.Drop(lane.DropRetained, uint64(gone))
	}
}
