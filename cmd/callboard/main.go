// Command callboard is a WAMP router, and the tools to talk to one from a
// shell: serve, config, call, publish, subscribe, register.
//
// Standard output is data, standard error is talk. The exit code is 0 when
// everything went well, 1 when the operation failed, 2 when the command line or
// the configuration is wrong, and 3 when a configuration file cannot be read. A first interrupt ends every command in good
// order, a second one at once with exit code 1.
//
//	callboard serve &
//	callboard call wamp.session.count
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/callboard-wamp/callboard/cmd/callboard/config"
	"github.com/callboard-wamp/callboard/wamp/client"
	"github.com/spf13/cobra"
)

// Exit codes of the program.
const (
	exitFailure    = 1
	exitUsage      = 2
	exitUnreadable = 3
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() { // ends with the process
		<-signals
		cancel()
		<-signals
		os.Exit(exitFailure)
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program without its process.
func run(ctx context.Context, args []string, out, talk io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(talk)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(talk, line(err))
	if _, failed := errors.AsType[*failure](err); failed {
		return exitFailure
	}
	if _, file := errors.AsType[*unreadable](err); file {
		return exitUnreadable
	}
	return exitUsage
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "callboard",
		Short:         "A WAMP router, and the tools to talk to one",
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(c *cobra.Command, _ []string) error {
			return errors.New("no command given; callboard --help says which there are")
		},
	}
	root.AddCommand(serveCommand(), configCommand(), callCommand(), publishCommand(), subscribeCommand(), registerCommand(), benchCommand(), versionCommand())
	return root
}

// failure is an operation that went wrong; every other error is one of usage or
// configuration.
type failure struct{ error }

func (f *failure) Unwrap() error { return f.error }

// failed marks err as a failure of the operation; nil stays nil.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return &failure{err}
}

// line is what people read about an error. What a router or a callee answered
// starts with its URI, and the mistakes in a file with their places.
func line(err error) string {
	if e, ok := errors.AsType[*client.Error](err); ok {
		return e.Error()
	}
	if m, ok := errors.AsType[config.Mistakes](err); ok {
		return m.Error()
	}
	return "callboard: " + err.Error()
}
