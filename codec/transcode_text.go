package codec

import (
	"bytes"
	"encoding/base64"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/callboard-wamp/callboard/codec/span"
)

// appendTextJSON appends the JSON string of s, which is UTF-8.
func appendTextJSON(dst, s []byte) []byte {
	dst = append(dst, '"')
	for start := 0; ; {
		i := span.PlainJSON(s, start)
		dst = append(dst, s[start:i]...)
		if i >= len(s) {
			return append(dst, '"')
		}
		c := s[i]
		start = i + 1
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
}

// appendUnescaped appends what stands in a well-formed JSON string, without its
// escapes. Surrogates that stand alone become U+FFFD (RFC 8259, section 8.2).
// It never appends more bytes than s has.
func appendUnescaped(dst, s []byte) []byte {
	for {
		i := bytes.IndexByte(s, '\\')
		if i < 0 {
			return append(dst, s...)
		}
		dst = append(dst, s[:i]...)
		c := s[i+1]
		s = s[i+2:]
		if c != 'u' {
			dst = append(dst, unescaped(c))
			continue
		}
		r := hexRune(s)
		s = s[4:]
		if utf16.IsSurrogate(r) {
			r, s = surrogatePair(r, s)
		}
		dst = utf8.AppendRune(dst, r)
	}
}

// strictBase64 knows one text for each binary, so that binary and text that only
// looks like it come back from JSON as what they were.
var strictBase64 = base64.StdEncoding.Strict()

// text writes a string. It returns false, and has set err, when s is not UTF-8.
func (t *transcoder) text(s []byte) bool {
	if !span.ValidText(s) {
		t.fail(errMalformed)
		return false
	}
	if t.to == JSON {
		t.out = appendTextJSON(t.out, s)
	} else {
		t.out = t.w.text(t.out, textOf(s))
	}
	return true
}

// escapedText writes the string that is s without its escapes.
func (t *transcoder) escapedText(s []byte) {
	start := len(t.out)
	head := t.w.sizeText(textOf(s)) - len(s) // at least what it will need
	t.out = append(t.out, "\x00\x00\x00\x00\x00\x00\x00\x00\x00"[:head]...)
	t.out = appendUnescaped(t.out, s)
	t.out = t.w.text(t.out[:start], textOf(t.out[start+head:])) // moves it behind its head
}

// binaryText writes as binary what stands behind U+0000 in a JSON string, if it
// is base64. Otherwise nothing is written and the result is false.
func (t *transcoder) binaryText(s []byte) bool {
	start := len(t.out)
	if bytes.IndexByte(s, '\\') >= 0 {
		t.out = appendUnescaped(t.out, s)
		s = t.out[start:]
	}
	content := len(t.out) + longHead
	t.out = append(t.out, 0, 0, 0, 0, 0)
	out, err := strictBase64.AppendDecode(t.out, s)
	if err != nil || bytes.IndexByte(s, '\n') >= 0 || bytes.IndexByte(s, '\r') >= 0 {
		t.out = t.out[:start]
		return false
	}
	t.out = t.w.binary(out[:start], out[content:]) // moves it behind its head
	return true
}
