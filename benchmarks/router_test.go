package benchmarks_test

import (
	"context"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/benchmarks"
	"github.com/callboard-wamp/callboard/benchmarks/faulty"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs a router of this project on sockets and returns the URLs by
// transport. It is drained at the end of the test.
func start(t testing.TB) map[string]string {
	t.Helper()
	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.DiscardHandler)
	}), actor.WithDeadLetterThrottleInterval(time.Millisecond)) // its goroutine lasts as long
	r, err := actors.NewRouter(system, actors.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := r.Drain(ctx); err != nil {
			t.Error("drain:", err)
		}
		system.Shutdown()
	})
	l := listen(t)
	if err := r.Serve(actors.Listener{Net: l}); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"ws": "ws://" + l.Addr().String() + "/ws", "rawsocket": "tcp://" + l.Addr().String()}
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// wrong runs a router with faults and returns its URL.
func wrong(t testing.TB, f faulty.Faults) string {
	t.Helper()
	r := faulty.New(f)
	l := listen(t)
	done := make(chan struct{})
	go func() { defer close(done); r.Serve(l) }()
	t.Cleanup(func() { r.Close(); <-done })
	return "ws://" + l.Addr().String() + "/ws"
}

// run runs a scenario, which must end by itself and not by its time.
func run(t testing.TB, o benchmarks.Options) *benchmarks.Result {
	t.Helper()
	if o.Messages > 0 {
		o.Duration = time.Hour
	}
	r, err := benchmarks.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
