package broker_test

import (
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
)

func refused(err *wamp.Error) bool { return err != nil && err.URI == wamp.ErrInvalidURI }

func TestCheckPublish(t *testing.T) {
	tests := []struct {
		uri               string
		mode              wamp.URIMode
		client, trustedOK bool
	}{
		{"com.example.topic", wamp.Loose, true, true},
		{"com.Example", wamp.Loose, true, true},
		{"com.Example", wamp.Strict, false, false},
		{"com..topic", wamp.Loose, false, false},
		{"", wamp.Loose, false, false},
		{"wamp.session.on_join", wamp.Loose, false, true},
		{"callboard.log", wamp.Strict, false, true},
		{strings.Repeat("a.", 64) + "a", wamp.Loose, false, false},
		{strings.Repeat("a", 1025), wamp.Loose, false, false},
	}
	for _, tt := range tests {
		if err := broker.CheckPublish([]byte(tt.uri), tt.mode, false); refused(err) == tt.client {
			t.Errorf("%.40q by a client: %v", tt.uri, err)
		}
		if err := broker.CheckPublish([]byte(tt.uri), tt.mode, true); refused(err) == tt.trustedOK {
			t.Errorf("%.40q by the router: %v", tt.uri, err)
		}
	}
}

func TestCheckSubscribe(t *testing.T) {
	tests := []struct {
		uri  string
		m    wamp.Match
		mode wamp.URIMode
		ok   bool
	}{
		{"com.example.topic", wamp.Exact, wamp.Loose, true},
		{"wamp.session.on_join", wamp.Exact, wamp.Strict, true},
		{"com.example.", wamp.Exact, wamp.Loose, false},
		{"com.example.", wamp.Prefix, wamp.Loose, true},
		{"", wamp.Prefix, wamp.Loose, true},
		{"com..topic", wamp.Prefix, wamp.Loose, false},
		{"com..topic", wamp.Wildcard, wamp.Loose, true},
		{"com..Topic", wamp.Wildcard, wamp.Strict, false},
		{strings.Repeat(".", 64), wamp.Wildcard, wamp.Loose, false},
	}
	for _, tt := range tests {
		if err := broker.CheckSubscribe([]byte(tt.uri), tt.m, tt.mode); refused(err) == tt.ok {
			t.Errorf("%.40q %v: %v", tt.uri, tt.m, err)
		}
	}
}

func TestDeliversTo(t *testing.T) {
	tests := []struct {
		pattern string
		m       wamp.Match
		topic   string
		want    bool
	}{
		{"wamp.session.on_join", wamp.Exact, "wamp.session.on_join", true},
		{"wamp", wamp.Exact, "wamp", true},
		{"", wamp.Prefix, "com.example", true},
		{"", wamp.Prefix, "wamp.session.on_join", false},
		{"wam", wamp.Prefix, "wamp.session.on_join", false},
		{"wamp.", wamp.Prefix, "wamp.session.on_join", true},
		{"..on_join", wamp.Wildcard, "wamp.session.on_join", false},
		{"wamp..on_join", wamp.Wildcard, "wamp.session.on_join", true},
	}
	for _, tt := range tests {
		if got := broker.DeliversTo(tt.pattern, tt.m, []byte(tt.topic)); got != tt.want {
			t.Errorf("%q %v: got %v, want %v", tt.pattern, tt.m, got, tt.want)
		}
	}
}

func TestCheckAllocations(t *testing.T) {
	uri := []byte("com.example.topic")
	if n := testing.AllocsPerRun(100, func() {
		broker.CheckPublish(uri, wamp.Loose, false)
		broker.CheckSubscribe(uri, wamp.Wildcard, wamp.Strict)
		broker.DeliversTo("com.", wamp.Prefix, uri)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
