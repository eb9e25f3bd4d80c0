package codec

import (
	"strconv"

	"github.com/callboard-wamp/callboard/wamp"
)

// parseOption reads the value of a known key that is not null. It returns what
// the value should have been if it is something else.
func parseOption(r reader, b []byte, i int, m *wamp.Message, o option) (next int, want string) {
	switch {
	case o <= optionRetained:
		return parseBoolean(r, b, i, m, o)
	case o <= optionEligibleAuthRole:
		m.Flags |= wamp.Filtered
		if o <= optionEligible {
			return parseIDs(r, b, i, m, o)
		}
		return parseNames(r, b, i, m, o)
	case o <= optionTopic:
		return parseText(r, b, i, m, o)
	case o == optionRoutingKey:
		return parseRoutingKey(r, b, i, m)
	}
	v, next := r.integer(b, i)
	switch {
	case next < 0:
		return 0, "an integer"
	case o == optionPublisher:
		if !wamp.ID(v).Valid() {
			return 0, "an id from 1 to 2^53"
		}
	case o == optionConcurrency:
		if v > 0 {
			options(m).Concurrency = v
		}
	case v > 0:
		m.Flags |= wamp.HasTimeout
		m.Timeout = v
	}
	return next, ""
}

// parseRoutingKey reads text or an integer, and skips anything else: the
// specification does not know this key.
func parseRoutingKey(r reader, b []byte, i int, m *wamp.Message) (int, string) {
	if r.kind(b, i) == kindText {
		text, next := r.text(b, i)
		if next < 0 {
			return 0, "text"
		}
		if len(text) > 0 {
			options(m).RoutingKey = string(text)
		}
		return next, ""
	}
	if v, next := r.integer(b, i); next >= 0 {
		options(m).RoutingKey = strconv.FormatUint(v, 10)
		return next, ""
	}
	if next := r.skip(b, i, maxOptionDepth-1); next >= 0 {
		return next, ""
	}
	return 0, "well-formed"
}

// options returns the options of m that are not booleans.
func options(m *wamp.Message) *wamp.Options {
	if m.Options == nil {
		m.Options = new(wamp.Options)
	}
	return m.Options
}

func parseBoolean(r reader, b []byte, i int, m *wamp.Message, o option) (int, string) {
	if r.kind(b, i) != kindBool {
		return 0, "a boolean"
	}
	v, next := r.boolean(b, i)
	if next < 0 {
		return 0, "a boolean"
	}
	if v != (o == optionExcludeMe) { // the one boolean that is true by default
		m.Flags |= booleanFlags[o]
	}
	return next, ""
}

func parseIDs(r reader, b []byte, i int, m *wamp.Message, o option) (int, string) {
	if r.kind(b, i) != kindList {
		return 0, "a list of ids"
	}
	ids := []wamp.ID{}
	for it := r.list(b, i); ; {
		next, more := r.next(b, it)
		if next.i < 0 {
			return 0, "a list of ids"
		}
		if !more {
			list := &options(m).Exclude
			if o == optionEligible {
				list = &m.Options.Eligible
			}
			*list = ids
			return next.i, ""
		}
		v, end := r.integer(b, next.i)
		if end < 0 || !wamp.ID(v).Valid() {
			return 0, "a list of ids from 1 to 2^53"
		}
		ids = append(ids, wamp.ID(v))
		it = next
		it.i = end
	}
}

func parseNames(r reader, b []byte, i int, m *wamp.Message, o option) (int, string) {
	if r.kind(b, i) != kindList {
		return 0, "a list of text"
	}
	names := []string{}
	for it := r.list(b, i); ; {
		next, more := r.next(b, it)
		if next.i < 0 {
			return 0, "a list of text"
		}
		if !more {
			*nameList(options(m), o) = names
			return next.i, ""
		}
		if r.kind(b, next.i) != kindText {
			return 0, "a list of text"
		}
		text, end := r.text(b, next.i)
		if end < 0 {
			return 0, "a list of text"
		}
		names = append(names, string(text))
		it = next
		it.i = end
	}
}

func nameList(o *wamp.Options, key option) *[]string {
	switch key {
	case optionExcludeAuthID:
		return &o.ExcludeAuthID
	case optionEligibleAuthID:
		return &o.EligibleAuthID
	case optionExcludeAuthRole:
		return &o.ExcludeAuthRole
	}
	return &o.EligibleAuthRole
}

func parseText(r reader, b []byte, i int, m *wamp.Message, o option) (int, string) {
	if r.kind(b, i) != kindText {
		return 0, "text"
	}
	text, next := r.text(b, i)
	if next < 0 {
		return 0, "text"
	}
	switch o {
	case optionMatch, optionInvoke, optionMode:
		return next, parsePolicy(string(text), m, o)
	}
	if len(text) > 0 {
		setText(m, o, text)
	}
	return next, ""
}

// setText stores a text that is not empty; an empty one is as good as none.
func setText(m *wamp.Message, o option, text []byte) {
	switch o {
	case optionScheme:
		m.Flags |= wamp.HasPassthru
		options(m).Scheme = string(text)
	case optionSerializer:
		options(m).Serializer = string(text)
	case optionCipher:
		options(m).Cipher = string(text)
	case optionKeyID:
		options(m).KeyID = string(text)
	case optionReason:
		options(m).Reason = string(text)
	}
}

// parsePolicy reads a word of a fixed set. Only an unknown `match` is a
// violation: REGISTER has an ERROR for an unknown `invoke`, and an unknown
// mode cancels like killnowait.
func parsePolicy(word string, m *wamp.Message, o option) (want string) {
	switch o {
	case optionMatch:
		match, ok := wamp.ParseMatch(word)
		if !ok {
			return "exact, prefix or wildcard"
		}
		m.Match = match
	case optionInvoke:
		m.Invoke = wamp.ParseInvoke(word)
	case optionMode:
		switch word {
		case wamp.KillNoWait.String():
		case wamp.Kill.String():
			m.Mode = wamp.Kill
		case wamp.Skip.String():
			m.Mode = wamp.Skip
		default:
			m.Flags |= wamp.UnknownMode
		}
	}
	return ""
}
