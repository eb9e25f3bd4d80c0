package actors_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

const (
	crashTopic   = "com.crash"   // who subscribes to it crashes
	fragileTopic = "com.fragile" // whose actor fails on every other member
)

// TestMetaChurn listens to every meta topic while sessions join, subscribe,
// register, are revoked, killed, crash and leave at random. What it hears makes
// sense at every moment: nothing is there that was not created, nothing is created
// twice or under a URI that is taken, all members are out before the end, which
// names the one who left last. And it is complete: everything that sessions were
// told is in it, and at the end nothing is left.
func TestMetaChurn(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("CALLBOARD_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("CALLBOARD_SEED=%d", seed)
	r, f := startFaulty(t, actors.Config{})
	f.arm(supervisor.Session, 1<<30, func(it *lane.Item) bool { return asksFor(it, crashTopic) })
	var joins int // guarded by the mutex of the faults
	f.arm(supervisor.Topic, 1<<30, func(it *lane.Item) bool {
		if it.Op == lane.OpJoin && it.Member.URI == fragileTopic {
			joins++
		}
		return it.Op == lane.OpJoin && it.Member.URI == fragileTopic && joins%2 == 0
	})
	c := &metaChurn{t: t, router: r, heard: newHeard(t), steps: 500}
	if testing.Short() {
		c.steps = 100
	}
	if long() {
		c.steps = 20_000
	}
	ear := eavesdrop(t, r, kinds[1])
	var listening, living sync.WaitGroup
	listening.Go(func() { c.listen(ear) })
	for place := range 12 {
		living.Go(func() { c.live(kinds[place%len(kinds)], rand.New(rand.NewPCG(seed, uint64(place)))) })
	}
	living.Wait()
	eventually(t, "all is told, and everything that was created is deleted", func() bool {
		return t.Failed() || c.heard.complete(c) && c.heard.empty()
	})
	ear.cut()
	listening.Wait()
	left(t, r)
	t.Logf("%d events, %d topics, %d registrations, %d sessions", c.heard.events, len(c.heard.topics.seen), len(c.heard.procedures.seen), len(c.heard.seen))
}

func asksFor(it *lane.Item, topic string) bool {
	if !asks(it, wamp.Subscribe) {
		return false
	}
	for _, m := range it.Ext.(*lane.Input).Messages {
		if string(m.URI) == topic {
			return true
		}
	}
	return false
}

// metaChurn is one run.
type metaChurn struct {
	t      *testing.T
	router *actors.Router
	heard  *heard
	steps  int

	mu       sync.Mutex
	ids      []wamp.ID // of sessions
	promised []promise
}

// promise is what a session was told that it has.
type promise struct {
	id, session wamp.ID
	procedure   bool
}

// listen hands what the ear hears to the judge until its transport ends.
func (c *metaChurn) listen(ear *peer) {
	for {
		m, err := ear.raw.Receive(context.Background())
		if err != nil {
			return
		}
		if m.Type != wamp.Event {
			c.t.Errorf("the ear hears %v", m.Type)
			return
		}
		c.heard.on(ear.tells(c.t, m))
	}
}

// live is one place: sessions follow each other.
func (c *metaChurn) live(k kind, random *rand.Rand) {
	for left := c.steps; left > 0 && !c.t.Failed(); {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		raw, err := attach(ctx, c.router, k)
		if err != nil {
			c.t.Error(err)
			cancel()
			return
		}
		p, err := hello(ctx, raw)
		cancel()
		if err != nil {
			c.t.Error(err)
			return
		}
		c.mu.Lock()
		c.ids = append(c.ids, p.id)
		c.mu.Unlock()
		s := &metaChurner{peer: p, run: c, random: random}
		for left > 0 && s.step() {
			left--
		}
		p.cut()
	}
}

// metaChurner is one session.
type metaChurner struct {
	*peer
	run    *metaChurn
	random *rand.Rand
	subs   []wamp.ID
	regs   []wamp.ID
}

// step says one thing and waits for the reply. It returns false when the session
// has ended, or is about to.
func (s *metaChurner) step() bool {
	key := churnTopicKeys[s.random.IntN(len(churnTopicKeys))]
	switch n := s.random.IntN(100); {
	case n < 30:
		return s.gets(subscribe(key.uri, key.match), &s.subs)
	case n < 34:
		return s.gets(subscribe(fragileTopic, ""), &s.subs)
	case n < 52:
		return s.gets(register(key.uri, key.match, "roundrobin"), &s.regs)
	case n < 54:
		m := register(key.uri, key.match, "roundrobin")
		m.Fields = append(m.Fields, wamp.True("force_reregister"))
		return s.gets(m, &s.regs)
	case n < 68:
		return s.gives(wamp.Unsubscribe, &s.subs)
	case n < 82:
		return s.gives(wamp.Unregister, &s.regs)
	case n < 86:
		return s.revoke("wamp.subscription.remove_subscriber", s.subs)
	case n < 90:
		return s.revoke("wamp.registration.remove_callee", s.regs)
	case n < 93:
		return s.says(call("wamp.session.kill", s.payload(s.somebody()))) != nil
	case n < 95:
		s.says(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseNormal)})
		return false
	case n < 96:
		s.says(subscribe(crashTopic, ""))
		return false
	}
	return false // the transport is cut
}

// gets asks for a membership.
func (s *metaChurner) gets(m *wamp.Message, ids *[]wamp.ID) bool {
	reply := s.says(m)
	if reply == nil {
		return false
	}
	if reply.Type != wamp.ErrorMessage {
		*ids = append(*ids, reply.ID)
		s.run.mu.Lock()
		s.run.promised = append(s.run.promised, promise{reply.ID, s.id, m.Type == wamp.Register})
		s.run.mu.Unlock()
	}
	return true
}

// gives gives up the oldest; it may have been revoked by now.
func (s *metaChurner) gives(what wamp.MessageType, ids *[]wamp.ID) bool {
	if len(*ids) == 0 {
		return true
	}
	id := (*ids)[0]
	*ids = (*ids)[1:]
	return s.says(&wamp.Message{Type: what, ID: id}) != nil
}

// revoke takes something that this session has away from itself or another one.
func (s *metaChurner) revoke(uri string, ids []wamp.ID) bool {
	if len(ids) == 0 {
		return true
	}
	who := s.id
	if s.random.IntN(2) == 0 {
		who = s.somebody()
	}
	return s.says(call(uri, s.payload(ids[0], who))) != nil
}

// somebody is one of the last sessions.
func (s *metaChurner) somebody() wamp.ID {
	s.run.mu.Lock()
	defer s.run.mu.Unlock()
	ids := s.run.ids[max(0, len(s.run.ids)-12):]
	return ids[s.random.IntN(len(ids))]
}

// says sends a request and returns its reply, nil if the session has ended.
func (s *metaChurner) says(m *wamp.Message) *wamp.Message {
	if _, err := s.ask(m); err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		reply, err := s.raw.Receive(ctx)
		switch {
		case err != nil:
			if ctx.Err() != nil {
				s.run.t.Errorf("session %d: no reply to %v", s.id, m.Type)
			}
			return nil
		case reply.Type == wamp.Goodbye || reply.Type == wamp.Abort:
			return nil
		case reply.Request == s.last:
			return reply
		}
	}
}
