//go:build !race

package actors_test

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/wamp"
)

// held is what the process holds after a collection: heap, stacks and what the
// runtime keeps about them.
func held() uint64 {
	var m runtime.MemStats
	for range 3 { // pools are emptied by the second, finalizers have run by the third
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse + m.MSpanInuse + m.MCacheInuse + m.OtherSys + m.GCSys
}

// topicBytes is what a topic with one member may cost, everything counted: the
// handle, actor, mailbox and registry entry of the topic, the membership in the
// session's ledger, the indexes. That holds for a million topics and for 50,000;
// the room that maps have to spare weighs more among few.
const topicBytes = 1500.0

// Very many topics with one member each are small, and nothing is left of them
// when their members have gone.
func TestMemoryOfTopics(t *testing.T) {
	n, each, most := 50_000, 5_000, topicBytes
	if long() {
		n, each = 1_000_000, 10_000
	}
	if testing.Short() {
		n, each, most = 10_000, 5_000, 1.2*topicBytes
	}
	r := start(t, actors.Config{})
	c := gather(t, r, n/each)
	before := held()
	for i, conn := range c.conns {
		for k := range each {
			m := &wamp.Message{Type: wamp.Subscribe, Request: wamp.ID(k + 1), URI: fmt.Appendf(nil, "com.example.growth.topic%08d", i*each+k)}
			c.write(conn, c.frame(m))
			c.expect(conn, wamp.Subscribed)
		}
	}
	if topics, _ := r.Realm("realm1").Counts(); topics != n {
		t.Fatalf("%d topics, not %d", topics, n)
	}
	per := (float64(held()) - float64(before)) / float64(n)
	t.Logf("%.0f bytes for each of %d topics", per, n)
	if per > most {
		t.Errorf("%.0f bytes for each topic, %.0f at most", per, most)
	}
	c.cut()
	left(t, r)
}

// Connections that have ended are counted, and not kept. What remains for each is the
// room that maps of the actor system keep, some 1200 bytes; one with its pipe that
// were kept would be 3 KiB more.
func TestMemoryOfConnections(t *testing.T) {
	const crowds, each, most = 20, 500, 2500
	r := start(t, actors.Config{})
	pass := func() {
		c := gather(t, r, each)
		c.cut()
		left(t, r)
		c.conns = nil // or the test would keep them
	}
	pass() // which lets pools and maps find their sizes
	before := held()
	for range crowds {
		pass()
	}
	per := (float64(held()) - float64(before)) / (crowds * each)
	t.Logf("%.0f bytes for each of %d connections that have ended", per, crowds*each)
	if per > most {
		t.Errorf("%.0f bytes for each connection that has ended, %d at most", per, most)
	}
}

// Publishing to a million different URIs without a subscriber allocates nothing
// and leaves nothing behind: that there is none is not remembered.
func TestPublishingToNobody(t *testing.T) {
	for i, k := range kinds {
		rounds := 100_000 / pipelined
		if i == 0 && !testing.Short() || long() {
			rounds *= 10
		}
		r := start(t, lenient())
		p := draw(t, enter(t, r, k))
		const digits = "00000000"
		m := &wamp.Message{Type: wamp.Publish, URI: []byte("com.example.nobody" + digits), Fields: acknowledged}
		frames := p.frames(m)
		var at []int // where the digits of each frame are
		for from := 0; len(at) < pipelined; {
			i := bytes.Index(frames[from:], []byte(digits))
			at = append(at, from+i)
			from += i + len(digits)
		}
		next := 0
		round := func() {
			for _, i := range at {
				for d, n := len(digits)-1, next; d >= 0; d, n = d-1, n/10 {
					frames[i+d] = byte('0' + n%10)
				}
				next++
			}
			p.write(frames)
			p.read(func(m *wamp.Message) {
				if m.Type != wamp.Published {
					t.Fatalf("got %+v", m)
				}
			})
		}
		warm(round)
		before := held()
		if got := allocations(rounds, round); got > 0.01 {
			t.Errorf("%v: %v allocations for each URI", k, got)
		}
		if after := held(); after > before+1<<20 {
			t.Errorf("%v: %d KiB more after %d URIs", k, (after-before)>>10, next)
		}
	}
}
