package supervisor_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/supervisor"
)

func TestDefaultsAreValidAndComplete(t *testing.T) {
	table := supervisor.Defaults()
	if err := table.Validate(); err != nil {
		t.Error(err)
	}
	for _, k := range supervisor.Kinds() {
		if _, ok := table[k]; !ok {
			t.Errorf("no policy for %s", k)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct{ name, policy, want string }{
		{"endless", `{"on_panic":"restart","max":-1}`, "max: -1 (no limit) needs a backoff.min"},
		{"endless stop", `{"on_panic":"stop","max":-1}`, ""},
		{"max", `{"max":-2}`, "max: must be from -1"},
		{"exceeded", `{"on_exceeded":"restart"}`, "on_exceeded: must be stop or escalate, not restart"},
		{"within", `{"within":"-1s"}`, "within: must not be negative"},
		{"order", `{"backoff":{"min":"2s","max":"1s"}}`, "backoff: max (1s) must not be less than min (2s)"},
		{"negative", `{"backoff":{"min":"-2s"}}`, "backoff: min and max must not be negative"},
		{"patience", `{"backoff":{"min":"2s","max":"25h"}}`, "backoff: max must not be more than 24h"},
		{"jitter", `{"backoff":{"jitter":1.5}}`, "backoff: jitter must be from 0 to 1"},
		{"two", `{"max":-2,"within":"-1s"}`, "within: must not be negative"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p supervisor.Policy
			if err := json.Unmarshal([]byte(c.policy), &p); err != nil {
				t.Fatal(err)
			}
			expectError(t, p.Validate(), c.want)
		})
	}
}

func TestNobodyAboveTheTop(t *testing.T) {
	for _, p := range []supervisor.Policy{
		{OnPanic: supervisor.Escalate},
		{OnExceeded: supervisor.Escalate},
	} {
		if err := p.Validate(); err != nil {
			t.Error(err)
		}
		expectError(t, p.ValidateTop(), "escalate is not possible at the top")
		expectError(t, supervisor.Table{supervisor.Router: p}.Validate(), "router: on_")
		expectError(t, supervisor.Table{supervisor.Realm: p}.Validate(), "")
	}
	expectError(t, supervisor.Table{"relam": {}}.Validate(), "relam: no such kind")
}

func expectError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("unexpected: %v", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestTextRoundTrip(t *testing.T) {
	table := supervisor.Defaults()
	b, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	var back supervisor.Table
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	for k, p := range table {
		if back[k] != p {
			t.Errorf("%s: %+v became %+v", k, p, back[k])
		}
	}
	const realm = `"realm":{"strategy":"one-for-one","on_panic":"restart","max":3,"within":"1m0s",`
	if !strings.Contains(string(b), realm) {
		t.Errorf("written as %s", b)
	}
}

func TestTextIsStrict(t *testing.T) {
	for text, want := range map[string]string{
		`{"strategy":"rest-for-one"}`: `must be one of ["one-for-one" "all-for-one"], not "rest-for-one"`,
		`{"on_panic":"ignore"}`:       `must be one of ["stop" "restart" "resume" "escalate"], not "ignore"`,
		`{"within":"10"}`:             `must be a duration such as 10s`,
	} {
		var p supervisor.Policy
		expectError(t, json.Unmarshal([]byte(text), &p), want)
	}
	if _, err := supervisor.Ignore.MarshalText(); err == nil {
		t.Error("ignore can be written into a configuration")
	}
}
