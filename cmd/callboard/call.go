package main

import (
	"context"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/spf13/cobra"
)

func callCommand() *cobra.Command {
	var p peer
	c := &cobra.Command{
		Use:   "call URI [argument…]",
		Short: "Call a procedure and print its result as JSON",
		Long: `Call a procedure and print its result as JSON on standard output: one positional
value as it is, several or keyword values as {"args":…,"kwargs":…}. An ERROR is
printed on standard error, and the exit code is 1.
` + argumentsHelp,
		Example: `  callboard call wamp.session.count
  callboard call com.example.add 2 3 --timeout 5s
  callboard call com.example.greet --kwarg name=Ada`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			kwargs, options, err := p.inputs()
			if err != nil {
				return err
			}
			ctx := c.Context()
			s, err := p.join(ctx)
			if err != nil {
				return err
			}
			defer leave(s)
			call, cancel := p.within(ctx)
			defer cancel()
			r, err := s.Call(call, wamp.URI(args[0]), values(args[1:]), kwargs, options)
			if err != nil {
				return failed(interrupted(ctx, err))
			}
			return failed(printPayload(c.OutOrStdout(), r.Args, r.Kwargs))
		},
	}
	p.flags(c)
	p.payloadFlags(c)
	p.timeoutFlag(c)
	return c
}

// until waits for the first of: the session or what it serves ends, enough has
// been done, a signal.
func until(ctx context.Context, gone, enough <-chan struct{}, why func() error) error {
	select {
	case <-gone:
		return failed(why())
	case <-enough:
	case <-ctx.Done():
	}
	return nil
}
