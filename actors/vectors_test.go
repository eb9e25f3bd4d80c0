package actors_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// shapes says what the names in a vector's message stand for, in their order
// behind the message type. Names with a "$" are ids that the router chooses.
var shapes = map[string]struct {
	code   wamp.MessageType
	fields string
}{
	"HELLO": {wamp.Hello, "realm details"}, "WELCOME": {wamp.Welcome, "$session_id details"},
	"ABORT": {wamp.Abort, "details reason"}, "GOODBYE": {wamp.Goodbye, "details reason"},
	"ERROR":   {wamp.ErrorMessage, "request_type request_id details error args kwargs"},
	"PUBLISH": {wamp.Publish, "request_id options topic args kwargs"}, "PUBLISHED": {wamp.Published, "request_id $publication_id"},
	"SUBSCRIBE": {wamp.Subscribe, "request_id options topic"}, "SUBSCRIBED": {wamp.Subscribed, "request_id $subscription_id"},
	"UNSUBSCRIBE": {wamp.Unsubscribe, "request_id $subscription_id"}, "UNSUBSCRIBED": {wamp.Unsubscribed, "request_id"},
	"EVENT": {wamp.Event, "$subscription_id $publication_id details args kwargs"},
	"CALL":  {wamp.Call, "request_id options procedure args kwargs"}, "CANCEL": {wamp.Cancel, "request_id options"},
	"RESULT":   {wamp.Result, "request_id details args kwargs"},
	"REGISTER": {wamp.Register, "request_id options procedure"}, "REGISTERED": {wamp.Registered, "request_id $registration_id"},
	"UNREGISTER": {wamp.Unregister, "request_id $registration_id"}, "UNREGISTERED": {wamp.Unregistered, "request_id"},
	"INVOCATION": {wamp.Invocation, "$request_id $registration_id details args kwargs"},
	"INTERRUPT":  {wamp.Interrupt, "$request_id options"}, "YIELD": {wamp.Yield, "$request_id options args kwargs"},
}

// TestOfficialSequences plays what the test vectors of the specification say that
// several sessions and a router say to each other.
func TestOfficialSequences(t *testing.T) {
	root := os.Getenv("WAMP_TESTSUITE")
	if root == "" {
		t.Skip("WAMP_TESTSUITE is not set")
	}
	played := 0
	err := filepath.WalkDir(filepath.Join(root, "multisession"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		v, err := codec.JSON.DecodeValue(text)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		played++
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		for i, k := range kinds {
			t.Run(name+"/"+k.String(), func(t *testing.T) { playVector(t, i, v.(wamp.Dict)) })
		}
		return nil
	})
	if err != nil || played == 0 {
		t.Fatalf("%d sequences, %v", played, err)
	}
}

func playVector(t *testing.T, k int, vector wamp.Dict) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	s := newStage(t, k, false)
	s.router = start(t, actors.Config{})
	var sessions []string
	for _, v := range vector["sessions"].([]any) {
		session := v.(wamp.Dict)
		name := session["session_id"].(string)
		roles := wamp.Dict{}
		for _, role := range session["roles"].([]any) {
			roles[role.(string)] = wamp.Dict{}
		}
		sessions = append(sessions, name)
		if err := s.join(ctx, name, text(t, wamp.Dict{"roles": roles})); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range vector["sequence"].([]any) {
		step := v.(wamp.Dict)
		message := text(t, wire(t, step["message"].(wamp.Dict)))
		var err error
		if from := step["from"].(string); from != "router" {
			err = s.send(s.peers[from], message)
		} else {
			err = s.expect(ctx, s.peers[step["to"].(string)], message)
		}
		if err != nil {
			t.Fatalf("step %v, %v: %v", step["step"], step["description"], err)
		}
	}
	for _, name := range sessions {
		if err := s.quiet(ctx, s.peers[name]); err != nil {
			t.Errorf("%s: more than the sequence says: %v", name, err)
		}
	}
}

// wire makes a message as it is sent of one with names.
func wire(t *testing.T, message wamp.Dict) []any {
	t.Helper()
	shape, ok := shapes[message["type"].(string)]
	if !ok {
		t.Fatalf("no message type %v", message["type"])
	}
	list := []any{uint64(shape.code)}
	for _, field := range strings.Fields(shape.fields) {
		name, chosen := strings.CutPrefix(field, "$")
		v, ok := message[name]
		switch {
		case !ok:
			return list
		case chosen:
			v = fmt.Sprintf("%s_%v", field, v)
		}
		list = append(list, v)
	}
	return list
}

// text returns a value as a script would say it.
func text(t *testing.T, v any) string {
	t.Helper()
	b, err := codec.JSON.AppendValue(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
