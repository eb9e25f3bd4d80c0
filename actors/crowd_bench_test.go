package actors_test

import (
	"fmt"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/wamp"
)

// BenchmarkPublishTopic publishes to a topic with so many members, from the
// PUBLISH to the last EVENT, over transports in memory.
func BenchmarkPublishTopic(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := start(b, lenient())
			c := gather(b, r, n)
			publisher := enter(b, r, kinds[0])
			sub := c.all(subscribe("com.crowd", ""), wamp.Subscribed)
			m := &wamp.Message{Type: wamp.Publish, URI: []byte("com.crowd"), Payload: publisher.payload("sixteen octets..", 1)}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := publisher.ask(m); err != nil {
					b.Fatal(err)
				}
				for _, conn := range c.conns {
					if got := c.expect(conn, wamp.Event); got.ID != sub {
						b.Fatalf("EVENT of subscription %d, not %d", got.ID, sub)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/event")
		})
	}
}

// BenchmarkJoinSession is one session after the other that connects in memory,
// joins and leaves again, in each framing and serializer.
func BenchmarkJoinSession(b *testing.B) {
	for _, k := range kinds {
		b.Run(k.String(), func(b *testing.B) {
			r := start(b, actors.Config{})
			b.ReportAllocs()
			for b.Loop() {
				raw, err := attach(b.Context(), r, k)
				if err != nil {
					b.Fatal(err)
				}
				p, err := hello(b.Context(), raw)
				if err != nil {
					b.Fatal(err)
				}
				if err := raw.Send(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseRealm)}); err != nil {
					b.Fatal(err)
				}
				p.expect(b, wamp.Goodbye)
				p.cut()
			}
		})
	}
}
