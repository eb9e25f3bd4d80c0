package main

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
	"github.com/spf13/cobra"
)

// registering is one run of the command.
type registering struct {
	peer
	match, invoke, result string
	echo                  bool
	count                 int64

	talk   io.Writer
	seen   atomic.Int64
	enough chan struct{}
	answer func(i *client.Invocation) *client.Result
}

func registerCommand() *cobra.Command {
	r := &registering{enough: make(chan struct{})}
	c := &cobra.Command{
		Use:   "register URI",
		Short: "Offer a procedure that answers with its arguments or a fixed result",
		Long: `Offer a procedure until interrupted or --count is reached. It answers with the
arguments of the call, or with --result. "registered …" on standard error says
that the router has agreed.`,
		Example: `  callboard register com.example.echo
  callboard register com.example.answer --result 42
  callboard register com.example.work --invoke roundrobin`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			r.talk = c.ErrOrStderr()
			return r.run(c.Context(), wamp.URI(args[0]), c.Flags().Changed("result"))
		},
	}
	r.flags(c)
	f := c.Flags()
	f.StringVar(&r.match, "match", "exact", "exact, prefix or wildcard")
	f.StringVar(&r.invoke, "invoke", "single", "single, first, last, random, roundrobin, _least_pending or _hash")
	f.BoolVar(&r.echo, "echo", true, "answer with the arguments of the call")
	f.StringVar(&r.result, "result", "", "answer with this `JSON` value")
	f.Int64Var(&r.count, "count", 0, "end after this many calls; 0 means never")
	c.MarkFlagsMutuallyExclusive("echo", "result")
	return c
}

func (r *registering) run(ctx context.Context, procedure wamp.URI, fixed bool) error {
	_, options, err := r.inputs()
	if err != nil {
		return err
	}
	if err := r.configure(options, fixed); err != nil {
		return err
	}
	session, err := r.join(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	reg, err := session.Register(ctx, procedure, r.serve, options)
	if err != nil {
		return failed(interrupted(ctx, err))
	}
	fmt.Fprintf(r.talk, "registered %s\n", procedure)
	if err := until(ctx, reg.Done(), r.enough, reg.Err); err != nil {
		return err
	}
	return failed(finish(session, reg))
}

func (r *registering) configure(options wamp.Dict, fixed bool) error {
	if err := matching(options, r.match); err != nil {
		return err
	}
	if wamp.ParseInvoke(r.invoke) == wamp.InvokeUnknown {
		return fmt.Errorf("--invoke %s: single, first, last, random, roundrobin, _least_pending and _hash are known", r.invoke)
	}
	if r.invoke != wamp.Single.String() {
		options["invoke"] = r.invoke
	}
	r.answer = func(i *client.Invocation) *client.Result { return &client.Result{} }
	if r.echo {
		r.answer = func(i *client.Invocation) *client.Result { return &client.Result{Args: i.Args, Kwargs: i.Kwargs} }
	}
	if fixed {
		v, err := codec.JSON.DecodeValue([]byte(r.result))
		if err != nil {
			return fmt.Errorf("--result %s: not valid JSON", r.result)
		}
		r.answer = func(*client.Invocation) *client.Result { return &client.Result{Args: []any{v}} }
	}
	return nil
}

// serve is called by a goroutine for each call.
func (r *registering) serve(_ context.Context, i *client.Invocation) (*client.Result, error) {
	if r.seen.Add(1) == r.count {
		close(r.enough)
	}
	return r.answer(i), nil
}

// finish takes no more calls, answers those that came and leaves.
func finish(s *client.Session, reg *client.Registration) error {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	if err := reg.Unregister(ctx); err != nil {
		return err
	}
	if err := reg.Wait(ctx); err != nil {
		return err
	}
	return s.Leave(ctx)
}
