package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors"
	"github.com/mattn/go-isatty"
	"github.com/rs/zerolog"
)

const (
	drainTime = 4 * time.Second
	drainMost = 4500 * time.Millisecond // then the process ends all the same
)

var errStuck = errors.New("the router did not end in time")

// startRouter starts a router in an actor system of its own, which logs where
// the router does. shutdown ends the system, after the router was drained.
func startRouter(ctx context.Context, cfg actors.Config) (r *actors.Router, shutdown func(), err error) {
	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(zerolog.NewSlogHandler(cfg.Log.Level(max(cfg.Log.GetLevel(), zerolog.WarnLevel))))
	}))
	if r, err = actors.NewRouter(system, cfg); err == nil {
		err = r.Start(ctx)
	}
	if err != nil {
		system.Shutdown()
		return nil, nil, err
	}
	return r, system.Shutdown, nil
}

// drain ends the router. Sessions have time to answer the GOODBYE.
func drain(r *actors.Router) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	drained := make(chan error, 1)
	go func() { drained <- r.Drain(ctx) }() // ends with the process if it hangs
	select {
	case err := <-drained:
		return err
	case <-time.After(drainMost):
		return errStuck
	}
}

func console(out io.Writer) io.Writer {
	return zerolog.ConsoleWriter{Out: out, TimeFormat: time.TimeOnly, NoColor: !terminal(out) || os.Getenv("NO_COLOR") != ""}
}

func terminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
