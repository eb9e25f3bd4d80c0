package actors_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/wamp"
)

// The limit of shapes is for peers: the operator's histories are kept whatever
// wildcards they are of, and a peer may subscribe to those.
func TestHistoriesHaveAnyShape(t *testing.T) {
	cfg := keeping(nil)
	cfg.Limits.WildcardShapes = 1
	own := []string{"com..error", ".log.error", "com.log."}
	for _, w := range own {
		cfg.Realms[0].History = append(cfg.Realms[0].History, actors.HistoryConfig{URI: w, Match: wamp.Wildcard})
	}
	r := start(t, cfg)
	p, q := enter(t, r, kinds[0]), enter(t, r, kinds[1])
	for _, w := range own {
		p.must(t, subscribe(w, "wildcard"), wamp.Subscribed)
	}
	p.must(t, subscribe("..error", "wildcard"), wamp.ErrorMessage)
	q.must(t, &wamp.Message{Type: wamp.Publish, URI: []byte("com.log.error"), Fields: acknowledged}, wamp.Published)
	for range own {
		p.expect(t, wamp.Event)
	}
}
