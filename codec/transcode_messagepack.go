package codec

import (
	"encoding/binary"
	"math"
)

// messagePack transcodes the MessagePack value at i, which may have depth levels.
func (t *transcoder) messagePack(i, depth int) int {
	if i >= len(t.in) {
		return t.fail(errMalformed)
	}
	switch c := t.in[i]; c >> 5 {
	case 0, 1, 2, 3:
		t.out = t.w.integer(t.out, uint64(c))
	case 4:
		if c < msgpackFixList {
			return t.dictMessagePack(i+1, uint64(c&0x0f), depth-1)
		}
		return t.listMessagePack(i+1, uint64(c&0x0f), depth-1)
	case 5:
		return t.textMessagePack(i+1, uint64(c&0x1f))
	case 6:
		return t.typedMessagePack(i+1, c, depth)
	default:
		t.out = t.w.negative(t.out, int64(int8(c)))
	}
	return i + 1
}

// typedMessagePack transcodes a value whose first byte c, from 0xc0 to 0xdf, is in
// front of i. Types come in groups for widths of 1, 2, 4 and 8 bytes.
func (t *transcoder) typedMessagePack(i int, c byte, depth int) int {
	switch {
	case c == msgpackNil:
		t.out = t.w.null(t.out)
		return i
	case c == 0xc1:
		return t.fail(errMalformed)
	case c <= 0xc3:
		t.out = t.w.boolean(t.out, c == 0xc3)
		return i
	case c <= 0xc6:
		n, i := t.wide(i, c-0xc4)
		return t.binaryMessagePack(i, n)
	case c <= 0xc9 || c >= msgpackFixExt1 && c <= 0xd8:
		return t.fail(errExtension)
	case c <= 0xcb:
		return t.floatMessagePack(i, c-0xca)
	case c <= 0xcf:
		n, i := t.wide(i, c-0xcc)
		t.out = t.w.integer(t.out, n)
		return i
	case c <= 0xd3:
		return t.signedMessagePack(i, c-0xd0)
	case c <= 0xdb:
		n, i := t.wide(i, c-0xd9)
		return t.textMessagePack(i, n)
	case c <= 0xdd:
		n, i := t.wide(i, c-0xdc+1)
		return t.listMessagePack(i, n, depth-1)
	}
	n, i := t.wide(i, c-0xde+1)
	return t.dictMessagePack(i, n, depth-1)
}

// wide reads an unsigned number of 1<<power bytes.
func (t *transcoder) wide(i int, power byte) (n uint64, next int) {
	b := t.in[i:]
	if len(b) < 1<<power {
		return 0, t.fail(errMalformed)
	}
	switch power {
	case 0:
		return uint64(b[0]), i + 1
	case 1:
		return uint64(binary.BigEndian.Uint16(b)), i + 2
	case 2:
		return uint64(binary.BigEndian.Uint32(b)), i + 4
	}
	return binary.BigEndian.Uint64(b), i + 8
}

func (t *transcoder) signedMessagePack(i int, power byte) int {
	n, i := t.wide(i, power)
	unused := 64 - 8<<power
	if v := int64(n<<unused) >> unused; v < 0 {
		t.out = t.w.negative(t.out, v)
	} else {
		t.out = t.w.integer(t.out, uint64(v))
	}
	return i
}

// floatMessagePack transcodes a float32 (wide 0) or float64 (wide 1).
func (t *transcoder) floatMessagePack(i int, wide byte) int {
	n, i := t.wide(i, wide+2)
	switch {
	case i < 0:
		return -1
	case wide == 1:
		return t.float(math.Float64frombits(n), i)
	}
	return t.float32(uint32(n), i)
}

// float writes a float64 and returns i.
func (t *transcoder) float(f float64, i int) int {
	out, ok := t.w.float(t.out, f)
	if !ok {
		return t.fail(errNotFinite)
	}
	t.out = out
	return i
}

// float32 writes a float32 with these bits, in its own width where there is one,
// and returns i.
func (t *transcoder) float32(n uint32, i int) int {
	switch t.to {
	case MessagePack:
		t.out = binary.BigEndian.AppendUint32(append(t.out, 0xca), n)
		return i
	case CBOR:
		t.out = binary.BigEndian.AppendUint32(append(t.out, cborFloat32), n)
		return i
	}
	return t.float(float64(math.Float32frombits(n)), i)
}

// textMessagePack transcodes the n bytes of text at i.
func (t *transcoder) textMessagePack(i int, n uint64) int {
	if i < 0 {
		return -1
	}
	if n > uint64(len(t.in)-i) {
		return t.fail(errMalformed)
	}
	end := i + int(n)
	if !t.text(t.in[i:end]) {
		return -1
	}
	return end
}

func (t *transcoder) binaryMessagePack(i int, n uint64) int {
	if i < 0 {
		return -1
	}
	if n > uint64(len(t.in)-i) {
		return t.fail(errMalformed)
	}
	end := i + int(n)
	t.out = t.w.binary(t.out, t.in[i:end])
	return end
}

// listMessagePack transcodes n elements from i on, which may have depth levels.
func (t *transcoder) listMessagePack(i int, n uint64, depth int) int {
	if !t.fits(i, n, depth) {
		return -1
	}
	t.head(kindList, int(n))
	for k := range int(n) {
		t.separate(k)
		if i = t.messagePack(i, depth); i < 0 {
			return -1
		}
	}
	t.end(kindList)
	return i
}

// dictMessagePack transcodes n pairs from i on, which may have depth levels.
func (t *transcoder) dictMessagePack(i int, n uint64, depth int) int {
	if !t.fits(i, 2*n, depth) {
		return -1
	}
	t.head(kindDict, int(n))
	for k := range int(n) {
		t.separate(k)
		if t.to == JSON && (i >= len(t.in) || !startsText(t.in[i])) {
			return t.fail(errKey)
		}
		if i = t.messagePack(i, depth); i < 0 {
			return -1
		}
		t.colon()
		if i = t.messagePack(i, depth); i < 0 {
			return -1
		}
	}
	t.end(kindDict)
	return i
}

// fits says whether a container of n values at i can be there: each has at least
// one byte, and there is a level left for it. It sets err when not; i below zero
// means that it has been set.
func (t *transcoder) fits(i int, n uint64, depth int) bool {
	switch {
	case i < 0:
	case n > uint64(len(t.in)-i):
		t.fail(errMalformed)
	case depth < 0:
		t.fail(errDeep)
	default:
		return true
	}
	return false
}

// startsText says whether a value with this first byte is text.
func startsText(c byte) bool { return c>>5 == 5 || c >= 0xd9 && c <= 0xdb }
