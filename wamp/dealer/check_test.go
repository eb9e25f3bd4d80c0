package dealer_test

import (
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

func refused(err *wamp.Error) bool { return err != nil && err.URI == wamp.ErrInvalidURI }

func TestCheckRegister(t *testing.T) {
	tests := []struct {
		uri               string
		m                 wamp.Match
		mode              wamp.URIMode
		client, trustedOK bool
	}{
		{"com.example.add", wamp.Exact, wamp.Strict, true, true},
		{"com.example.Add", wamp.Exact, wamp.Loose, true, true},
		{"com.example.Add", wamp.Exact, wamp.Strict, false, false},
		{"com.example.", wamp.Exact, wamp.Loose, false, false},
		{"com.example.", wamp.Prefix, wamp.Loose, true, true},
		{"", wamp.Prefix, wamp.Loose, true, true},
		{"", wamp.Exact, wamp.Loose, false, false},
		{"..add", wamp.Wildcard, wamp.Loose, true, true},
		{"..add", wamp.Prefix, wamp.Loose, false, false},
		{"wamp.session.count", wamp.Exact, wamp.Loose, false, true},
		{"wamp.", wamp.Prefix, wamp.Loose, false, true},
		{"wamp..count", wamp.Wildcard, wamp.Loose, false, true},
		{"callboard.kill", wamp.Exact, wamp.Loose, false, true},
		{strings.Repeat("a", 1025), wamp.Prefix, wamp.Loose, false, false},
	}
	for _, tt := range tests {
		if err := dealer.CheckRegister([]byte(tt.uri), tt.m, tt.mode, false); refused(err) == tt.client {
			t.Errorf("%.40q %v by a client: %v", tt.uri, tt.m, err)
		}
		if err := dealer.CheckRegister([]byte(tt.uri), tt.m, tt.mode, true); refused(err) == tt.trustedOK {
			t.Errorf("%.40q %v by the router: %v", tt.uri, tt.m, err)
		}
	}
}

func TestCheckCall(t *testing.T) {
	for uri, ok := range map[string]bool{
		"com.example.add": true, "wamp.session.count": true, "com.example.": false, "": false, "a b": false,
		strings.Repeat("a.", 64) + "a": false,
	} {
		if err := dealer.CheckCall([]byte(uri), wamp.Loose); refused(err) == ok {
			t.Errorf("%.40q: %v", uri, err)
		}
	}
	if err := dealer.CheckCall([]byte("com.example.Add"), wamp.Strict); !refused(err) {
		t.Errorf("strict: %v", err)
	}
}

func TestServes(t *testing.T) {
	tests := []struct {
		pattern   string
		m         wamp.Match
		procedure string
		want      bool
	}{
		{"wamp", wamp.Exact, "wamp", true},
		{"", wamp.Prefix, "com.example.add", true},
		{"", wamp.Prefix, "wamp.session.kill", false},
		{"..kill", wamp.Wildcard, "wamp.session.kill", false},
		{"wamp.session.", wamp.Prefix, "wamp.session.kill", true},
	}
	for _, tt := range tests {
		if got := dealer.Serves(tt.pattern, tt.m, []byte(tt.procedure)); got != tt.want {
			t.Errorf("%q %v: got %v, want %v", tt.pattern, tt.m, got, tt.want)
		}
	}
}

func TestInvocationStatus(t *testing.T) {
	tests := []struct {
		name     string
		id, last wamp.ID
		open     bool
		want     dealer.Status
	}{
		{"open", 7, 9, true, dealer.Open},
		{"the latest", 9, 9, true, dealer.Open},
		{"answered before", 7, 9, false, dealer.Late},
		{"the latest, answered before", 9, 9, false, dealer.Late},
		{"not issued yet", 10, 9, false, dealer.NeverIssued},
		{"none issued", 1, 0, false, dealer.NeverIssued},
	}
	for _, tt := range tests {
		if got := dealer.InvocationStatus(tt.id, tt.last, tt.open); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
