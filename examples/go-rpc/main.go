// Command go-rpc registers a procedure and calls it, in one program:
//
//	callboard serve &
//	go run ./examples/go-rpc
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/callboard-wamp/callboard/wamp/client"
)

func main() {
	url := flag.String("url", "ws://127.0.0.1:8080/ws", "router")
	flag.Parse()
	if err := run(context.Background(), *url, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "go-rpc:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, url string, out io.Writer) error {
	s, err := client.Dial(ctx, url, client.Options{Realm: "realm1"})
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Register(ctx, "com.example.add", add); err != nil {
		return err
	}
	sum, err := s.Call(ctx, "com.example.add", []any{2, 3}, nil)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "2 + 3 =", sum.Args[0])
	_, err = s.Call(ctx, "com.example.add", []any{2, "three"}, nil)
	fmt.Fprintln(out, "2 + three:", err)
	return s.Leave(ctx)
}

// add serves com.example.add. Integers arrive as int64 in every serializer.
func add(_ context.Context, i *client.Invocation) (*client.Result, error) {
	sum := int64(0)
	for _, arg := range i.Args {
		n, ok := arg.(int64)
		if !ok {
			return nil, &client.Error{URI: "com.example.error.not_a_number", Args: []any{"numbers only"}}
		}
		sum += n
	}
	return &client.Result{Args: []any{sum}}, nil
}
