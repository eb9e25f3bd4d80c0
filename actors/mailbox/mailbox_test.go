package mailbox_test

import (
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.uber.org/goleak"

	"github.com/callboard-wamp/callboard/actors/mailbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func quiet(*actor.ActorSystem) *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// newSystem makes an actor system that leaves no goroutine behind.
func newSystem(t testing.TB) *actor.ActorSystem {
	s := actor.NewActorSystem(actor.WithLoggerFactory(quiet),
		actor.WithDeadLetterThrottleInterval(time.Millisecond)) // its goroutine lasts as long
	t.Cleanup(s.Shutdown)
	return s
}

// rig is an actor on a mailbox under test.
type rig[T any] struct {
	system *actor.ActorSystem
	sched  *mailbox.Scheduler
	box    *mailbox.Mailbox[T]
	pid    *actor.PID
	gone   chan struct{}
	once   sync.Once
}

func newRig[T any](t testing.TB, o mailbox.Options[T]) *rig[T] {
	if o.Scheduler == nil {
		o.Scheduler = mailbox.NewScheduler(nil, mailbox.SchedulerOptions{})
	}
	return &rig[T]{system: newSystem(t), sched: o.Scheduler, box: mailbox.New(&o, nil), gone: make(chan struct{})}
}

func (r *rig[T]) spawn(receive actor.ReceiveFunc, opts ...actor.PropsOption) {
	props := actor.PropsFromFunc(func(c actor.Context) {
		receive(c)
		if _, ok := c.Message().(*actor.Stopped); ok {
			r.once.Do(func() { close(r.gone) })
		}
	}, append(opts, actor.WithMailbox(func() actor.Mailbox { return r.box }))...)
	r.pid = r.system.Root.Spawn(props)
}

func (r *rig[T]) stop() {
	r.system.Root.Stop(r.pid)
	<-r.gone
	r.sched.Wait()
}

func TestOneFIFOForItemsAndMessages(t *testing.T) {
	var got []any
	done := make(chan struct{})
	r := newRig(t, mailbox.Options[int]{})
	for i := range 3 {
		r.box.Post(nil, i)
	}
	r.box.PostUserMessage("a")
	r.box.PostUserMessage(&actor.MessageEnvelope{Message: "b", Sender: actor.NewPID("x", "y")})
	r.box.Post(nil, 3)
	r.box.PostUserMessage("end")
	r.spawn(func(c actor.Context) {
		switch m := c.Message().(type) {
		case *mailbox.Batch[int]:
			n := m.Len()
			for item, ok := m.Next(); ok; item, ok = m.Next() {
				got = append(got, *item)
			}
			got = append(got, -n)
		case string:
			got = append(got, m)
			if c.Sender() != nil {
				got = append(got, c.Sender().Id)
			}
			if m == "end" {
				close(done)
			}
		case *actor.Started:
			got = append(got, "started")
		}
	})
	<-done
	r.stop()
	want := []any{"started", 0, 1, 2, -3, "a", "b", "y", 3, -1, "end"}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}
