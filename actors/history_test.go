package actors_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/archive"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/actors/store/pebble"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// keeping is a realm that keeps the events of com.log.
func keeping(s store.Store) actors.Config {
	return actors.Config{Store: s, Realms: []actors.RealmConfig{{
		URI: "realm1", History: []actors.HistoryConfig{{URI: "com.log", Events: 100}},
	}}}
}

// past asks for the history of com.log and returns the first argument of each
// event, or the URI of the ERROR.
func (p *peer) past(t testing.TB) (values []int64, failure string) {
	t.Helper()
	id := p.must(t, subscribe("com.log", ""), wamp.Subscribed).ID
	p.must(t, &wamp.Message{Type: wamp.Unsubscribe, ID: id}, wamp.Unsubscribed)
	return p.filtered(t, int64(id), nil)
}

func (p *peer) log(t testing.TB, n int) {
	t.Helper()
	p.must(t, &wamp.Message{Type: wamp.Publish, URI: []byte("com.log"), Fields: acknowledged, Payload: p.payload(n)}, wamp.Published)
}

// unreliable is a store that fails, or panics, when it is told so.
type unreliable struct {
	store.Store
	mu      sync.Mutex
	err     error
	boom    int
	blocked chan struct{}
	applied int
}

func (u *unreliable) Apply(w []store.Write) error {
	u.mu.Lock()
	err, blocked := u.err, u.blocked
	if u.boom > 0 {
		u.boom--
		u.mu.Unlock()
		panic("a fault of the test")
	}
	u.applied++
	u.mu.Unlock()
	if blocked != nil {
		<-blocked
	}
	if err != nil {
		return err
	}
	return u.Store.Apply(w)
}

func (u *unreliable) set(err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.err = err
}

// A store that fails gives an alarm; routing goes on, what is stored can be read,
// and what came meanwhile is stored when the store is well again.
func TestStoreFails(t *testing.T) {
	u := &unreliable{Store: store.Memory()}
	inBubble(t, keeping(u), func(t *testing.T, r *actors.Router) {
		p, q := enter(t, r, kinds[0]), enter(t, r, kinds[1])
		p.log(t, 1)
		if got, _ := p.past(t); len(got) != 1 {
			t.Errorf("history: %v", got)
		}
		q.must(t, subscribe("com.log", ""), wamp.Subscribed)
		u.set(errors.New("no space left"))
		for n := 2; n < 5; n++ {
			p.log(t, n)
			q.expect(t, wamp.Event)
		}
		time.Sleep(15 * time.Second)
		if r.Counters().StoreFailing.Load() != 1 {
			t.Error("no alarm")
		}
		if got, failure := p.past(t); len(got) != 1 {
			t.Errorf("history: %v %s", got, failure)
		}
		u.set(nil)
		time.Sleep(10 * time.Second)
		if r.Counters().StoreFailing.Load() != 0 {
			t.Error("the alarm stays")
		}
		if got, _ := p.past(t); len(got) != 4 || got[3] != 4 {
			t.Errorf("history: %v", got)
		}
		if n := r.Counters().Dropped(lane.DropHistory); n != 0 {
			t.Errorf("%d dropped", n)
		}
	})
}

// A router that ends while its store fails does not wait for it, and counts what
// was not stored.
func TestDrainWithFailingStore(t *testing.T) {
	u := &unreliable{Store: store.Memory(), err: errors.New("no space left")}
	var router *actors.Router
	inBubble(t, keeping(u), func(t *testing.T, r *actors.Router) {
		router = r
		enter(t, r, kinds[0]).log(t, 1)
		time.Sleep(time.Second)
	})
	if n := router.Counters().Dropped(lane.DropHistory); n != 1 {
		t.Errorf("%d dropped", n)
	}
}

// What waits for a store is bounded, and nobody waits for it.
func TestStoreBlocks(t *testing.T) {
	u := &unreliable{Store: store.Memory(), blocked: make(chan struct{})}
	r := start(t, keeping(u))
	p := enter(t, r, kinds[4])
	payload := p.payload(strings.Repeat("x", 1<<20))
	publications := archive.QueueBytes>>20 + 10
	for range publications {
		p.must(t, &wamp.Message{Type: wamp.Publish, URI: []byte("com.log"), Fields: acknowledged, Payload: payload}, wamp.Published)
	}
	eventually(t, "what does not fit is dropped", func() bool { return r.Counters().Dropped(lane.DropHistory) > 0 })
	if n := r.Counters().Dropped(lane.DropHistory); n > 16 {
		t.Errorf("%d of %d dropped", n, publications)
	}
	close(u.blocked)
}

// A panic in the store is the archive's failure: it is restarted, what the worker
// had in hand is counted, and the next events are stored.
func TestStorePanics(t *testing.T) {
	u := &unreliable{Store: store.Memory(), boom: 1}
	r, _ := startFaulty(t, keeping(u))
	p := enter(t, r, kinds[0])
	p.log(t, 1)
	eventually(t, "the archive has failed", func() bool { return counts(r, supervisor.Archive).Failures > 0 })
	if n := r.Counters().Dropped(lane.DropHistory); n != 1 {
		t.Errorf("%d dropped", n)
	}
	p.log(t, 2)
	if got, _ := p.past(t); len(got) != 1 || got[0] != 2 {
		t.Errorf("history: %v", got)
	}
}

// Whatever item the archive fails on, its caller gets an answer and the others
// are handled.
func TestFaultInArchive(t *testing.T) {
	for _, op := range []lane.Op{lane.OpStore, lane.OpQuestion} {
		t.Run(op.String(), func(t *testing.T) {
			r, f := startFaulty(t, keeping(nil))
			p := enter(t, r, kinds[0])
			f.arm(supervisor.Archive, 1, func(it *lane.Item) bool { return it.Op == op })
			p.log(t, 1)
			first, failure := p.past(t)
			p.log(t, 2)
			second, _ := p.past(t)
			if op == lane.OpStore && (len(first) != 0 || len(second) != 1 || r.Counters().Dropped(lane.DropHistory) != 1) ||
				op == lane.OpQuestion && (failure == "" || len(second) != 2) {
				t.Errorf("%v %s, then %v", first, failure, second)
			}
		})
	}
}

// A topic with a history that lost its actor for good is there again, and its
// history with it.
func TestHistoryOutlivesItsTopic(t *testing.T) {
	r, f := startFaulty(t, keeping(nil))
	p := enter(t, r, kinds[0])
	p.log(t, 1)
	limit := supervisor.Defaults()[supervisor.Topic].Max
	f.arm(supervisor.Topic, limit+1, func(it *lane.Item) bool { return it.Op == lane.OpJoin })
	for range limit + 1 {
		p.must(t, subscribe("com.log", ""), wamp.ErrorMessage)
	}
	eventually(t, "the topic was given up and made again", func() bool {
		topic, ok := r.Realm("realm1").Topics.Get([]byte("com.log"))
		return ok && topic.ID > 1
	})
	p.log(t, 2)
	if got, failure := p.past(t); len(got) != 2 {
		t.Errorf("history: %v %s", got, failure)
	}
}

// Age is measured by the router's clock, also when nothing comes any more.
func TestHistoryAge(t *testing.T) {
	cfg := keeping(nil)
	cfg.Realms[0].History[0].Age = time.Minute
	inBubble(t, cfg, func(t *testing.T, r *actors.Router) {
		p := enter(t, r, kinds[0])
		p.log(t, 1)
		time.Sleep(40 * time.Second)
		p.log(t, 2)
		if got, _ := p.past(t); len(got) != 2 {
			t.Errorf("after 40 s: %v", got)
		}
		time.Sleep(40 * time.Second)
		if got, _ := p.past(t); len(got) != 1 || got[0] != 2 {
			t.Errorf("after 80 s: %v", got)
		}
	})
}

// Whoever may not subscribe may not read: of both, the realm asks the same of the
// subscription's own URI and match. A pattern that is permitted does not permit the
// topics that it matches, nor the other way round.
func TestHistoryIsForThoseWhoMaySubscribe(t *testing.T) {
	cfg := keeping(nil)
	cfg.Realms[0].History = append(cfg.Realms[0].History,
		actors.HistoryConfig{URI: "com.", Match: wamp.Prefix}, actors.HistoryConfig{URI: ".log", Match: wamp.Wildcard})
	r := start(t, cfg)
	keys := []lane.Key{{URI: "com.log"}, {URI: "com.", Match: wamp.Prefix}, {URI: ".log", Match: wamp.Wildcard}}
	enter(t, r, kinds[0]).log(t, 1)
	for _, permitted := range keys {
		r.Realm("realm1").MaySubscribe = func(_ *lane.Session, k lane.Key) *wamp.Error {
			if k == permitted {
				return nil
			}
			return &wamp.Error{URI: wamp.ErrNotAuthorized}
		}
		p := enter(t, r, kinds[1])
		for _, k := range keys {
			topic := historyOf(t, p, k)
			for what, m := range map[string]*wamp.Message{
				"subscribe": subscribe(k.URI, k.Match.String()),
				"read":      {Type: wamp.Call, URI: []byte("wamp.subscription.get_events"), Payload: p.payload(topic)},
			} {
				p.ask(m)
				answer := p.next(t)
				if refused := answer.Type == wamp.ErrorMessage; refused == (k == permitted) ||
					refused && string(answer.URI) != string(wamp.ErrNotAuthorized) {
					t.Errorf("%v is permitted: %s of %v is answered by %v %s", permitted, what, k, answer.Type, answer.URI)
				}
				if what == "read" && k == permitted && answer.Payload.N == 0 {
					t.Errorf("nothing of the history of %v", k)
				}
			}
		}
	}
}

// historyOf is the id of a subscription that keeps its events.
func historyOf(t *testing.T, p *peer, k lane.Key) uint64 {
	t.Helper()
	m := p.must(t, &wamp.Message{
		Type: wamp.Call, URI: []byte("wamp.subscription.lookup"),
		Payload: p.payload(k.URI, wamp.Dict{"match": k.Match.String()}),
	}, wamp.Result)
	values, _, err := p.serializer().DecodePayload(m.Payload)
	if err != nil || len(values) != 1 {
		t.Fatal(values, err)
	}
	id, _ := number(values[0]).(int64)
	return uint64(id)
}

// Retained events and histories are there when another router opens the store.
func TestStoreOutlivesTheRouter(t *testing.T) {
	t.Run("memory", func(t *testing.T) { outlives(t, func(*testing.T) store.Store { return store.Memory() }) })
	t.Run("pebble", func(t *testing.T) {
		outlives(t, func(t *testing.T) store.Store {
			s, err := pebble.Open(pebble.Options{Dir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s
		})
	})
}

func outlives(t *testing.T, open func(*testing.T) store.Store) {
	s := open(t)
	run := func(f func(*testing.T, *peer)) {
		t.Run("router", func(t *testing.T) { f(t, enter(t, start(t, keeping(s)), kinds[1])) })
	}
	run(func(t *testing.T, p *peer) {
		p.must(t, retain(p, "com.room.a", 1), wamp.Published)
		p.must(t, retain(p, "com.room.b", 2), wamp.Published)
		p.must(t, retain(p, "com.room.a", 3), wamp.Published)
		one := retain(p, "com.room.b", 4) // for a session, which has gone by then
		one.Fields = append(one.Fields, wamp.Encoded("eligible", string(encoded(t, p, []any{4711}))))
		p.must(t, one, wamp.Published)
		p.log(t, 7)
	})
	run(func(t *testing.T, p *peer) {
		if got := recalled(t, p, everyRoom); len(got) != 2 || got["com.room.a"] != 3 || got["com.room.b"] != 2 {
			t.Errorf("retained: %v", got)
		}
		if got, _ := p.past(t); len(got) != 1 || got[0] != 7 {
			t.Errorf("history: %v", got)
		}
		p.must(t, &wamp.Message{Type: wamp.Call, URI: []byte("callboard.retained.clear"), Payload: p.payload("com.room.a")}, wamp.Result)
	})
	run(func(t *testing.T, p *peer) {
		if got := recalled(t, p, everyRoom); len(got) != 1 || got["com.room.b"] != 2 {
			t.Errorf("retained: %v", got)
		}
	})
}

func encoded(t testing.TB, p *peer, v any) []byte {
	t.Helper()
	b, err := p.serializer().AppendValue(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
