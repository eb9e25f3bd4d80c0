//go:build !race

package actors_test

import (
	"context"
	"crypto/tls"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// In the steady state a routed message costs no allocation of its own; what
// there is, is shared by the messages of a read. The race detector allocates.
func TestAllocations(t *testing.T) {
	for _, way := range routes {
		for _, k := range kinds {
			t.Run(way.name+"/"+k.String(), func(t *testing.T) {
				round := way.rounds(t, k)
				warm(round)
				got := allocations(1_000, round)
				t.Logf("%.3f allocations per message", got)
				if got > 0.1 {
					t.Errorf("%.3f allocations per routed message, at most 0.1", got)
				}
			})
		}
	}
}

// Over TLS it is crypto/tls that allocates, twice for each record that is read, on
// both sides; messages that come together share a record.
func TestTLSAllocations(t *testing.T) {
	r := start(t, lenient())
	server, err := netio.CompleteTLS(&tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}, netio.RawSocketOnly)
	if err != nil {
		t.Fatal(err)
	}
	enter := func() *peer {
		ours, theirs := netio.Pipe(64 << 10)
		if err := r.Attach(netio.ServerTLS(theirs, server), netio.AcceptOptions{}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		raw, err := client.Handshake(ctx, netio.ClientTLS(ours, anybody), "tcp://memory", client.Options{Serializer: codec.MessagePack})
		return admitted(ctx, t, raw, err)
	}
	from, to := enter(), enter()
	to.must(t, subscribe("com.topic", ""), wamp.Subscribed)
	p, s := draw(t, from), draw(t, to)
	published := p.frames(&wamp.Message{Type: wamp.Publish, URI: []byte("com.topic"), Payload: from.payload("sixteen octets..", 1)})
	round := func() {
		p.write(published)
		s.read(func(*wamp.Message) {})
	}
	warm(round)
	if got := allocations(1_000, round); got > 0.1 {
		t.Errorf("%.3f allocations per routed message, at most 0.1", got)
	}
}
