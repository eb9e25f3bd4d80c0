package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// What a file says of a realm's calls and callers changes what its router does:
// each option is tried in a realm that has it and in one that has none.
func TestRealmOptionsHold(t *testing.T) {
	tests := []struct {
		name, options string
		try           func(*testing.T, *visitor) string
		with, without string
	}{
		{"call_timeout", "call_timeout: 90s", detail("timeout", wamp.Dict{}), "90000", "<nil>"},
		{"max_call_timeout", "max_call_timeout: 30s", detail("timeout", wamp.Dict{"timeout": 600_000}), "30000", "600000"},
		{"progress_without_canceling", "progress_without_canceling: true",
			detail("receive_progress", wamp.Dict{"receive_progress": true}), "true", "<nil>"},
		{"disclosure of callers, always", "disclosure: {callers: [{uri: com., match: prefix, disclose: always}]}",
			detail("caller_authrole", wamp.Dict{}), "anonymous", "<nil>"},
		{"disclosure of callers, never", "disclosure: {callers: [{uri: com.try, disclose: never}]}",
			detail("caller_authrole", wamp.Dict{"disclose_me": true}), "wamp.error.option_disallowed.disclose_me", "anonymous"},
		{"disclosure of publishers, always", "disclosure: {publishers: [{uri: com..try, match: wildcard, disclose: always}]}",
			eventDetail("publisher_authrole"), "anonymous", "<nil>"},
		{"trust levels of calls", "trust_levels: {calls: {anonymous: 7}}", detail("trustlevel", wamp.Dict{}), "7", "<nil>"},
		{"trust levels of publications", "trust_levels: {publications: {anonymous: 5}}", eventDetail("trustlevel"), "5", "<nil>"},
		{"uri_mode", "uri_mode: strict", calls("com.Not.Strict"), "wamp.error.invalid_uri", "wamp.error.no_such_procedure"},
		{"request_ids", "request_ids: strict", outOfStep, "ABORT", "RESULT"},
	}
	text := "listeners: [{url: 'tcp://127.0.0.1:0'}]\nrealms:\n  - {uri: com.plain}\n"
	for i, tt := range tests {
		text += fmt.Sprintf("  - {uri: com.realm%d, %s}\n", i, tt.options)
	}
	url := serveFile(t, text)
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.try(t, &visitor{url, wamp.URI(fmt.Sprint("com.realm", i))}); got != tt.with {
				t.Errorf("with %s: %s, want %s", tt.options, got, tt.with)
			}
			if got := tt.try(t, &visitor{url, "com.plain"}); got != tt.without {
				t.Errorf("without: %s, want %s", got, tt.without)
			}
		})
	}
}

// What a file says of waiting calls holds: one waits, a second one is refused at
// once, and the first one in time.
func TestQueueLimitsHold(t *testing.T) {
	v := &visitor{serveFile(t, "listeners: [{url: 'tcp://127.0.0.1:0'}]\nlimits: {queued_calls: 1, queue_time: 2s}\n"), "realm1"}
	callee, caller := v.joins(t), v.joins(t)
	began := make(chan struct{})
	serve := func(ctx context.Context, _ *client.Invocation) (*client.Result, error) {
		close(began)
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if _, err := callee.Register(t.Context(), "com.try", serve, wamp.Dict{"concurrency": 1}); err != nil {
		t.Fatal(err)
	}
	ends := make(chan string, 3)
	ask := func() { ends <- answer(caller.Call(t.Context(), "com.try", nil, nil)) }
	go ask()
	<-began
	go ask()
	go ask()
	for _, limit := range []string{"queued_calls", "queue_time"} {
		if got := <-ends; got != "wamp.error.no_available_callee "+limit {
			t.Errorf("got %s, not for %s", got, limit)
		}
	}
	_ = callee.Close()
	if got := <-ends; got != "wamp.error.canceled" {
		t.Errorf("the call that had the place got %s", got)
	}
}

// serveFile runs a router with a file until the test ends, and returns where it
// listens.
func serveFile(t *testing.T, text string) (url string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "callboard.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	out, talk := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"serve", "--config", path}, io.Discard, talk)
		_ = talk.Close()
	}()
	t.Cleanup(func() {
		cancel()
		if got := <-code; got != 0 {
			t.Errorf("exit code %d", got)
		}
	})
	lines := bufio.NewScanner(out)
	lines.Scan()
	url, ok := strings.CutPrefix(lines.Text(), "listening on ")
	go func() { _, _ = io.Copy(io.Discard, out) }() // ends when run does
	if !ok {
		t.Fatal(lines.Text())
	}
	return url
}

// visitor is who tries what a realm does.
type visitor struct {
	url   string
	realm wamp.URI
}

// joins joins with all that an option may act on, but for call canceling.
func (v *visitor) joins(t *testing.T) *client.Session {
	t.Helper()
	s, err := client.Dial(t.Context(), v.url, client.Options{Realm: v.realm, Roles: wamp.Dict{
		"caller": wamp.Dict{}, "publisher": wamp.Dict{},
		"subscriber": wamp.Dict{"features": wamp.Dict{"publication_trustlevels": true}},
		"callee": wamp.Dict{"features": wamp.Dict{
			"call_timeout": true, "progressive_call_results": true, "call_trustlevels": true,
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// detail calls with these options and returns what INVOCATION.Details say, or the
// ERROR.
func detail(key string, options wamp.Dict) func(*testing.T, *visitor) string {
	return func(t *testing.T, v *visitor) string {
		callee, caller := v.joins(t), v.joins(t)
		tell := func(_ context.Context, i *client.Invocation) (*client.Result, error) {
			return &client.Result{Args: []any{fmt.Sprint(i.Details[key])}}, nil
		}
		if _, err := callee.Register(t.Context(), "com.try", tell, wamp.Dict{"forward_timeout": true}); err != nil {
			t.Fatal(err)
		}
		got := answer(caller.Call(t.Context(), "com.try", nil, nil, options))
		_ = callee.Leave(t.Context())
		return got
	}
}

// answer is how a call has ended: its first argument, or the URI of the ERROR.
func answer(r *client.Result, err error) string {
	var refused *client.Error
	switch {
	case err == nil:
		return fmt.Sprint(r.Args[0])
	case errors.As(err, &refused):
		return strings.TrimSpace(string(refused.URI) + " " + limitIn(refused.Message()))
	}
	return err.Error()
}

// limitIn is the limit that a message names, if any.
func limitIn(message string) string {
	text, ok := strings.CutPrefix(message, "limit reached: ")
	if !ok {
		return ""
	}
	return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })[0]
}

func eventDetail(key string) func(*testing.T, *visitor) string {
	return func(t *testing.T, v *visitor) string {
		subscriber, publisher := v.joins(t), v.joins(t)
		told := make(chan string, 1)
		hear := func(e *client.Event) { told <- fmt.Sprint(e.Details[key]) }
		if _, err := subscriber.Subscribe(t.Context(), "com.some.try", hear); err != nil {
			t.Fatal(err)
		}
		if _, err := publisher.Publish(t.Context(), "com.some.try", nil, nil, wamp.Dict{"acknowledge": true}); err != nil {
			t.Fatal(err)
		}
		return <-told
	}
}

func calls(uri wamp.URI) func(*testing.T, *visitor) string {
	return func(t *testing.T, v *visitor) string { return answer(v.joins(t).Call(t.Context(), uri, nil, nil)) }
}

// outOfStep sends a request whose id is not the next one.
func outOfStep(t *testing.T, v *visitor) string {
	raw, err := client.DialRaw(t.Context(), v.url, client.Options{Realm: v.realm})
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	err = raw.SendBytes([]byte(fmt.Sprintf(`[1,%q,{"roles":{"caller":{}}}]`, v.realm)))
	if err == nil {
		_, err = raw.Receive(t.Context())
	}
	if err == nil {
		err = raw.SendBytes([]byte(`[48,9,{},"wamp.session.count"]`))
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := raw.Receive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m.Type.String()
}
