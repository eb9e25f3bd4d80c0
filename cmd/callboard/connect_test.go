package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// What the commands offer to a router is what their flags say.
func TestSubprotocolIsOffered(t *testing.T) {
	offers := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		offers <- r.Header.Get("Sec-WebSocket-Protocol")
	}))
	defer server.Close()
	url := "ws://" + server.Listener.Addr().(*net.TCPAddr).String() + "/ws"
	for _, command := range [][]string{
		{"call", "com.example.a"}, {"publish", "com.example.a"}, {"subscribe", "com.example.a"}, {"register", "com.example.a"},
	} {
		for offer, flags := range map[string][]string{
			"wamp.2.json":            nil,
			"wamp.2.json.batched":    {"--batched"},
			"wamp.2.msgpack.batched": {"--batched", "--serializer", "msgpack"},
			"wamp.2.cbor.batched":    {"--serializer=cbor", "--batched=true"},
		} {
			args := append(append(command[:2:2], "--url", url), flags...)
			if code := run(t.Context(), args, io.Discard, io.Discard); code != 1 { // for the server is no router
				t.Errorf("%v: exit code %d", args, code)
			}
			if got := <-offers; got != offer {
				t.Errorf("%v: offers %q, want %q", args, got, offer)
			}
		}
	}
}
