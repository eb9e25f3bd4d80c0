package actors_test

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs a router for the test and drains it at its end. At the end no
// session, connection, topic or procedure is left.
func start(t testing.TB, cfg actors.Config) *actors.Router {
	t.Helper()
	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.DiscardHandler)
	}), actor.WithDeadLetterThrottleInterval(time.Millisecond)) // its goroutine lasts as long
	if os.Getenv("CALLBOARD_LOG") != "" {
		cfg.Log = zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr})
	}
	r, err := actors.NewRouter(system, cfg)
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
		c := r.Counters()
		if c.Sessions.Load() != 0 || c.Conns.Load() != 0 {
			t.Errorf("after the drain: %d sessions, %d connections", c.Sessions.Load(), c.Conns.Load())
		}
	})
	return r
}
