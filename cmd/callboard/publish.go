package main

import (
	"fmt"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/spf13/cobra"
)

func publishCommand() *cobra.Command {
	var p peer
	var acknowledge bool
	c := &cobra.Command{
		Use:   "publish URI [argument…]",
		Short: "Publish an event",
		Long: `Publish an event. With --acknowledge the router's answer is waited for and the
publication id printed; otherwise nobody learns whether it was refused.
` + argumentsHelp,
		Example: `  callboard publish com.example.news '{"title":"hello"}'
  callboard publish com.example.state on --acknowledge --option retain=true`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			kwargs, options, err := p.inputs()
			if err != nil {
				return err
			}
			if acknowledge {
				options["acknowledge"] = true
			}
			ctx := c.Context()
			s, err := p.join(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			call, cancel := p.within(ctx)
			defer cancel()
			id, err := s.Publish(call, wamp.URI(args[0]), values(args[1:]), kwargs, options)
			if err != nil {
				return failed(interrupted(ctx, err))
			}
			if id != 0 {
				fmt.Fprintln(c.OutOrStdout(), id)
			}
			return failed(leave(s))
		},
	}
	p.flags(c)
	p.payloadFlags(c)
	p.timeoutFlag(c)
	c.Flags().BoolVar(&acknowledge, "acknowledge", false, "wait for the router and print the publication id")
	return c
}
