package actors_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// A load of many publishers, of which a write shall carry at least crowdedWrite
// messages, as it shall carry pipelinedWrite of those that are pipelined.
const (
	manyPublishers, manySubscribers, manyTopics, manyWindow = 32, 32, 4, 16

	crowdedWrite   = 24
	pipelinedWrite = pipelined / 2

	writtenRounds = 20
)

// since is what the router wrote after this.
func since(r *actors.Router, before lane.Written) lane.Written {
	now := r.Written()
	return lane.Written{Messages: now.Messages - before.Messages, Writes: now.Writes - before.Writes}
}

// carries fails the test when so many messages went out, but in too many writes.
func carries(t *testing.T, w lane.Written, messages uint64, least float64) {
	t.Helper()
	t.Logf("%d messages in %d writes: %.1f", w.Messages, w.Writes, w.PerWrite())
	if w.Messages < messages || w.PerWrite() < least {
		t.Errorf("%d messages in %d writes; %d with at least %v in a write were due", w.Messages, w.Writes, messages, least)
	}
}

// What has been written is counted to the message: as long as the connections are
// open, when they have ended, and in both cases once.
func TestWritten(t *testing.T) {
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		var want lane.Written
		for range 2 {
			var peers []*peer
			for _, k := range kinds {
				p := enter(t, r, k)
				p.must(t, subscribe("com.topic", ""), wamp.Subscribed)
				peers = append(peers, p)
				want.Messages += 2 // WELCOME, SUBSCRIBED
				want.Writes += 2
			}
			if got := r.Written(); got != want {
				t.Errorf("%+v, not %+v, while connections are open", got, want)
			}
			for _, p := range peers {
				p.cut()
			}
			left(t, r)
			if got := r.Written(); got != want {
				t.Errorf("%+v, not %+v, when connections have ended", got, want)
			}
		}
	})
}

// What comes in one read leaves in one write, and pipelined messages come in one
// read: one call puts them into the pipe, or into the queue of the loopback. The
// peers take all of them before they send more, so no round shares a write with
// another.
func TestPipelinedPerWrite(t *testing.T) {
	for i, name := range []string{"pipe", "tcp"} {
		for _, k := range kinds {
			t.Run(name+"/"+k.String(), func(t *testing.T) {
				r := start(t, lenient())
				events, calls := pipelinedAt(t, places(t, r)[i], k)
				carries(t, during(r, events), writtenRounds*pipelined, pipelinedWrite)
				carries(t, during(r, calls), 2*writtenRounds*pipelined, pipelinedWrite) // INVOCATIONs, RESULTs
			})
		}
	}
}

// during is what the router writes in these rounds.
func during(r *actors.Router, round func()) lane.Written {
	before := r.Written()
	for range writtenRounds {
		round()
	}
	return since(r, before)
}

// pipelinedAt returns rounds of PUBLISH → EVENT and of CALL → RESULT between two
// peers of this place.
func pipelinedAt(t *testing.T, at place, k kind) (events, calls func()) {
	enter := func() *peer {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		raw, err := at.dial(ctx, k)
		return admitted(ctx, t, raw, err)
	}
	from, to := enter(), enter()
	to.must(t, subscribe("com.topic", ""), wamp.Subscribed)
	to.must(t, register("com.procedure", "", ""), wamp.Registered)
	return eventsBetween(t, from, to), callsBetween(t, from, to)
}

// However many publishers there are, what has come for a subscriber leaves in one
// write. Every subscriber is held at its first event, or waits behind one that is,
// until nothing more is under way, which a bubble can tell. So there are at most two
// writes for each of them: of what it had found when it was held, and of all the rest.
func TestManyPublishersPerWrite(t *testing.T) {
	var held chan struct{}
	var cfg actors.Config
	cfg.SetFault(func(kind supervisor.Kind, it *lane.Item) {
		if kind == supervisor.Session && it.Op == lane.OpEvent {
			<-held
		}
	})
	for _, k := range kinds {
		t.Run(k.String(), func(t *testing.T) {
			inBubble(t, cfg, func(t *testing.T, r *actors.Router) {
				held = make(chan struct{})
				topic := func(n int) string { return fmt.Sprintf("com.topic%d", n%manyTopics) }
				for n := range manySubscribers {
					enter(t, r, k).must(t, subscribe(topic(n), ""), wamp.Subscribed)
				}
				var lines []*line
				for range manyPublishers {
					lines = append(lines, draw(t, enter(t, r, k)))
				}
				before := r.Written()
				for _, l := range lines {
					var window []byte
					for n := range manyWindow {
						window = l.frame(window, &wamp.Message{Type: wamp.Publish, Request: wamp.ID(n + 1), URI: []byte(topic(n))})
					}
					l.write(window)
				}
				synctest.Wait()
				close(held)
				synctest.Wait()
				carries(t, since(r, before), manyPublishers*manyWindow*manySubscribers/manyTopics, crowdedWrite)
			})
		})
	}
}
