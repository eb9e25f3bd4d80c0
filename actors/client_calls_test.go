package actors_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// joined is a session of the client over a transport in memory.
func joined(t *testing.T, r *actors.Router, k kind) *client.Session {
	t.Helper()
	raw, err := attach(t.Context(), r, k)
	if err != nil {
		t.Fatal(err)
	}
	s, err := client.Join(t.Context(), raw, client.Options{Realm: "realm1", Serializer: k.serializer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Two sessions of the client have all of it: progressive results, a call that is
// canceled by its context and whose handler's context ends by that, a timeout of the
// router, one that the callee watches, and a loop over results that is left early.
func TestClientCalls(t *testing.T) {
	for _, k := range []kind{kinds[0], kinds[4]} {
		t.Run(k.String(), func(t *testing.T) {
			inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) { clientCalls(t, joined(t, r, k), joined(t, r, kinds[2])) })
		})
	}
}

func clientCalls(t *testing.T, caller, callee *client.Session) {
	ended := offer(t, callee)
	clientProgress(t, caller, ended)
	clientEnds(t, caller, ended)
}

// offer registers what the tests call; why a handler ended comes out of the channel.
func offer(t *testing.T, callee *client.Session) <-chan error {
	t.Helper()
	ended := make(chan error, 1)
	hang := func(ctx context.Context, _ *client.Invocation) (*client.Result, error) {
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}
	count := func(ctx context.Context, i *client.Invocation) (*client.Result, error) {
		n := int64(0)
		for ; n < 3 && i.WantsProgress(); n++ {
			if err := i.Progress(ctx, []any{n}, nil); err != nil {
				return nil, err
			}
		}
		return &client.Result{Args: []any{n}}, nil
	}
	endless := func(ctx context.Context, i *client.Invocation) (*client.Result, error) {
		for ctx.Err() == nil {
			time.Sleep(time.Second)
			_ = i.Progress(ctx, nil, nil)
		}
		ended <- ctx.Err()
		return nil, ctx.Err()
	}
	for procedure, h := range map[wamp.URI]client.Handler{"com.hang": hang, "com.count": count, "com.endless": endless} {
		if _, err := callee.Register(t.Context(), procedure, h); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := callee.Register(t.Context(), "com.watch", hang, wamp.Dict{"forward_timeout": true}); err != nil {
		t.Fatal(err)
	}
	return ended
}

func clientProgress(t *testing.T, caller *client.Session, ended <-chan error) {
	t.Helper()
	want := int64(0)
	for result, err := range caller.CallProgress(t.Context(), "com.count", nil, nil) {
		if err != nil || number(result.Args[0]) != want || result.Progress != (want < 3) {
			t.Errorf("got %+v, %v instead of %d", result, err, want)
		}
		want++
	}
	if want != 4 {
		t.Errorf("%d results", want)
	}
	for _, err := range caller.CallProgress(t.Context(), "com.endless", nil, nil) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	if err := <-ended; err != context.Canceled {
		t.Errorf("the handler ended with %v", err)
	}
}

func clientEnds(t *testing.T, caller *client.Session, ended <-chan error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := caller.Call(ctx, "com.hang", nil, nil); err != context.DeadlineExceeded {
		t.Errorf("canceled: %v", err)
	}
	if err := <-ended; err != context.Canceled {
		t.Errorf("the handler ended with %v", err)
	}
	for procedure, why := range map[wamp.URI]error{"com.hang": context.Canceled, "com.watch": context.DeadlineExceeded} {
		_, err := caller.Call(t.Context(), procedure, nil, nil, wamp.Dict{"timeout": 500})
		if e, ok := errors.AsType[*client.Error](err); !ok || e.URI != wamp.ErrTimeout {
			t.Errorf("%s: %v", procedure, err)
		}
		if err := <-ended; err != why {
			t.Errorf("%s: the handler ended with %v", procedure, err)
		}
	}
}
