package wamp_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
)

func role(features ...string) wamp.Dict {
	on := wamp.Dict{}
	for _, f := range features {
		on[f] = true
	}
	return wamp.Dict{"features": on}
}

func TestParseRoles(t *testing.T) {
	tests := []struct {
		name  string
		roles any
		want  wamp.Features
	}{
		{"role without features", wamp.Dict{"caller": wamp.Dict{}}, wamp.RoleCaller},
		{"features null", wamp.Dict{"caller": wamp.Dict{"features": nil}}, wamp.RoleCaller},
		{"all roles",
			wamp.Dict{"caller": role(), "callee": role(), "publisher": role(), "subscriber": role()},
			wamp.RoleCaller | wamp.RoleCallee | wamp.RolePublisher | wamp.RoleSubscriber},
		{"both spellings of canceling", wamp.Dict{"caller": role("call_cancelling"), "callee": role("call_canceling")},
			wamp.RoleCaller | wamp.RoleCallee | wamp.CallerCanceling | wamp.CalleeCanceling},
		{"same feature, two roles", wamp.Dict{"caller": role("progressive_call_results"), "callee": role()},
			wamp.RoleCaller | wamp.RoleCallee | wamp.CallerProgressiveResults},
		{"callee features", wamp.Dict{"callee": role("call_timeout", "call_reroute", "registration_revocation", "payload_passthru_mode")},
			wamp.RoleCallee | wamp.CalleeTimeout | wamp.CalleeReroute | wamp.CalleeRevocation | wamp.CalleePassthru},
		{"unknown feature", wamp.Dict{"publisher": role("x_levitation")}, wamp.RolePublisher},
		{"unknown role ignored", wamp.Dict{"publisher": role(), "stage_hand": 7}, wamp.RolePublisher},
		{"feature false", wamp.Dict{"caller": wamp.Dict{"features": wamp.Dict{"call_canceling": false}}}, wamp.RoleCaller},
		{"feature not boolean", wamp.Dict{"caller": wamp.Dict{"features": wamp.Dict{"call_canceling": int64(1)}}}, wamp.RoleCaller},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := wamp.ParseRoles(wamp.Dict{"roles": tt.roles})
			if err != nil || got != tt.want {
				t.Errorf("got %b, %v, want %b", got, err, tt.want)
			}
		})
	}
}

func TestParseRolesRefuses(t *testing.T) {
	tests := map[string]wamp.Dict{
		"no details":        nil,
		"no roles":          {},
		"roles null":        {"roles": nil},
		"roles a list":      {"roles": []any{"caller"}},
		"roles empty":       {"roles": wamp.Dict{}},
		"unknown role only": {"roles": wamp.Dict{"broker": wamp.Dict{}}},
		"role null":         {"roles": wamp.Dict{"caller": nil}},
		"role a boolean":    {"roles": wamp.Dict{"caller": true}},
		"features a list":   {"roles": wamp.Dict{"caller": wamp.Dict{"features": []any{}}}},
	}
	for name, details := range tests {
		t.Run(name, func(t *testing.T) {
			if f, err := wamp.ParseRoles(details); err == nil || err.URI != wamp.ErrProtocolViolation || f != 0 {
				t.Errorf("got %b, %v", f, err)
			}
		})
	}
}
