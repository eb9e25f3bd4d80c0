package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"sync"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
	"github.com/spf13/cobra"
)

// subscribing is one run of the command.
type subscribing struct {
	peer
	match string
	count int

	out    io.Writer
	talk   io.Writer
	seen   int
	enough chan struct{}
	once   sync.Once
	err    error
}

func subscribeCommand() *cobra.Command {
	s := &subscribing{enough: make(chan struct{})}
	c := &cobra.Command{
		Use:   "subscribe URI",
		Short: "Print the events of a topic, one JSON object a line",
		Long: `Print the events of a topic on standard output, one JSON object a line with topic,
publication, args, kwargs and further details, until interrupted or --count is reached.
"subscribed to …" on standard error says that the router has agreed.`,
		Example: `  callboard subscribe com.example.news
  callboard subscribe com.example. --match prefix --count 10`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			s.out, s.talk = c.OutOrStdout(), c.ErrOrStderr()
			return s.run(c.Context(), wamp.URI(args[0]))
		},
	}
	s.flags(c)
	c.Flags().StringVar(&s.match, "match", "exact", "exact, prefix or wildcard")
	c.Flags().IntVar(&s.count, "count", 0, "end after this many events; 0 means never")
	return c
}

func (s *subscribing) run(ctx context.Context, topic wamp.URI) error {
	_, options, err := s.inputs()
	if err != nil {
		return err
	}
	if err := matching(options, s.match); err != nil {
		return err
	}
	session, err := s.join(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	sub, err := session.Subscribe(ctx, topic, s.print, options)
	if err != nil {
		return failed(interrupted(ctx, err))
	}
	fmt.Fprintf(s.talk, "subscribed to %s\n", topic)
	if err := until(ctx, sub.Done(), s.enough, sub.Err); err != nil {
		return err
	}
	_ = sub.Unsubscribe(context.Background())
	_ = leave(session)
	return failed(s.err)
}

// matching sets the option match, which is left out for exact.
func matching(options wamp.Dict, match string) error {
	m, ok := wamp.ParseMatch(match)
	if !ok {
		return fmt.Errorf("--match %s: exact, prefix and wildcard are known", match)
	}
	if m != wamp.Exact {
		options["match"] = match
	}
	return nil
}

// print is called for one event after the other.
func (s *subscribing) print(e *client.Event) {
	if s.err != nil || s.count > 0 && s.seen == s.count {
		return
	}
	s.seen++
	object := payload(e.Args, e.Kwargs)
	object["topic"], object["publication"] = e.Topic, e.Publication
	details := maps.Clone(e.Details)
	delete(details, "topic")
	if len(details) > 0 {
		object["details"] = details
	}
	if e.Err != nil {
		fmt.Fprintf(s.talk, "callboard: event on %s: %v\n", e.Topic, e.Err)
	} else if s.err = printJSON(s.out, object); s.err != nil || s.seen == s.count {
		s.once.Do(func() { close(s.enough) })
	}
}
