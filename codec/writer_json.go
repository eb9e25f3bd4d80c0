package codec

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// jsonWriter writes JSON without white space.
type jsonWriter struct{}

func (jsonWriter) list(dst []byte, _ int) []byte { return append(dst, '[') }
func (jsonWriter) sizeList(n int) int            { return 2 + max(n-1, 0) }
func (jsonWriter) endList(dst []byte) []byte     { return append(dst, ']') }
func (jsonWriter) dict(dst []byte, _ int) []byte { return append(dst, '{') }
func (jsonWriter) sizeDict(n int) int            { return 2 + max(2*n-1, 0) }
func (jsonWriter) endDict(dst []byte) []byte     { return append(dst, '}') }
func (jsonWriter) comma(dst []byte) []byte       { return append(dst, ',') }
func (jsonWriter) colon(dst []byte) []byte       { return append(dst, ':') }
func (jsonWriter) null(dst []byte) []byte        { return append(dst, "null"...) }

func (jsonWriter) integer(dst []byte, v uint64) []byte { return strconv.AppendUint(dst, v, 10) }

func (jsonWriter) sizeInteger(v uint64) int {
	n := 1
	for ; v >= 10000; v /= 10000 {
		n += 4
	}
	switch {
	case v >= 1000:
		return n + 3
	case v >= 100:
		return n + 2
	case v >= 10:
		return n + 1
	}
	return n
}

func (jsonWriter) negative(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) }

func (jsonWriter) boolean(dst []byte, v bool) []byte { return strconv.AppendBool(dst, v) }

func (jsonWriter) sizeBoolean(v bool) int {
	if v {
		return 4
	}
	return 5
}

// float writes a point or an exponent always, so that it stays a float.
func (jsonWriter) float(dst []byte, v float64) ([]byte, bool) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return dst, false
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, v, 'g', -1, 64)
	if !strings.ContainsAny(textOf(dst[start:]), ".e") {
		dst = append(dst, ".0"...)
	}
	return dst, true
}

// binary writes "\u0000" and base64 (advanced profile, "Binary conversion of
// JSON Strings").
func (jsonWriter) binary(dst []byte, v []byte) []byte {
	dst = append(dst, `"\u0000`...)
	return append(base64.StdEncoding.AppendEncode(dst, v), '"')
}

const hexDigits = "0123456789abcdef"

// plainJSON says whether text needs no escapes: the octets are not control
// characters, quotes, backslashes, and if not ASCII, they are UTF-8.
func plainJSON(text string) bool {
	all := byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c < ' ' || c == '"' || c == '\\' {
			return false
		}
		all |= c
	}
	return all < utf8.RuneSelf || utf8.ValidString(text)
}

// sizeText is the number of octets that text appends.
func (jsonWriter) sizeText(s string) int {
	n := len(s) + 2
	if plainJSON(s) {
		return n
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			n++
		case c < ' ':
			n += 5
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			n += utf8.RuneLen(r) - size
			i += size - 1
		}
	}
	return n
}

// text writes a string; octets that are not UTF-8 become U+FFFD.
func (jsonWriter) text(dst []byte, s string) []byte {
	dst = append(dst, '"')
	if plainJSON(s) {
		dst = append(dst, s...)
		return append(dst, '"')
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += size - 1
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
