package actors_test

import (
	"fmt"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// A program streams the input of a call, whose payloads the router does not look into,
// to a callee with another serializer.
func TestClientStream(t *testing.T) {
	const pieces = 100
	r := start(t, actors.Config{})
	callee := enterWith(t, r, wamp.Dict{"callee": wamp.Dict{"features": wamp.Dict{
		"payload_passthru_mode": true, "progressive_call_results": true, "progressive_call_invocations": true, "call_canceling": true,
	}}})
	callee.must(t, register("com.upload", "", ""), wamp.Registered)
	caller := joined(t, r, kinds[4])
	upload, err := caller.Stream(t.Context(), "com.upload", []any{[]byte("0")}, nil, client.Passthru(wamp.Passthru{Scheme: "x_own"}))
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() {
		for n := 1; n < pieces; n++ {
			if err := upload.Send(t.Context(), []any{fmt.Append(nil, n)}, nil); err != nil {
				sent <- err
				return
			}
		}
		sent <- upload.CloseSend(t.Context(), []any{[]byte("last")}, nil)
	}()
	for n := range pieces {
		m := callee.expect(t, wamp.Invocation)
		args, _, err := callee.serializer().DecodePayload(m.Payload)
		if err != nil || fmt.Sprintf("%s", args[0]) != fmt.Sprint(n) || !m.Flags.Has(wamp.Progress) {
			t.Fatalf("piece %d: %s, %v", n, args, err)
		}
	}
	m := callee.expect(t, wamp.Invocation)
	if err := <-sent; err != nil || m.Flags.Has(wamp.Progress) {
		t.Error(err, m.Flags)
	}
	callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request, Fields: []wamp.Field{wamp.Text("ppt_scheme", "x_own")}, Payload: callee.payload([]byte("done"))})
	for result, err := range upload.Results() {
		if err != nil || result.Progress || result.Passthru.Scheme != "x_own" || string(result.Args[0].([]byte)) != "done" {
			t.Errorf("%+v, %v", result, err)
		}
	}

	again, err := caller.Stream(t.Context(), "com.upload", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	id := callee.expect(t, wamp.Invocation).Request
	again.Cancel()
	if m := callee.expect(t, wamp.Interrupt); m.Request != id {
		t.Errorf("INTERRUPT of %d, not %d", m.Request, id)
	}
}
