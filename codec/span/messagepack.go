package span

import "encoding/binary"

// What a first byte from 0xc0 to 0xdf means. Values up to 18 are the whole size
// of a value without a length; the others say how wide the length behind the
// first byte is (high bits) and what it counts (low bits).
const (
	short uint8 = 0x20
	wide  uint8 = 0x40

	length8  = short
	length16 = wide
	length32 = short | wide

	bytesOf uint8 = 0
	textOf  uint8 = 1
	extOf   uint8 = 2
	listOf  uint8 = 3
	dictOf  uint8 = 4
)

// typed is indexed by the first byte less 0xc0; 0xc1 is never used and stays 0.
var typed = [32]uint8{
	0x00: 1, 0x02: 1, 0x03: 1, // nil, false, true
	0x04: length8 | bytesOf, 0x05: length16 | bytesOf, 0x06: length32 | bytesOf,
	0x07: length8 | extOf, 0x08: length16 | extOf, 0x09: length32 | extOf,
	0x0a: 5, 0x0b: 9, // floats
	0x0c: 2, 0x0d: 3, 0x0e: 5, 0x0f: 9, 0x10: 2, 0x11: 3, 0x12: 5, 0x13: 9, // integers
	0x14: 3, 0x15: 4, 0x16: 6, 0x17: 10, 0x18: 18, // fixed extensions
	0x19: length8 | textOf, 0x1a: length16 | textOf, 0x1b: length32 | textOf,
	0x1c: length16 | listOf, 0x1d: length32 | listOf,
	0x1e: length16 | dictOf, 0x1f: length32 | dictOf,
}

// SkipMessagePack returns the index behind the MessagePack value that starts at
// b[i], or -1. Text must be UTF-8; what extension types hold is not looked at.
func SkipMessagePack(b []byte, i, depth int) int {
	return skipMessagePack(b, i, 1, min(depth, MaxDepth))
}

// skipMessagePack skips count values. It calls itself once for every level, so
// depth bounds the stack.
func skipMessagePack(b []byte, i, count, depth int) int {
	for ; count > 0; count-- {
		if uint(i) >= uint(len(b)) {
			return -1
		}
		switch c := b[i]; c >> 5 {
		case 5: // fixstr
			n := int(c & 0x1f)
			i++
			if n > len(b)-i || !validAt(b, i, n) {
				return -1
			}
			i += n
		case 4: // fixmap and fixarray
			n := int(c&0x0f) << (c>>4&1 ^ 1)
			i++
			if n > len(b)-i || depth <= 0 {
				return -1
			}
			if i = skipMessagePack(b, i, n, depth-1); i < 0 {
				return -1
			}
		case 6:
			if i = skipTyped(b, i, depth); i < 0 {
				return -1
			}
		default: // fixint
			i++
		}
	}
	if i > len(b) {
		return -1
	}
	return i
}

// skipTyped skips the one value at b[i], whose first byte is from 0xc0 to 0xdf.
func skipTyped(b []byte, i, depth int) int {
	kind := typed[b[i]&0x1f]
	i++
	if kind < short {
		if kind == 0 {
			return -1
		}
		return i + int(kind) - 1
	}
	n, i := messagePackLength(b, i, kind)
	if kind&7 == dictOf {
		n *= 2
	}
	if i < 0 || n > len(b)-i { // every element has at least one byte
		return -1
	}
	switch kind & 7 {
	case listOf, dictOf:
		if depth <= 0 {
			return -1
		}
		return skipMessagePack(b, i, n, depth-1)
	case textOf:
		if !ValidText(b[i : i+n]) {
			return -1
		}
	case extOf:
		i++ // its type
	}
	return i + n
}

// messagePackLength reads the length at b[i] and returns it and the index behind
// it, which is -1 when the buffer ends before, or is shorter than the length.
func messagePackLength(b []byte, i int, kind uint8) (n, next int) {
	switch b = b[i:]; kind & (short | wide) {
	case length8:
		if len(b) >= 1 {
			return int(b[0]), i + 1
		}
	case length16:
		if len(b) >= 2 {
			return int(binary.BigEndian.Uint16(b)), i + 2
		}
	default:
		if len(b) >= 4 && uint64(binary.BigEndian.Uint32(b)) <= uint64(len(b)) {
			return int(binary.BigEndian.Uint32(b)), i + 4
		}
	}
	return 0, -1
}
