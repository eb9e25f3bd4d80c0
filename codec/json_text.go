package codec

import (
	"bytes"
	"encoding/base64"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/callboard-wamp/callboard/codec/span"
)

// unescape returns a copy of the inside of a well-formed JSON string without
// escapes. An escaped surrogate that stands alone becomes U+FFFD and is told.
func unescape(s []byte) (text []byte, lone bool) {
	text = make([]byte, 0, len(s))
	for {
		k := bytes.IndexByte(s, '\\')
		if k < 0 {
			return append(text, s...), lone
		}
		text = append(text, s[:k]...)
		c := s[k+1]
		s = s[k+2:]
		if c != 'u' {
			text = append(text, unescaped(c))
			continue
		}
		r := hexRune(s)
		s = s[4:]
		if utf16.IsSurrogate(r) {
			r, s = surrogatePair(r, s)
			lone = lone || r == utf8.RuneError
		}
		text = utf8.AppendRune(text, r)
	}
}

// surrogatePair joins the surrogate r with the one that s starts with, if it
// does; otherwise the rune is U+FFFD.
func surrogatePair(r rune, s []byte) (rune, []byte) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return utf8.RuneError, s
	}
	joined := utf16.DecodeRune(r, hexRune(s[2:]))
	if joined == utf8.RuneError {
		return joined, s
	}
	return joined, s[6:]
}

func unescaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// hexRune reads four hexadecimal digits.
func hexRune(s []byte) (r rune) {
	for _, c := range s[:4] {
		if c >= 'A' {
			c = c&^0x20 - 'A' + 10
		} else {
			c -= '0'
		}
		r = r<<4 | rune(c)
	}
	return r
}

// scalar decodes a text that starts with U+0000 and goes on as base64 as binary
// (advanced profile, "Binary conversion of JSON Strings").
func (jsonReader) scalar(b []byte, i int) (any, int) {
	end := span.SkipJSON(b, i, 0)
	if end < 0 {
		return nil, -1
	}
	switch b[i] {
	case 'n':
		return nil, end
	case 't', 'f':
		return b[i] == 't', end
	case '"':
		text, _ := unescape(b[i+1 : end-1])
		if len(text) > 0 && text[0] == 0 {
			if binary, err := base64.StdEncoding.DecodeString(string(text[1:])); err == nil {
				return binary, end
			}
		}
		return string(text), end
	}
	_, plain := span.NumberJSON(b, i)
	v, ok := numberJSON(string(b[i:end]), plain)
	if !ok {
		return nil, -1
	}
	return v, end
}
