package actors_test

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/wamp"
)

// retaining is a SUBSCRIBE that asks for retained events.
func retaining(key uri) *wamp.Message {
	m := subscribe(key.uri, key.match)
	m.Fields = append(m.Fields, wamp.True("get_retained"))
	return m
}

func retain(p *peer, topic string, n int) *wamp.Message {
	return &wamp.Message{
		Type: wamp.Publish, URI: []byte(topic), Payload: p.payload(n),
		Fields: []wamp.Field{wamp.True("retain"), wamp.True("acknowledge")},
	}
}

// details decodes EVENT.Details.
func (p *peer) details(t testing.TB, m *wamp.Message) wamp.Dict {
	t.Helper()
	d, err := p.serializer().DecodeDict(m.Dict)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// counted are the topics that the publisher of the test counts up in turn.
var counted = []string{"com.count.a", "com.count.b", "com.count.c"}

// TestLastValueForNewcomers: a publisher counts up with retain in three topics
// while subscribers come and go, exact and by pattern. From the first event on
// each of them gets every value of each topic, in order: none twice, none
// left out, none that is older. The first is the retained one or one that was
// published after SUBSCRIBED; and who is there at the end has the last.
func TestLastValueForNewcomers(t *testing.T) {
	r := start(t, actors.Config{})
	last := rounds(1_500)
	var reached atomic.Int64 // what every topic has at least
	p := enter(t, r, kinds[0])
	for _, topic := range counted {
		p.must(t, retain(p, topic, 1), wamp.Published)
	}
	reached.Store(1)
	var all sync.WaitGroup
	recalled := make([]int, len(kinds))
	for i, k := range kinds {
		keys := []uri{{counted[i%len(counted)], "exact"}, {"com.count", "prefix"}, {"com..", "wildcard"}}
		n := &comer{peer: enter(t, r, k), reached: &reached, last: int64(last)}
		all.Go(func() {
			for done := false; !done && !t.Failed(); {
				done = n.comeAndGo(t, keys[rand.IntN(len(keys))])
			}
			recalled[i] = n.recalled
		})
	}
	for n := 2; n <= last && !t.Failed(); n++ {
		for _, topic := range counted {
			p.ask(retain(p, topic, n))
		}
		for range counted {
			p.expect(t, wamp.Published)
		}
		reached.Store(int64(n))
	}
	all.Wait()
	for i, n := range recalled {
		if n == 0 {
			t.Errorf("%s: no event came as a retained one", kinds[i])
		}
	}
}

// comer is a session that subscribes again and again.
type comer struct {
	*peer
	reached  *atomic.Int64
	last     int64
	recalled int
}

// comeAndGo subscribes, looks at some events and unsubscribes. It says whether
// the publisher had reached the last value.
func (n *comer) comeAndGo(t *testing.T, key uri) (done bool) {
	floor := n.reached.Load()
	sub := n.must(t, retaining(key), wamp.Subscribed).ID
	topics := counted
	if key.match == "exact" {
		topics = []string{key.uri}
	}
	values := map[string]int64{}
	events := rand.IntN(12)
	for seen := 0; seen < events || len(values) < len(topics); seen++ {
		n.check(t, n.expect(t, wamp.Event), key, values, floor)
		if t.Failed() {
			return false
		}
		if ends(values, topics, n.last) {
			done = true
			break
		}
	}
	n.ask(&wamp.Message{Type: wamp.Unsubscribe, ID: sub})
	for {
		m := n.next(t)
		if m.Type == wamp.Unsubscribed {
			return done
		}
		n.check(t, m, key, values, floor)
		if t.Failed() {
			return false
		}
	}
}

func ends(values map[string]int64, topics []string, last int64) bool {
	for _, topic := range topics {
		if values[topic] != last {
			return false
		}
	}
	return true
}

// check looks at one event: the first of a topic is not older than what was
// published before SUBSCRIBE, every other follows the one before.
func (n *comer) check(t *testing.T, m *wamp.Message, key uri, values map[string]int64, floor int64) {
	d, value := n.details(t, m), n.args(m)[0]
	topic, _ := d["topic"].(string)
	if topic == "" {
		topic = key.uri
	}
	before, seen := values[topic]
	values[topic] = value
	if d["retained"] == true {
		n.recalled++
	}
	switch {
	case seen && value != before+1:
		t.Errorf("%s by %v: %d after %d, %v", topic, key, value, before, d)
	case seen && d["retained"] == true:
		t.Errorf("%s by %v: %d is retained and came after %d", topic, key, value, before)
	case value < floor:
		t.Errorf("%s by %v: the first is %d, and %d was published before, %v", topic, key, value, floor, d)
	}
}
