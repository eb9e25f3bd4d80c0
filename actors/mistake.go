package actors

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/setting"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/auth"
)

// Mistakes returns everything that [NewRouter] would refuse, or nil. Keys are
// those of the configuration file: "realms[0].uri", "supervision.session.on_panic".
func (c Config) Mistakes() []setting.Mistake {
	c.fill()
	return c.mistakes()
}

func (c *Config) mistakes() []setting.Mistake {
	found := setting.Check("limits", c.Limits)
	seen := map[wamp.URI]int{}
	for i, r := range c.Realms {
		key := fmt.Sprintf("realms[%d]", i)
		first, twice := seen[r.URI]
		switch {
		case r.URI == "":
			found = append(found, setting.Mistake{Key: key + ".uri", Text: "is missing"})
		case !wamp.ValidURI([]byte(r.URI), wamp.Loose) || wamp.Reserved([]byte(r.URI)):
			found = append(found, setting.Mistake{Key: key + ".uri", Text: fmt.Sprintf("%q is not a valid URI of a realm", r.URI)})
		case twice:
			found = append(found, setting.Mistake{Key: key + ".uri", Text: fmt.Sprintf("%s is the URI of realms[%d] too", r.URI, first)})
		default:
			seen[r.URI] = i
		}
		found = append(found, setting.Check(key, r)...)
		found = append(found, ruleMistakes(key+".disclosure.callers", r.Disclosure.Callers)...)
		found = append(found, ruleMistakes(key+".disclosure.publishers", r.Disclosure.Publishers)...)
		found = append(found, r.historyMistakes(key)...)
	}
	return append(found, policyMistakes(c.Policies)...)
}

// ruleMistakes judges rules of disclosure: their patterns, and that there is one
// for each.
func ruleMistakes(key string, rules []auth.DisclosureRule) []setting.Mistake {
	var found []setting.Mistake
	seen := map[lane.Key]int{}
	for i, r := range rules {
		at, k := fmt.Sprintf("%s[%d].uri", key, i), lane.Key{URI: string(r.URI), Match: r.Match}
		if !wamp.ValidPattern([]byte(r.URI), r.Match, wamp.Loose) {
			found = append(found, setting.Mistake{Key: at, Text: fmt.Sprintf("%q is not valid with match %s", r.URI, r.Match)})
		} else if first, twice := seen[k]; twice {
			found = append(found, setting.Mistake{Key: at, Text: fmt.Sprintf("%q has a rule already: %s[%d]", r.URI, key, first)})
		} else {
			seen[k] = i
		}
	}
	return found
}

// policyMistakes splits what the supervisor says at the keys.
func policyMistakes(table supervisor.Table) []setting.Mistake {
	var found []setting.Mistake
	for _, kind := range slices.Sorted(maps.Keys(table)) {
		key := "supervision." + string(kind)
		for _, err := range split(supervisor.Table{kind: table[kind]}.Check(kind)) {
			part, text, ok := strings.Cut(err.Error(), ": ")
			if !ok {
				part, text = "", err.Error()
			}
			found = append(found, setting.Mistake{Key: strings.TrimSuffix(key+"."+part, "."), Text: text})
		}
		a := table[kind].OnPanic
		if (kind == supervisor.Session || kind == supervisor.Connection) && (a == supervisor.Restart || a == supervisor.Resume) {
			found = append(found, setting.Mistake{Key: key + ".on_panic", Text: "must be stop or escalate: what the peer knows of it cannot be built again"})
		}
	}
	return found
}

// split returns the errors that were joined into err.
func split(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err)
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, split(e)...)
	}
	return all
}
