package main

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors"
)

// The example runs against a router and prints what it promises.
func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), router(t), &out); err != nil {
		t.Fatal(err)
	}
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

// router starts a router for the test and returns its URL.
func router(t *testing.T) string {
	t.Helper()
	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.DiscardHandler)
	}))
	r, err := actors.NewRouter(system, actors.Config{})
	if err == nil {
		err = r.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := r.Drain(ctx); err != nil {
			t.Error(err)
		}
		system.Shutdown()
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Serve(actors.Listener{Net: l}); err != nil {
		t.Fatal(err)
	}
	return "ws://" + l.Addr().String() + "/ws"
}

const want = `2 + 3 = 5
2 + three: com.example.error.not_a_number: numbers only
`
