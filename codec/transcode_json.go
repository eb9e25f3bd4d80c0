package codec

import (
	"strconv"

	"github.com/callboard-wamp/callboard/codec/span"
)

// json transcodes the JSON value at i, which may have depth levels.
func (t *transcoder) json(i, depth int) int {
	if i >= len(t.in) {
		return t.fail(errMalformed)
	}
	switch t.in[i] {
	case '"':
		return t.stringJSON(i)
	case '[':
		return t.listJSON(i, depth-1)
	case '{':
		return t.dictJSON(i, depth-1)
	case 't', 'f', 'n':
		return t.constantJSON(i)
	}
	return t.numberJSON(i, depth)
}

func (t *transcoder) constantJSON(i int) int {
	end := span.SkipJSON(t.in, i, 0)
	switch {
	case end < 0:
		return t.fail(errMalformed)
	case t.in[i] == 'n':
		t.out = t.w.null(t.out)
	default:
		t.out = t.w.boolean(t.out, t.in[i] == 't')
	}
	return end
}

// listJSON transcodes the list at i, whose elements may have depth levels.
func (t *transcoder) listJSON(i, depth int) int {
	if depth < 0 {
		return t.fail(errDeep)
	}
	i = span.SpaceJSON(t.in, i+1)
	c := t.open(kindList, i, depth)
	if i < len(t.in) && t.in[i] == ']' {
		t.close(c, 0)
		return i + 1
	}
	for n := 1; ; n++ {
		if i = t.json(i, depth); i < 0 {
			return -1
		}
		switch next, end := t.afterJSON(i, ']'); {
		case next < 0:
			return t.fail(errMalformed)
		case end:
			t.close(c, n)
			return next
		default:
			i = next
		}
	}
}

// dictJSON transcodes the dictionary at i, whose values may have depth levels.
func (t *transcoder) dictJSON(i, depth int) int {
	if depth < 0 {
		return t.fail(errDeep)
	}
	i = span.SpaceJSON(t.in, i+1)
	c := t.open(kindDict, i, depth)
	if i < len(t.in) && t.in[i] == '}' {
		t.close(c, 0)
		return i + 1
	}
	for n := 1; ; n++ {
		if i = t.keyJSON(i); i < 0 {
			return -1
		}
		if i = t.json(i, depth); i < 0 {
			return -1
		}
		switch next, end := t.afterJSON(i, '}'); {
		case next < 0:
			return t.fail(errMalformed)
		case end:
			t.close(c, n)
			return next
		default:
			i = next
		}
	}
}

// afterJSON goes from behind an element to the next one, or, when what follows
// is the bracket, behind the container.
func (t *transcoder) afterJSON(i int, bracket byte) (next int, end bool) {
	i = span.SpaceJSON(t.in, i)
	switch {
	case i >= len(t.in):
		return -1, false
	case t.in[i] == ',':
		return span.SpaceJSON(t.in, i+1), false
	case t.in[i] == bracket:
		return i + 1, true
	}
	return -1, false
}

// keyJSON writes the key at i, which is text whatever it looks like, and returns
// the index of its value.
func (t *transcoder) keyJSON(i int) int {
	if i >= len(t.in) || t.in[i] != '"' {
		return t.fail(errMalformed)
	}
	end, escaped := span.TextJSON(t.in, i)
	if end < 0 {
		return t.fail(errMalformed)
	}
	if s := t.in[i+1 : end-1]; escaped {
		t.escapedText(s)
	} else {
		t.out = t.w.text(t.out, textOf(s))
	}
	i = span.SpaceJSON(t.in, end)
	if i >= len(t.in) || t.in[i] != ':' {
		return t.fail(errMalformed)
	}
	return span.SpaceJSON(t.in, i+1)
}

const escapedNull = `\u0000`

func (t *transcoder) stringJSON(i int) int {
	end, escaped := span.TextJSON(t.in, i)
	if end < 0 {
		return t.fail(errMalformed)
	}
	s := t.in[i+1 : end-1]
	switch {
	case !escaped:
		t.out = t.w.text(t.out, textOf(s))
	case len(s) >= len(escapedNull) && string(s[:len(escapedNull)]) == escapedNull && t.binaryText(s[len(escapedNull):]):
	default:
		t.escapedText(s)
	}
	return end
}

// numberJSON transcodes the number at i. A CBOR bignum is a tag and needs a level.
func (t *transcoder) numberJSON(i, depth int) int {
	end, integer := span.NumberJSON(t.in, i)
	if end < 0 {
		return t.fail(errMalformed)
	}
	s := t.in[i:end]
	if integer {
		start := len(t.out)
		if !t.digits(s) {
			return -1
		}
		if depth <= 0 && t.to == CBOR && t.out[start]>>5 == cborTag {
			return t.fail(errDeep)
		}
		return end
	}
	f, err := strconv.ParseFloat(textOf(s), 64)
	if err != nil {
		return t.fail(errFloat)
	}
	t.out, _ = t.w.float(t.out, f)
	return end
}
