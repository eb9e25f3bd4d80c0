// Command go-pubsub has one session that subscribes to a pattern and another
// one that publishes:
//
//	callboard serve &
//	go run ./examples/go-pubsub
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

func main() {
	url := flag.String("url", "ws://127.0.0.1:8080/ws", "router")
	flag.Parse()
	if err := run(context.Background(), *url, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "go-pubsub:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, url string, out io.Writer) error {
	o := client.Options{Realm: "realm1"}
	subscriber, err := client.Dial(ctx, url, o)
	if err != nil {
		return err
	}
	defer subscriber.Close()
	publisher, err := client.Dial(ctx, url, o)
	if err != nil {
		return err
	}
	defer publisher.Close()
	return transfer(ctx, subscriber, publisher, out)
}

// transfer publishes three events and prints them as they arrive, in order.
func transfer(ctx context.Context, subscriber, publisher *client.Session, out io.Writer) error {
	events := make(chan *client.Event, 3)
	handler := func(e *client.Event) { events <- e }
	if _, err := subscriber.Subscribe(ctx, "com.example.sensor.", handler, wamp.Dict{"match": "prefix"}); err != nil {
		return err
	}
	for i, topic := range []wamp.URI{"com.example.sensor.one", "com.example.sensor.two", "com.example.sensor.one"} {
		if _, err := publisher.Publish(ctx, topic, []any{20 + i}, wamp.Dict{"unit": "°C"}); err != nil {
			return err
		}
	}
	for range 3 {
		select {
		case e := <-events:
			fmt.Fprintln(out, e.Topic, e.Args[0], e.Kwargs["unit"])
		case <-subscriber.Done():
			return subscriber.Err()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
