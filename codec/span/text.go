package span

import (
	"encoding/binary"
	"unicode/utf8"
)

// One bit pattern for all eight bytes of a word.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// ValidText says whether b is UTF-8. A receiver that could not read a JSON
// message asks it about the whole message, to tell text that is not UTF-8
// (WebSocket close code 1007, RFC 6455 section 8.1) from broken grammar.
func ValidText(b []byte) bool {
	rest := b
	for len(rest) > 32 {
		w := word(rest) | word(rest[8:]) | word(rest[16:]) | word(rest[24:])
		if w&highs != 0 {
			return utf8.Valid(b)
		}
		rest = rest[32:]
	}
	return ascii(rest) || utf8.Valid(b)
}

// validAt is ValidText of b[i:i+n], which must lie within b, made for short text.
func validAt(b []byte, i, n int) bool {
	if n <= 8 && i+8 <= len(b) {
		return word(b[i:])&(highs>>(64-8*uint(n))) == 0 || utf8.Valid(b[i:i+n])
	}
	if n > 32 {
		return ValidText(b[i : i+n])
	}
	return ascii(b[i:i+n]) || utf8.Valid(b[i:i+n])
}

// ascii says whether the 32 bytes or fewer of b are ASCII. Its words overlap.
func ascii(b []byte) bool {
	switch n := len(b); {
	case n >= 16:
		return (word(b)|word(b[8:])|word(b[n-16:])|word(b[n-8:]))&highs == 0
	case n >= 8:
		return (word(b)|word(b[n-8:]))&highs == 0
	}
	var all byte
	for _, c := range b {
		all |= c
	}
	return all < utf8.RuneSelf
}

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
