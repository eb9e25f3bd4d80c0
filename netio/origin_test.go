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

func TestParseOrigin(t *testing.T) {
	for _, tc := range []struct {
		pattern, origin string
		want            bool
	}{
		{"*", "https://a.example", true},
		{"*", "null", true},
		{"https://a.example", "https://a.example", true},
		{"https://A.example", "HTTPS://a.EXAMPLE:443", true},
		{"https://a.example", "http://a.example", false},
		{"https://a.example", "https://a.example:8443", false},
		{"https://a.example:8443", "https://a.example:8443", true},
		{"https://a.example", "https://b.a.example", false},
		{"https://a.example", "https://a.example.evil", false},
		{"https://a.example", "null", false},
		{"https://a.example", "", false},
		{"https://*.a.example", "https://b.a.example", true},
		{"https://*.a.example", "https://C.b.A.example", true},
		{"https://*.a.example", "https://a.example", false},
		{"https://*.a.example", "https://.a.example", false},
		{"https://*.a.example", "https://ba.example", false},
		{"https://*.a.example", "http://b.a.example", false},
	} {
		matches, err := netio.ParseOrigin(tc.pattern)
		if err != nil || matches(tc.origin) != tc.want {
			t.Errorf("%q, %q: want %v (%v)", tc.pattern, tc.origin, tc.want, err)
		}
	}
	for _, pattern := range []string{
		"", "a.example", "https://", "https://*", "https://*.", "https://a.*.example", "https://a.example/", "https://a.example?q",
		"https://u@a.example", "file:///a", "ftp://a.example", "https://*.*", "null", "https://a example",
	} {
		if _, err := netio.ParseOrigin(pattern); err == nil {
			t.Errorf("%q is taken", pattern)
		}
	}
}
