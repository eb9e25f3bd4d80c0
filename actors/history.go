package actors

import (
	"fmt"
	"time"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/setting"
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/wamp"
)

// HistoryConfig is one subscription whose events are kept, whether anybody is
// subscribed or not. Bounds that are zero are those of [DefaultHistory].
type HistoryConfig struct {
	URI    string        `yaml:"uri"`
	Match  wamp.Match    `yaml:"match" values:"exact, prefix, wildcard"`
	Events int           `yaml:"events" range:"0.."`
	Bytes  int           `yaml:"bytes" unit:"bytes" range:"0.."`
	Age    time.Duration `yaml:"age" range:"0s.."`
}

// DefaultHistory is how much of a subscription's events is kept unless its
// configuration says otherwise.
var DefaultHistory = store.Bounds{Events: 1000, Bytes: 16 << 20}

// histories are the subscriptions of a realm that keep their events.
func (c *RealmConfig) histories() map[lane.Key]*lane.History {
	if len(c.History) == 0 {
		return nil
	}
	all := make(map[lane.Key]*lane.History)
	for _, h := range c.History {
		all[lane.Key{URI: h.URI, Match: h.Match}] = &lane.History{
			Log:    store.Log{Kind: store.History, Realm: string(c.URI), Match: h.Match, URI: h.URI},
			Bounds: store.Bounds{Events: h.Events, Bytes: h.Bytes, Age: h.Age}.Or(DefaultHistory),
		}
	}
	return all
}

// historyMistakes are what is wrong with the histories of a realm.
func (c *RealmConfig) historyMistakes(key string) (found []setting.Mistake) {
	first := map[lane.Key]int{}
	for i, h := range c.History {
		k := lane.Key{URI: h.URI, Match: h.Match}
		at, twice := first[k]
		switch err := wamp.CheckURI([]byte(h.URI), h.Match, c.URIMode); {
		case err != nil:
			found = append(found, setting.Mistake{
				Key:  fmt.Sprintf("%s.history[%d].uri", key, i),
				Text: fmt.Sprintf("%q is not a valid URI with match %v", h.URI, h.Match),
			})
		case twice:
			found = append(found, setting.Mistake{
				Key:  fmt.Sprintf("%s.history[%d].uri", key, i),
				Text: fmt.Sprintf("%s with match %v is that of history[%d] too", h.URI, h.Match, at),
			})
		default:
			first[k] = i
		}
	}
	return found
}
