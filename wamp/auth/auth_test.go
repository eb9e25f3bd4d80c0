package auth_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/auth"
)

func TestChoose(t *testing.T) {
	tests := []struct {
		name             string
		offered, enabled []string
		want             string
		refusal          wamp.URI
	}{
		{"nothing offered", nil, []string{"ticket", "anonymous"}, "anonymous", ""},
		{"empty list offered", []string{}, []string{"anonymous"}, "anonymous", ""},
		{"nothing offered, no anonymous", nil, []string{"ticket"}, "", wamp.ErrAuthenticationRequired},
		{"empty list offered, no anonymous", []string{}, nil, "", wamp.ErrAuthenticationRequired},
		{"the client's order counts", []string{"wampcra", "ticket"}, []string{"ticket", "wampcra"}, "wampcra", ""},
		{"first that fits", []string{"scram", "ticket", "anonymous"}, []string{"anonymous", "ticket"}, "ticket", ""},
		{"anonymous offered, not enabled", []string{"anonymous"}, []string{"ticket"}, "", wamp.ErrNoMatchingAuthMethod},
		{"none fits", []string{"ticket"}, []string{"anonymous"}, "", wamp.ErrNoMatchingAuthMethod},
		{"names are exact", []string{"Ticket", ""}, []string{"ticket"}, "", wamp.ErrNoMatchingAuthMethod},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := auth.Choose(tt.offered, tt.enabled)
			if tt.refusal == "" {
				if err != nil || got != tt.want {
					t.Errorf("got %q, %v", got, err)
				}
				return
			}
			if err == nil || err.URI != tt.refusal || err.Message == "" || got != "" {
				t.Errorf("got %q, %v, want %v", got, err, tt.refusal)
			}
		})
	}
}

func TestOffered(t *testing.T) {
	tests := []struct {
		name    string
		details wamp.Dict
		want    []string
		ok      bool
	}{
		{"no details", nil, nil, true},
		{"absent", wamp.Dict{}, nil, true},
		{"null", wamp.Dict{"authmethods": nil}, nil, true},
		{"empty", wamp.Dict{"authmethods": []any{}}, []string{}, true},
		{"two", wamp.Dict{"authmethods": []any{"ticket", "anonymous"}}, []string{"ticket", "anonymous"}, true},
		{"a string", wamp.Dict{"authmethods": "ticket"}, nil, false},
		{"a number in it", wamp.Dict{"authmethods": []any{"ticket", int64(7)}}, nil, false},
		{"null in it", wamp.Dict{"authmethods": []any{nil}}, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := auth.Offered(tt.details)
			if (err == nil) != tt.ok || !slices.Equal(got, tt.want) {
				t.Errorf("got %q, %v", got, err)
			}
			if err != nil && err.URI != wamp.ErrProtocolViolation {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAnonymous(t *testing.T) {
	words := []uint64{0x123456789abcdef0, 7}
	random := func() uint64 {
		word := words[0]
		words = words[1:]
		return word
	}
	got, err := auth.Anonymous(wamp.Dict{"authid": "admin", "authrole": "admin"}, random)
	want := auth.Identity{AuthID: "123456789abcdef00000000000000007", AuthRole: "anonymous", AuthMethod: "anonymous", AuthProvider: "static"}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAnonymousRefuses(t *testing.T) {
	for want, methods := range map[wamp.URI]any{
		wamp.ErrNoMatchingAuthMethod: []any{"ticket"},
		wamp.ErrProtocolViolation:    "ticket",
	} {
		got, err := auth.Anonymous(wamp.Dict{"authmethods": methods}, nil)
		if err == nil || err.URI != want || got != (auth.Identity{}) {
			t.Errorf("%v: got %+v, %v", methods, got, err)
		}
	}
}

func ExampleChoose() {
	fmt.Println(auth.Choose([]string{"cryptosign", "anonymous"}, []string{"anonymous"}))
	_, err := auth.Choose(nil, []string{"cryptosign"})
	fmt.Println(err)
	// Output:
	// anonymous <nil>
	// wamp.error.authentication_required: the realm does not admit anonymous sessions
}
