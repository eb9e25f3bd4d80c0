package actors_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/pattern"
)

const (
	churners    = 64
	churnWindow = 8 // requests of one session that wait for their replies
)

// uri is what churning sessions subscribe to or register, and how.
type uri struct{ uri, match string }

var (
	churnTopics    = []string{"com.a.x", "com.a.y", "com.b.x", "com.b.y"}
	churnTopicKeys = append(exact(churnTopics), uri{"com.a", "prefix"}, uri{"com..x", "wildcard"})
	churnCalls     = []string{"proc.a.x", "proc.a.y", "proc.b.x", "proc.b.y"}
	churnCallKeys  = append(exact(churnCalls), uri{"proc.a", "prefix"}, uri{"proc..x", "wildcard"})
	churnPolicies  = []string{"", "roundrobin", "roundrobin", "random", "first", "last"}
)

func exact(uris []string) (keys []uri) {
	for _, u := range uris {
		keys = append(keys, uri{u, "exact"})
	}
	return keys
}

// matches says whether an event to topic comes by this subscription.
func (u uri) matches(topic string) bool {
	m, _ := wamp.ParseMatch(u.match)
	return pattern.Matches([]byte(u.uri), m, []byte(topic))
}

// TestChurn lets sessions subscribe, register, unsubscribe, unregister, publish,
// call and die at random. No event is lost to who was subscribed all the time,
// every call of a living session has one answer, and when all have left nothing
// of them is left in the router.
func TestChurn(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("CALLBOARD_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("CALLBOARD_SEED=%d", seed)
	c := &churn{t: t, router: start(t, actors.Config{}), steps: 100_000 / churners}
	if long() {
		c.steps *= 10
	}
	c.watch(kinds[1], churnTopicKeys[:2])
	c.watch(kinds[2], churnTopicKeys[4:5])
	var done sync.WaitGroup
	for i := range churners {
		done.Go(func() { c.live(i, rand.New(rand.NewPCG(seed, uint64(i)))) })
	}
	done.Wait()
	c.finish()
}

// churn is one run.
type churn struct {
	t      *testing.T
	router *actors.Router
	steps  int // of each session

	watchers []*churner

	mu       sync.Mutex
	lives    int64            // sessions so far; the number of one is the tag of its events
	handles  []*lane.Session  // of all sessions
	promised map[stream]int64 // the last acknowledged event of each
}

// stream is the events of one session to one topic.
type stream struct {
	tag   int64
	topic int64
}

// live is one place at the table: sessions follow each other.
func (c *churn) live(place int, random *rand.Rand) {
	for left := c.steps; left > 0 && !c.t.Failed(); {
		s := c.join(kinds[random.IntN(len(kinds))], random)
		if s == nil {
			return
		}
		for left > 0 && !c.t.Failed() {
			left--
			if random.IntN(150) == 0 {
				break
			}
			if !s.step() {
				c.t.Errorf("place %d: session %d ended by itself", place, s.id)
				return
			}
		}
		s.leave()
	}
}

// watch adds a session that is subscribed from the beginning. What no watcher is
// subscribed to comes and goes as a whole.
func (c *churn) watch(k kind, keys []uri) {
	s := c.join(k, nil)
	for _, key := range keys {
		s.request(subscribe(key.uri, key.match), key)
	}
	s.settle()
	c.watchers = append(c.watchers, s)
}

func (c *churn) join(k kind, random *rand.Rand) *churner {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	raw, err := attach(ctx, c.router, k)
	if err != nil {
		c.t.Error(err)
		return nil
	}
	p, err := hello(ctx, raw)
	if err != nil {
		c.t.Error(err)
		return nil
	}
	c.mu.Lock()
	c.lives++
	s := newChurner(c, p, c.lives)
	s.random = random
	c.handles = append(c.handles, c.router.Realm("realm1").Sessions.Get(p.id))
	c.mu.Unlock()
	go s.read()
	return s
}

// finish ends the watchers when they have seen all that was acknowledged, and
// looks for what is left.
func (c *churn) finish() {
	for _, w := range c.watchers {
		eventually(c.t, fmt.Sprintf("watcher %d gets every acknowledged event", w.id), func() bool {
			return c.t.Failed() || w.sawAll(c.promised)
		})
		w.leave()
	}
	left(c.t, c.router)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.router.Drain(ctx); err != nil {
		c.t.Error("drain:", err)
	}
	for _, h := range c.handles {
		if h != nil && (!h.Ledger.Empty() || h.Box.Len() != 0 || !h.Box.Closed()) {
			c.t.Errorf("session %d has left something: %+v", h.ID, h.Ledger)
		}
	}
	c.t.Logf("%d sessions, %v", c.lives, c.router.Counters().Drops())
}

// promise notes that the router has acknowledged the n-th event of a stream.
func (c *churn) promise(s stream, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.promised == nil {
		c.promised = map[stream]int64{}
	}
	c.promised[s] = max(c.promised[s], n)
}
