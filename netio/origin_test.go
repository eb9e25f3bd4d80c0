package netio_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/netio"
)

func TestSameOrigin(t *testing.T) {
	for _, tc := range []struct {
		origin, host string
		want         bool
	}{
		{"http://a.example", "a.example", true},
		{"http://a.example:80", "a.example", true},
		{"http://A.example", "a.EXAMPLE:80", true},
		{"https://a.example", "a.example:443", true},
		{"https://a.example", "a.example", true},
		{"https://a.example:8443", "a.example:8443", true},
		{"https://a.example:8443", "a.example", false},
		{"https://a.example", "a.example:8443", false},
		{"http://b.example", "a.example", false},
		{"http://a.example.evil", "a.example", false},
		{"http://a.example@evil", "a.example", false},
		{"http://a.example", "", false},
		{"null", "a.example", false},
		{"file://", "", false},
		{"", "", false},
		{"://", "a.example", false},
		{"http://a.example", "a b", false},
		{"http://localhost:3000", "127.0.0.1:8080", true},
		{"http://[::1]:3000", "localhost", true},
		{"http://127.9.9.9", "[::1]:8080", true},
		{"http://localhost.evil", "localhost", false},
		{"http://localhost", "a.example", false},
		{"http://a.example", "localhost", false},
	} {
		if got := netio.SameOrigin(tc.origin, tc.host); got != tc.want {
			t.Errorf("%q, %q: %v", tc.origin, tc.host, got)
		}
	}
}
