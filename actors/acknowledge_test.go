package actors_test

import (
	"sync"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/wamp"
)

// Acknowledged publishing under load: each publisher gets one PUBLISHED for each
// request, in the order of its requests, though one subscriber of the topic reads
// nothing and one publisher never looks at its answers.
func TestAcknowledgedInOrder(t *testing.T) {
	const publishers, each = 4, 5_000
	s := listen(t, start(t, actors.Config{}))
	deaf := s.mustJoin()
	deaf.must(t, subscribe("com.busy", ""), wamp.Subscribed)
	mute := s.mustJoin()
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { publishAcknowledged(t, mute, each) })
	for range publishers {
		p := s.mustJoin()
		all.Go(func() { publishAcknowledged(t, p, each) })
		all.Go(func() { answersInOrder(t, p, each) })
	}
}

func publishAcknowledged(t *testing.T, p *peer, n int) {
	for range n {
		_, err := p.ask(&wamp.Message{
			Type: wamp.Publish, URI: []byte("com.busy"), Fields: acknowledged,
		})
		if err != nil {
			t.Error(err)
			return
		}
	}
}

// answersInOrder reads the answers to requests from 1 to n.
func answersInOrder(t *testing.T, p *peer, n int) {
	seen := map[wamp.ID]bool{}
	for request := wamp.ID(1); request <= wamp.ID(n); request++ {
		m, err := p.raw.Receive(t.Context())
		if err != nil {
			t.Error(err)
			return
		}
		if m.Type != wamp.Published || m.Request != request || seen[m.ID] {
			t.Errorf("got %v for request %d, publication %d, instead of PUBLISHED for %d", m.Type, m.Request, m.ID, request)
			return
		}
		seen[m.ID] = true
	}
}
