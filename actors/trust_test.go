package actors_test

import (
	"testing"
	"testing/synctest"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/auth"
)

// The level of a call or an event is that of who makes it, not of who gets it, and
// a role without a level has none.
func TestTrustIsOfTheSender(t *testing.T) {
	levels := auth.Levels{"backend": 7, "anonymous": 2}
	cfg := actors.Config{Realms: []actors.RealmConfig{{URI: "realm1", TrustLevels: actors.TrustLevels{Calls: levels, Publications: levels}}}}
	inBubble(t, cfg, func(t *testing.T, r *actors.Router) {
		receiver := enterWith(t, r, wamp.Dict{
			"callee":     wamp.Dict{"features": wamp.Dict{"call_trustlevels": true}},
			"subscriber": wamp.Dict{"features": wamp.Dict{"publication_trustlevels": true}},
		})
		receiver.must(t, register("com.slow", "", ""), wamp.Registered)
		receiver.must(t, subscribe("com.topic", ""), wamp.Subscribed)
		for role, level := range map[string]int64{"backend": 7, "anonymous": 2, "guest": 0} {
			sender := enter(t, r, kinds[4])
			synctest.Wait()
			r.Realm("realm1").Sessions.Get(sender.id).Identity.AuthRole = role
			if got := number(receiver.details(t, timed(t, sender, receiver))["trustlevel"]); got != level {
				t.Errorf("a call of %s has level %v", role, got)
			}
			sender.ask(&wamp.Message{Type: wamp.Publish, URI: []byte("com.topic")})
			if got := number(receiver.details(t, receiver.expect(t, wamp.Event))["trustlevel"]); got != level {
				t.Errorf("an event of %s has level %v", role, got)
			}
		}
	})
}
