package auth

import (
	"fmt"
	"slices"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/pattern"
)

// Disclosure says whether those who receive a call or an event are told who it
// comes from (advanced profile, "Caller Identification", "Publisher
// Identification").
type Disclosure uint8

// OnRequest discloses a caller or publisher that asks for it, and a caller to a
// callee that asks. Never refuses those requests; Always needs none.
const (
	OnRequest Disclosure = iota
	Never
	Always
)

var disclosures = []string{"request", "never", "always"}

// MarshalText returns the policy as a configuration has it.
func (d Disclosure) MarshalText() ([]byte, error) {
	if int(d) >= len(disclosures) {
		return nil, fmt.Errorf("auth: disclosure %d has no text", d)
	}
	return []byte(disclosures[d]), nil
}

// UnmarshalText reads "request", "never" or "always".
func (d *Disclosure) UnmarshalText(text []byte) error {
	i := slices.Index(disclosures, string(text))
	if i < 0 {
		return fmt.Errorf("must be request, never or always, not %q", text)
	}
	*d = Disclosure(i)
	return nil
}

// Refuse returns why a session may not ask for its disclosure, or nil.
func (d Disclosure) Refuse(asked bool) *wamp.Error {
	if d == Never && asked {
		return &wamp.Error{URI: wamp.ErrDiscloseMe, Message: "the router does not disclose who uses this URI"}
	}
	return nil
}

// Discloses says whether everybody is told, given whether the session asked.
func (d Disclosure) Discloses(asked bool) bool { return d == Always || d == OnRequest && asked }

// DisclosureRule is the policy for the URIs that a pattern matches.
type DisclosureRule struct {
	URI      wamp.URI   `yaml:"uri"`
	Match    wamp.Match `yaml:"match" values:"exact, prefix, wildcard"`
	Disclose Disclosure `yaml:"disclose" values:"request, never, always"`
}

// Disclosures are the rules for the callers, or for the publishers, of a realm.
// Of several that match a URI one decides, by the precedence of registrations:
// the exact one, else the longest prefix, else the best wildcard. Without a
// match it is OnRequest; nil has no rules. They never change and may be read by
// everybody.
type Disclosures struct {
	exact    map[string]Disclosure
	patterns *pattern.Set[Disclosure]
}

// NewDisclosures makes rules findable; no rules are nil. Of two for one pattern
// the last holds.
func NewDisclosures(rules []DisclosureRule) *Disclosures {
	if len(rules) == 0 {
		return nil
	}
	d := &Disclosures{exact: map[string]Disclosure{}}
	for _, r := range rules {
		if r.Match == wamp.Exact {
			d.exact[string(r.URI)] = r.Disclose
			continue
		}
		d.patterns = d.patterns.With(string(r.URI), r.Match, r.Disclose)
	}
	return d
}

// Of returns the policy for a URI. It does not allocate.
func (d *Disclosures) Of(uri []byte) Disclosure {
	if d == nil {
		return OnRequest
	}
	if policy, ok := d.exact[string(uri)]; ok {
		return policy
	}
	policy, _, _ := d.patterns.Best(uri) // zero is OnRequest
	return policy
}
