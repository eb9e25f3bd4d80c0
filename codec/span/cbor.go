package span

import "encoding/binary"

// The major types of CBOR (RFC 8949 section 3.1) that have a meaning here.
const (
	cborBytes = 2
	cborText  = 3
	cborList  = 4
	cborDict  = 5
	cborTag   = 6
	cborOther = 7

	cborBreak = 0xff
)

// Indefinite is the info of a head whose value has no length in front.
const Indefinite = 31

// SkipCBOR returns the index behind the CBOR data item (RFC 8949) that starts at
// b[i], or -1. Lengths may be definite or indefinite and need not be the
// shortest; text must be UTF-8, each chunk of its own. Tags are not looked at,
// each needs one level.
func SkipCBOR(b []byte, i, depth int) int {
	return skipCBOR(b, i, 1, min(depth, MaxDepth))
}

// skipCBOR skips count data items. It calls itself once for every level, so
// depth bounds the stack.
func skipCBOR(b []byte, i, count, depth int) int {
	for ; count > 0; count-- {
		if uint(i) >= uint(len(b)) {
			return -1
		}
		c := b[i]
		n := uint64(c & 0x1f)
		i++
		if n >= 24 {
			if n == Indefinite {
				if i = skipIndefinite(b, i, c>>5, depth); i < 0 {
					return -1
				}
				continue
			}
			if n, i = argument(b, i, c); i < 0 {
				return -1
			}
		}
		items := 1
		switch c >> 5 {
		case cborBytes, cborText:
			if n > uint64(len(b)-i) || c>>5 == cborText && !validAt(b, i, int(n)) {
				return -1
			}
			i += int(n)
			continue
		case cborList, cborDict:
			pair := c >> 5 & 1
			if n > uint64(len(b)-i)>>pair { // every element has at least one byte
				return -1
			}
			items = int(n) << pair
		case cborTag:
		default:
			continue
		}
		if depth <= 0 {
			return -1
		}
		if i = skipCBOR(b, i, items, depth-1); i < 0 {
			return -1
		}
	}
	return i
}

// skipIndefinite skips what stands between a head of indefinite length and its
// break code, and the break code (RFC 8949 section 3.2).
func skipIndefinite(b []byte, i int, major byte, depth int) int {
	switch {
	case major < cborBytes || major > cborDict || major >= cborList && depth <= 0:
		return -1
	case major <= cborText:
		depth = 0
	default:
		depth--
	}
	for n := 0; i < len(b); n++ {
		c := b[i]
		if c == cborBreak {
			if major == cborDict && n&1 != 0 {
				return -1
			}
			return i + 1
		}
		if major <= cborText && (c>>5 != major || c&0x1f == Indefinite) {
			return -1 // chunks are definite and of the same major type
		}
		if i = skipCBOR(b, i, 1, depth); i < 0 {
			return -1
		}
	}
	return -1
}

// HeadCBOR reads the head of the data item at b[i]: its major type, the low five
// bits of its first byte, its argument, and the index behind the head, which is
// -1 when the head is malformed or truncated. Info is [Indefinite] for an
// indefinite length, and, with major type 7, for the break code.
func HeadCBOR(b []byte, i int) (major, info byte, n uint64, next int) {
	if uint(i) >= uint(len(b)) {
		return 0, 0, 0, -1
	}
	c := b[i]
	major, info = c>>5, c&0x1f
	i++
	switch {
	case info < 24:
		return major, info, uint64(info), i
	case info == Indefinite && major >= cborBytes && major != cborTag:
		return major, info, 0, i
	}
	n, i = argument(b, i, c)
	return major, info, n, i
}

// argument reads the argument of the head whose first byte is c, and which goes
// on at b[i]. It refuses the reserved values 28 to 30 and simple values below 32
// in two bytes (RFC 8949 section 3.3).
func argument(b []byte, i int, c byte) (n uint64, next int) {
	if i > len(b) {
		return 0, -1
	}
	switch b = b[i:]; c & 0x1f {
	case 24:
		if len(b) >= 1 && (c>>5 != cborOther || b[0] >= 32) {
			return uint64(b[0]), i + 1
		}
	case 25:
		if len(b) >= 2 {
			return uint64(binary.BigEndian.Uint16(b)), i + 2
		}
	case 26:
		if len(b) >= 4 {
			return uint64(binary.BigEndian.Uint32(b)), i + 4
		}
	case 27:
		if len(b) >= 8 {
			return binary.BigEndian.Uint64(b), i + 8
		}
	}
	return 0, -1
}
