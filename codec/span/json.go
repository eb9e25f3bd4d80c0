package span

import "math/bits"

// SkipJSON returns the index behind the JSON value (RFC 8259) that starts at
// b[i], or -1. White space in front of the value is not skipped: see [SpaceJSON].
// Text must be UTF-8; escaped lone surrogates are grammatical and pass.
func SkipJSON(b []byte, i, depth int) int {
	var dicts [MaxDepth / 64]uint64 // one bit a level: is it a dictionary
	depth = min(depth, MaxDepth)
	level := 0
	for {
		if uint(i) >= uint(len(b)) {
			return -1
		}
		switch c := b[i]; c {
		case '"':
			i, _ = TextJSON(b, i)
		case '[', '{':
			if level >= depth {
				return -1
			}
			i = SpaceJSON(b, i+1)
			if i < len(b) && b[i] == c+2 { // ']' is '[' + 2, '}' is '{' + 2
				i++
				break
			}
			bit := uint64(1) << (level & 63)
			dicts[level>>6&1] &^= bit
			level++
			if c == '{' {
				dicts[(level-1)>>6&1] |= bit
				i = KeyJSON(b, i)
			}
			continue
		default:
			i = scalarJSON(b, i)
		}
		if i, level = closeJSON(b, i, level, &dicts); level <= 0 {
			return i
		}
	}
}

// closeJSON reads what follows a value: closing brackets, then a comma and, in a
// dictionary, the next key. It returns the index of the next value and the level
// that it is on; level 0 means that there is no next value.
func closeJSON(b []byte, i, level int, dicts *[MaxDepth / 64]uint64) (int, int) {
	for level > 0 && i >= 0 {
		i = SpaceJSON(b, i)
		if i >= len(b) {
			return -1, 0
		}
		c := b[i]
		i++
		dict := byte(dicts[(level-1)>>6&1] >> ((level - 1) & 63) & 1)
		switch c {
		case ',':
			i = SpaceJSON(b, i)
			if dict == 1 {
				i = KeyJSON(b, i)
			}
			return i, level
		case ']' + ('}'-']')*dict:
			level--
		default:
			return -1, 0
		}
	}
	return i, 0
}

// KeyJSON reads the key that starts at b[i] and the colon behind it. It returns
// the index of the value of that key, white space skipped, or -1.
func KeyJSON(b []byte, i int) int {
	if uint(i) >= uint(len(b)) || b[i] != '"' {
		return -1
	}
	if i, _ = TextJSON(b, i); i < 0 {
		return -1
	}
	i = SpaceJSON(b, i)
	if i >= len(b) || b[i] != ':' {
		return -1
	}
	return SpaceJSON(b, i+1)
}

// SpaceJSON returns the index of the first byte from b[i] on that is not white
// space; len(b) when there is none.
func SpaceJSON(b []byte, i int) int {
	if i < len(b) && b[i] > ' ' {
		return i
	}
	return spaces(b, i)
}

func spaces(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// TextJSON returns the index behind the string whose opening quote is b[i], or
// -1, and whether the string has escapes: one that has none is b[i+1:end-1].
func TextJSON(b []byte, i int) (end int, escaped bool) {
	start := i + 1
	var seen uint64
	for i = start; ; {
		i = plainText(b, i, &seen)
		if i >= len(b) {
			return -1, escaped
		}
		switch b[i] {
		case '"':
			if seen&highs != 0 && !ValidText(b[start:i]) {
				return -1, escaped
			}
			return i + 1, escaped
		case '\\':
			escaped = true
			if i = escape(b, i+1); i < 0 {
				return -1, true
			}
		default: // control character
			return -1, escaped
		}
	}
}

// PlainJSON returns the index of the first byte from b[i] on that cannot stand in
// a JSON string as it is: a quote, a backslash or a control character; len(b)
// when there is none.
func PlainJSON(b []byte, i int) int {
	var seen uint64
	return plainText(b, i, &seen)
}

// plainText returns the index of the first quote, backslash or control character
// from b[i] on. A high bit is set in seen if one of the bytes in front of it is not
// ASCII.
func plainText(b []byte, i int, seen *uint64) int {
	all := *seen
	for i+32 <= len(b) {
		s := b[i : i+32 : i+32]
		w0, w1, w2, w3 := word(s), word(s[8:]), word(s[16:]), word(s[24:])
		if (stops(w0)|stops(w1)|stops(w2)|stops(w3))&highs != 0 {
			break
		}
		i += 32
		if all |= w0 | w1 | w2 | w3; all&highs == 0 {
			i = plainASCII(b, i)
		}
	}
	for ; i+8 <= len(b); i += 8 {
		w := word(b[i:])
		if m := stops(w) & highs; m != 0 {
			k := bits.TrailingZeros64(m) &^ 7
			*seen = all | w&(1<<k-1)
			return i + k>>3
		}
		all |= w
	}
	for ; i < len(b) && b[i] >= ' ' && b[i] != '"' && b[i] != '\\'; i++ {
		all |= uint64(b[i]) // only the high bit is asked for
	}
	*seen = all
	return i
}

// plainASCII passes the blocks of 32 bytes from b[i] on that are ASCII and have no
// quote, backslash or control character.
func plainASCII(b []byte, i int) int {
	for ; i+32 <= len(b); i += 32 {
		s := b[i : i+32 : i+32]
		w0, w1, w2, w3 := word(s), word(s[8:]), word(s[16:]), word(s[24:])
		m := asciiStops(w0) | asciiStops(w1) | asciiStops(w2) | asciiStops(w3)
		if (m|w0|w1|w2|w3)&highs != 0 {
			break
		}
	}
	return i
}

// stops has the high bit set in each byte that is a quote, a backslash or a
// control character. A borrow can set it in the bytes above a true one only, so
// the lowest is always exact; in bytes from 0x80 on it is never the lowest.
func stops(w uint64) uint64 { return asciiStops(w) &^ w }

// asciiStops is stops for words that have no byte from 0x80 on. With the second
// lowest bit turned over, a quote is the next one behind the control characters.
func asciiStops(w uint64) uint64 {
	return ((w ^ ones*('"'^' ')) - ones*(' '+1)) | ((w ^ ones*'\\') - ones)
}

// escape returns the index behind the escape whose letter is b[i], or -1.
func escape(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		if i+5 > len(b) || !hex(b[i+1]) || !hex(b[i+2]) || !hex(b[i+3]) || !hex(b[i+4]) {
			return -1
		}
		return i + 5
	}
	return -1
}

func hex(c byte) bool { return c-'0' < 10 || c|0x20-'a' < 6 }

func digit(c byte) bool { return c-'0' < 10 }

func scalarJSON(b []byte, i int) int {
	switch b[i] {
	case 't':
		return constant(b, i, "true")
	case 'f':
		return constant(b, i, "false")
	case 'n':
		return constant(b, i, "null")
	}
	i, _ = NumberJSON(b, i)
	return i
}

func constant(b []byte, i int, s string) int {
	if len(b)-i < len(s) || string(b[i:i+len(s)]) != s {
		return -1
	}
	return i + len(s)
}

// NumberJSON returns the index behind the number that starts at b[i], or -1, and
// whether it is an integer: it has neither a fraction nor an exponent.
func NumberJSON(b []byte, i int) (end int, integer bool) {
	if i < len(b) && b[i] == '-' {
		i++
	}
	first := i
	if i = digits(b, i); i < 0 || b[first] == '0' && i > first+1 {
		return -1, false
	}
	integer = true
	if i < len(b) && b[i] == '.' {
		integer = false
		if i = digits(b, i+1); i < 0 {
			return -1, false
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		integer = false
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		i = digits(b, i)
	}
	return i, integer
}

// digits returns the index behind one or more digits, or -1.
func digits(b []byte, i int) int {
	start := i
	for i < len(b) && digit(b[i]) {
		i++
	}
	if i == start {
		return -1
	}
	return i
}
