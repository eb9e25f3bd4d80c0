package wamp_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
)

func TestFeatureNamed(t *testing.T) {
	for _, tt := range []struct {
		role, feature string
		want          wamp.Features
	}{
		{"caller", "call_canceling", wamp.CallerCanceling},
		{"caller", "call_cancelling", wamp.CallerCanceling},
		{"callee", "call_cancelling", wamp.CalleeCanceling},
		{"callee", "call_timeout", wamp.CalleeTimeout},
		{"caller", "call_timeout", 0},
		{"subscriber", "subscription_revocation", wamp.SubscriberRevocation},
		{"publisher", "x_levitation", 0},
	} {
		role, known := wamp.RoleNamed([]byte(tt.role))
		if got := role.FeatureNamed([]byte(tt.feature)); !known || !role.AnyRole() || got != tt.want {
			t.Errorf("%s %s: got %b, %v", tt.role, tt.feature, got, known)
		}
	}
	if f, known := wamp.RoleNamed([]byte("broker")); known || f.AnyRole() {
		t.Errorf("broker: %b, %v", f, known)
	}
}
