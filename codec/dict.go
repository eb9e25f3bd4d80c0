package codec

import (
	"bytes"
	"strconv"

	"github.com/callboard-wamp/callboard/wamp"
)

// parseDict reads Options or Details: keys are unique text, known keys have
// their type, the others are skipped. Details are kept in m.Dict unless empty.
func parseDict(r reader, b []byte, i int, m *wamp.Message, s *shape) (int, *wamp.Error) {
	if r.kind(b, i) != kindDict {
		return 0, wamp.Violation(m.Type.String() + "." + s.dict + " is not a dictionary")
	}
	var seen keys
	start := i
	for it := r.dict(b, i); ; {
		next, more := r.next(b, it)
		if next.i < 0 {
			return 0, broken(r, m, i)
		}
		if !more {
			if seen.n > 0 && !s.decoded() {
				m.Dict = b[start:next.i:next.i]
			}
			return next.i, nil
		}
		end, err := parseEntry(r, b, next.i, m, s, &seen)
		if err != nil {
			return 0, err
		}
		it = next
		it.i = end
	}
}

// decoded says whether the dictionary is Options that the router acts on.
func (s *shape) decoded() bool {
	return s.elements[1] == elementOptions
}

// parseEntry reads one key and its value.
func parseEntry(r reader, b []byte, i int, m *wamp.Message, s *shape, seen *keys) (int, *wamp.Error) {
	if r.kind(b, i) != kindText {
		return 0, wamp.Violation(m.Type.String() + "." + s.dict + " has a key that is not text")
	}
	key, end := r.text(b, i)
	if end < 0 {
		return 0, broken(r, m, i)
	}
	if !seen.add(key) {
		return 0, wamp.Violation(m.Type.String() + "." + s.dict + " has a key twice: " + strconv.Quote(string(key[:min(len(key), 32)])))
	}
	at := r.value(b, end)
	if at < 0 {
		return 0, broken(r, m, end)
	}
	o := optionNamed(key)
	if !s.keys.has(o) || r.kind(b, at) == kindNull {
		if end = r.skip(b, at, maxOptionDepth-1); end < 0 {
			return 0, broken(r, m, at)
		}
		return end, nil
	}
	end, want := parseOption(r, b, at, m, o)
	if want != "" {
		return 0, wamp.Violation(m.Type.String() + "." + s.dict + "." + string(key) + " is not " + want)
	}
	return end, nil
}

// keys are the keys of one dictionary. The first few need no allocation.
type keys struct {
	n    int
	few  [12][]byte
	many map[string]struct{}
}

// add returns false if the key is there already.
func (k *keys) add(key []byte) bool {
	k.n++
	if k.n <= len(k.few) {
		for _, other := range k.few[:k.n-1] {
			if bytes.Equal(key, other) {
				return false
			}
		}
		k.few[k.n-1] = key
		return true
	}
	if k.many == nil {
		k.many = make(map[string]struct{}, 2*len(k.few))
		for _, other := range k.few {
			k.many[string(other)] = struct{}{}
		}
	}
	if _, twice := k.many[string(key)]; twice {
		return false
	}
	k.many[string(key)] = struct{}{}
	return true
}
