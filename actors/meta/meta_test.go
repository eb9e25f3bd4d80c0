package meta_test

import (
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/actors/meta"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/supervisor"
)

// realm returns a realm without sessions whose meta is not started yet, and what
// starts it.
func realm(t *testing.T, fault func(*lane.Item)) (r *lane.Realm, start func()) {
	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.DiscardHandler)
	}))
	env := &lane.Env{
		System: system, Limits: lane.DefaultLimits(), Random: rand.Uint64, Now: time.Now,
		Policies: supervisor.Defaults(), Registry: supervisor.NewRegistry(), Report: func(supervisor.Failure) {},
		Fault: func(_ supervisor.Kind, it *lane.Item) { fault(it) },
	}
	env.Scheduler = mailbox.NewScheduler(func() mailbox.Local { return lane.NewEncoder(env) }, mailbox.SchedulerOptions{})
	env.Prepare()
	r = lane.NewRealm(env, "realm1")
	r.Meta = meta.Box(r)
	r.Events = r.Feed.Attach(r.Meta)
	return r, func() {
		pid := system.Root.Spawn(env.Leaf(meta.Kind, r.Meta, func() actor.Actor { return meta.New(r) }))
		t.Cleanup(func() {
			if err := system.Root.StopFuture(pid).Wait(); err != nil {
				t.Error(err)
			}
			env.Scheduler.Wait()
			system.Shutdown()
		})
	}
}

// A storm of changes waits, and a call behind it. Meta tells of the changes in
// slices, so the call does not wait for the end of the storm.
func TestStorm(t *testing.T) {
	const storm, slice = 1000, 256
	told, before := 0, -1
	end := make(chan struct{})
	r, start := realm(t, func(it *lane.Item) {
		switch _, change := it.Ext.(lane.Change); {
		case change:
			if told++; told == storm {
				close(end)
			}
		case it.Op == lane.OpMetaCall:
			before = told
		}
	})
	r.Events.Want(func(k lane.ChangeKind) bool { return k == lane.SessionLeft })
	caller := &lane.Session{Realm: r, Box: r.Env.NewBox(supervisor.Session, nil)}
	for range storm {
		r.Feed.Post(lane.Change{Kind: lane.SessionLeft, Session: caller})
	}
	r.Meta.Post(nil, lane.Item{
		Op: lane.OpMetaCall, Session: caller, Request: 1, Serializer: codec.JSON, Ext: "wamp.session.count",
	})
	start()
	<-end
	if before != slice {
		t.Errorf("the call is answered behind %d changes", before)
	}
	if caller.Box.Len() != 1 {
		t.Errorf("the caller has %d answers", caller.Box.Len())
	}
}
