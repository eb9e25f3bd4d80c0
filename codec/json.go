package codec

import (
	"bytes"

	"github.com/callboard-wamp/callboard/codec/span"
	"github.com/callboard-wamp/callboard/wamp"
)

// fastJSON parses a message as encoders usually write it. It returns false when
// anything is unusual or wrong; m is then undefined and b untouched.
func fastJSON(b []byte, m *wamp.Message) bool {
	i := span.SpaceJSON(b, 0)
	if i >= len(b) || b[i] != '[' {
		return false
	}
	t, i := digitsJSON(b, span.SpaceJSON(b, i+1))
	if i < 0 || t >= uint64(len(shapes)) {
		return false
	}
	s := &shapes[t]
	*m = wamp.Message{Type: wamp.MessageType(t)}
	for _, e := range s.elements[:s.n] {
		i = span.SpaceJSON(b, i)
		if i >= len(b) || b[i] != ',' {
			return false
		}
		if i = fastElementJSON(b, span.SpaceJSON(b, i+1), m, e); i < 0 {
			return false
		}
	}
	if s.payload {
		if i = fastPayloadJSON(b, i, m); i < 0 {
			return false
		}
	}
	i = span.SpaceJSON(b, i)
	return i < len(b) && b[i] == ']' && span.SpaceJSON(b, i+1) == len(b)
}

func fastElementJSON(b []byte, i int, m *wamp.Message, e element) int {
	switch e {
	case elementURI:
		if i >= len(b) || b[i] != '"' {
			return -1
		}
		end, escaped := span.TextJSON(b, i)
		if escaped || end < 0 {
			return -1
		}
		m.URI = b[i+1 : end-1 : end-1]
		return end
	case elementOptions, elementDetails:
		if i+1 < len(b) && b[i] == '{' && b[i+1] == '}' {
			return i + 2
		}
		return fastDict(jsonReader{}, b, i, m)
	}
	v, end := digitsJSON(b, i)
	return setNumber(m, e, v, end)
}

// fastPayloadJSON reads what follows the elements up to the closing bracket.
func fastPayloadJSON(b []byte, i int, m *wamp.Message) int {
	i = span.SpaceJSON(b, i)
	if i >= len(b) || b[i] != ',' {
		return i
	}
	start := span.SpaceJSON(b, i+1)
	if start >= len(b) || b[start] != '[' {
		return -1
	}
	end := span.SkipJSON(b, start, maxPayloadDepth)
	if end < 0 {
		return -1
	}
	if !emptyJSON(b, start) {
		m.Payload = wamp.Payload{Bytes: b[start:end:end], N: 1}
	}
	i = span.SpaceJSON(b, end)
	if i >= len(b) || b[i] != ',' {
		return end
	}
	i = span.SpaceJSON(b, i+1)
	if i >= len(b) || b[i] != '{' {
		return -1
	}
	if end = span.SkipJSON(b, i, maxPayloadDepth); end < 0 {
		return -1
	}
	if !emptyJSON(b, i) {
		m.Payload = wamp.Payload{Bytes: b[start:end:end], N: 2}
	}
	return end
}

// emptyJSON says whether the list or dictionary at i, known to be well-formed,
// is empty.
func emptyJSON(b []byte, i int) bool {
	return b[span.SpaceJSON(b, i+1)] == b[i]+2 // ']' is '[' + 2, '}' is '{' + 2
}

// digitsJSON reads up to 16 digits without a leading zero; what else may belong
// to a number makes the caller stumble.
func digitsJSON(b []byte, i int) (uint64, int) {
	start := i
	var v uint64
	for i < len(b) && b[i]-'0' < 10 {
		v = v*10 + uint64(b[i]-'0')
		i++
	}
	if n := i - start; n == 0 || n > 16 || b[start] == '0' {
		return 0, -1
	}
	return v, i
}

// jsonReader is the cursor over JSON.
type jsonReader struct{}

func (jsonReader) name() string                { return "JSON" }
func (jsonReader) start(b []byte, i int) int   { return span.SpaceJSON(b, i) }
func (jsonReader) ended(b []byte, i int) bool  { return span.SpaceJSON(b, i) >= len(b) }
func (jsonReader) list(b []byte, i int) iter   { return iter{i: i + 1, left: untilEndFirst, end: ']'} }
func (jsonReader) dict(b []byte, i int) iter   { return iter{i: i + 1, left: untilEndFirst, end: '}'} }
func (jsonReader) emptyList(b []byte, i int)   { copy(b[i:], "[]  ") }
func (jsonReader) skip(b []byte, i, d int) int { return span.SkipJSON(b, i, d) }
func (jsonReader) boolean(b []byte, i int) (bool, int) {
	return b[i] == 't', span.SkipJSON(b, i, 0)
}

func (jsonReader) kind(b []byte, i int) kind {
	if i >= len(b) {
		return kindBad
	}
	switch c := b[i]; c {
	case '"':
		return kindText
	case '{':
		return kindDict
	case '[':
		return kindList
	case 'n':
		return kindNull
	case 't', 'f':
		return kindBool
	default:
		if c == '-' || c-'0' < 10 {
			return kindNumber
		}
	}
	return kindBad
}

func (jsonReader) next(b []byte, it iter) (iter, bool) {
	i := span.SpaceJSON(b, it.i)
	switch {
	case i >= len(b):
		return malformed, false
	case b[i] == it.end:
		it.i = i + 1
		return it, false
	case it.left == untilEndFirst:
	case b[i] != ',':
		return malformed, false
	default:
		i = span.SpaceJSON(b, i+1)
	}
	it.i, it.left = i, untilEnd
	return it, true
}

func (jsonReader) value(b []byte, i int) int {
	i = span.SpaceJSON(b, i)
	if i >= len(b) || b[i] != ':' {
		return -1
	}
	return span.SpaceJSON(b, i+1)
}

// text refuses lone surrogates: envelopes are text, which they are not.
func (jsonReader) text(b []byte, i int) ([]byte, int) {
	end, escaped := span.TextJSON(b, i)
	if end < 0 {
		return nil, -1
	}
	s := b[i+1 : end-1 : end-1]
	if !escaped {
		return s, end
	}
	s, lone := unescape(s)
	if lone {
		return nil, -1
	}
	return s, end
}

func (jsonReader) integer(b []byte, i int) (uint64, int) {
	end, plain := span.NumberJSON(b, i)
	if end < 0 {
		return 0, -1
	}
	exponent := 0
	text := b[i:end]
	if !plain {
		if k := bytes.IndexAny(text, "eE"); k >= 0 {
			exponent = exponentOf(text[k+1:])
			text = text[:k]
		}
	}
	v, ok := exactInteger(text, exponent)
	if !ok {
		return 0, -1
	}
	return v, end
}
