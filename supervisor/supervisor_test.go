package supervisor_test

import (
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.uber.org/goleak"

	"github.com/callboard-wamp/callboard/supervisor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func silent(*actor.ActorSystem) *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func newSystem(t testing.TB) *actor.ActorSystem {
	s := actor.NewActorSystem(actor.WithLoggerFactory(silent),
		actor.WithDeadLetterThrottleInterval(time.Millisecond)) // its goroutine lasts as long
	t.Cleanup(s.Shutdown)
	return s
}

// reports collects failures and lets a test wait for them.
type reports struct {
	mu   sync.Mutex
	cond *sync.Cond
	all  []supervisor.Failure
}

func newReports() *reports {
	r := &reports{}
	r.cond = sync.NewCond(&r.mu)
	return r
}

func (r *reports) add(f supervisor.Failure) {
	r.mu.Lock()
	r.all = append(r.all, f)
	r.cond.Broadcast()
	r.mu.Unlock()
}

func (r *reports) wait(n int) []supervisor.Failure {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.all) < n {
		r.cond.Wait()
	}
	return append([]supervisor.Failure(nil), r.all...)
}

// parent spawns an actor that supervises with s and starts one child of each
// props. It returns its PID and those of its children.
func parent(sys *actor.ActorSystem, s *supervisor.Strategy, o *supervisor.GuardOptions,
	children ...*actor.Props) (*actor.PID, func() []*actor.PID) {
	var mu sync.Mutex
	var pids []*actor.PID
	started := make(chan struct{}, 100)
	receive := actor.ReceiveFunc(func(c actor.Context) {
		if _, ok := c.Message().(*actor.Started); ok {
			mu.Lock()
			pids = nil
			for _, p := range children {
				pids = append(pids, c.Spawn(p))
			}
			mu.Unlock()
			started <- struct{}{}
		}
	})
	o.Strategy = s
	pid := sys.Root.Spawn(actor.PropsFromProducer(func() actor.Actor {
		return supervisor.Guard(receive, o)
	}, actor.WithSupervisor(s)))
	return pid, func() []*actor.PID {
		<-started
		mu.Lock()
		defer mu.Unlock()
		return append([]*actor.PID(nil), pids...)
	}
}

type boom struct{}

// fragile panics at boom; events gets the names of its lifecycle messages.
func fragile(kind supervisor.Kind, events func(string), o supervisor.GuardOptions) *actor.Props {
	o.Kind = kind
	return actor.PropsFromProducer(func() actor.Actor {
		return supervisor.Guard(actor.ReceiveFunc(func(c actor.Context) {
			switch m := c.Message().(type) {
			case boom:
				panic("boom")
			case *actor.Started:
				events("started")
			case *actor.Stopped:
				events("stopped")
			case string:
				events(m)
			}
		}), &o)
	})
}

func TestRestartIsReportedWithStack(t *testing.T) {
	sys, rep := newSystem(t), newReports()
	events := make(chan string, 10)
	s := supervisor.Defaults().Strategy(supervisor.Options{Kind: supervisor.Realm, Report: rep.add})
	top, children := parent(sys, s, &supervisor.GuardOptions{Kind: supervisor.Realm},
		fragile(supervisor.Directory, func(e string) { events <- e }, supervisor.GuardOptions{}))
	child := children()[0]
	sys.Root.Send(child, boom{})
	sys.Root.Send(child, "after")
	for _, want := range []string{"started", "started", "after"} {
		if got := <-events; got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	f := rep.wait(1)[0]
	if f.Kind != supervisor.Directory || f.Reason != "boom" || f.Directive != supervisor.Restart ||
		f.MessageType != "supervisor_test.boom" || len(f.Stack) == 0 || !f.PID.Equal(child) {
		t.Fatalf("report %+v", f)
	}
	_ = sys.Root.StopFuture(top).Wait()
}
