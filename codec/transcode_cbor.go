package codec

import (
	"math"

	"github.com/callboard-wamp/callboard/codec/span"
)

// Tags whose content means something else without them (RFC 8949, section 3.4,
// and IANA's list of tags). All others add to a value that stands for itself.
const (
	tagBignum         = 2
	tagNegativeBignum = 3
	tagDecimal        = 4
	tagBigfloat       = 5
	tagStringRef      = 25
	tagSharedRef      = 29
)

// cbor transcodes the CBOR data item at i, which may have depth levels.
func (t *transcoder) cbor(i, depth int) int {
	major, info, n, next := span.HeadCBOR(t.in, i)
	if next < 0 {
		return t.fail(errMalformed)
	}
	switch major {
	case cborUint:
		t.out = t.w.integer(t.out, n)
		return next
	case cborNegative:
		return t.negativeCBOR(n, next)
	case cborBytes, cborText:
		if info == span.Indefinite {
			return t.chunksCBOR(next, major)
		}
		return t.stringCBOR(next, n, major)
	case cborList:
		if info == span.Indefinite {
			return t.openListCBOR(next, depth-1)
		}
		return t.listCBOR(next, n, depth-1)
	case cborDict:
		if info == span.Indefinite {
			return t.openDictCBOR(next, depth-1)
		}
		return t.dictCBOR(next, n, depth-1)
	case cborTag:
		return t.tagCBOR(next, n, depth-1)
	}
	return t.simpleCBOR(t.in[i], n, next)
}

// negativeCBOR writes -1-n and returns next.
func (t *transcoder) negativeCBOR(n uint64, next int) int {
	if n < math.MaxUint64 {
		if !t.integer(n+1, true) {
			return -1
		}
		return next
	}
	b := bigInteger{0, 1}
	if !t.bigInteger(&b, true) {
		return -1
	}
	return next
}

// simpleCBOR writes the constant or float whose first byte is c, with the bits n,
// and returns next.
func (t *transcoder) simpleCBOR(c byte, n uint64, next int) int {
	switch c {
	case cborFalse, cborTrue:
		t.out = t.w.boolean(t.out, c == cborTrue)
		return next
	case cborNull, cborUndefined:
		t.out = t.w.null(t.out)
		return next
	case cborFloat16:
		return t.float32(math.Float32bits(float32(float16(uint16(n)))), next)
	case cborFloat32:
		return t.float32(uint32(n), next)
	case cborFloat64:
		return t.float(math.Float64frombits(n), next)
	case cborBreak:
		return t.fail(errMalformed)
	}
	return t.fail(errSimple)
}

// stringCBOR transcodes the n bytes of text or binary at i.
func (t *transcoder) stringCBOR(i int, n uint64, major byte) int {
	if n > uint64(len(t.in)-i) {
		return t.fail(errMalformed)
	}
	end := i + int(n)
	if !t.octets(t.in[i:end], major) {
		return -1
	}
	return end
}

// octets writes text or binary.
func (t *transcoder) octets(b []byte, major byte) bool {
	if major == cborText {
		return t.text(b)
	}
	t.out = t.w.binary(t.out, b)
	return true
}

// chunksCBOR transcodes a string of indefinite length whose chunks start at i.
// They are joined behind what was written, and what is then written from there
// moves down.
func (t *transcoder) chunksCBOR(i int, major byte) int {
	start := len(t.out)
	if i = t.joinCBOR(i, major); i < 0 {
		return -1
	}
	joined := len(t.out)
	if !t.octets(t.out[start:joined], major) {
		return -1
	}
	t.out = append(t.out[:start], t.out[joined:]...)
	return i
}

// joinCBOR appends the chunks that start at i, up to the break code.
func (t *transcoder) joinCBOR(i int, major byte) int {
	for i < len(t.in) {
		if t.in[i] == cborBreak {
			return i + 1
		}
		m, info, n, next := span.HeadCBOR(t.in, i)
		if next < 0 || m != major || info == span.Indefinite || n > uint64(len(t.in)-next) {
			return t.fail(errMalformed)
		}
		i = next + int(n)
		if major == cborText && !span.ValidText(t.in[next:i]) {
			return t.fail(errMalformed)
		}
		t.out = append(t.out, t.in[next:i]...)
	}
	return t.fail(errMalformed)
}

// listCBOR transcodes n elements from i on, which may have depth levels.
func (t *transcoder) listCBOR(i int, n uint64, depth int) int {
	if !t.fits(i, n, depth) {
		return -1
	}
	t.head(kindList, int(n))
	for k := range int(n) {
		t.separate(k)
		if i = t.cbor(i, depth); i < 0 {
			return -1
		}
	}
	t.end(kindList)
	return i
}

// dictCBOR transcodes n pairs from i on, which may have depth levels.
func (t *transcoder) dictCBOR(i int, n uint64, depth int) int {
	if !t.fits(i, 2*min(n, uint64(len(t.in))), depth) {
		return -1
	}
	t.head(kindDict, int(n))
	for k := range int(n) {
		if i = t.pairCBOR(i, k, depth); i < 0 {
			return -1
		}
	}
	t.end(kindDict)
	return i
}

// pairCBOR transcodes the k-th key, at i, and its value.
func (t *transcoder) pairCBOR(i, k, depth int) int {
	t.separate(k)
	if t.to == JSON && (i >= len(t.in) || t.in[i]>>5 != cborText) {
		return t.fail(errKey)
	}
	if i = t.cbor(i, depth); i < 0 {
		return -1
	}
	t.colon()
	return t.cbor(i, depth)
}

// openListCBOR transcodes elements from i on up to the break code.
func (t *transcoder) openListCBOR(i, depth int) int {
	if depth < 0 {
		return t.fail(errDeep)
	}
	c := t.open(kindList, i, depth)
	for n := 0; i < len(t.in); n++ {
		if t.in[i] == cborBreak {
			t.close(c, n)
			return i + 1
		}
		t.separate(n)
		if i = t.cbor(i, depth); i < 0 {
			return -1
		}
	}
	return t.fail(errMalformed)
}

// openDictCBOR transcodes pairs from i on up to the break code.
func (t *transcoder) openDictCBOR(i, depth int) int {
	if depth < 0 {
		return t.fail(errDeep)
	}
	c := t.open(kindDict, i, depth)
	for n := 0; i < len(t.in); n++ {
		if t.in[i] == cborBreak {
			t.close(c, n)
			return i + 1
		}
		if i = t.pairCBOR(i, n, depth); i < 0 {
			return -1
		}
	}
	return t.fail(errMalformed)
}

// tagCBOR transcodes the content, at i, of a tag, which may have depth levels.
func (t *transcoder) tagCBOR(i int, tag uint64, depth int) int {
	if depth < 0 {
		return t.fail(errDeep)
	}
	switch tag {
	case tagBignum, tagNegativeBignum:
		return t.bignumCBOR(i, tag == tagNegativeBignum)
	case tagDecimal, tagBigfloat, tagStringRef, tagSharedRef:
		return t.fail(errTag)
	}
	return t.cbor(i, depth)
}

// bignumCBOR transcodes the byte string at i as an integer.
func (t *transcoder) bignumCBOR(i int, negative bool) int {
	major, info, n, next := span.HeadCBOR(t.in, i)
	if next < 0 || major != cborBytes {
		return t.fail(errTag)
	}
	start := len(t.out)
	var octets []byte
	if info == span.Indefinite {
		if next = t.joinCBOR(next, cborBytes); next < 0 {
			return -1
		}
		octets = t.out[start:]
	} else {
		if n > uint64(len(t.in)-next) {
			return t.fail(errMalformed)
		}
		octets = t.in[next : next+int(n)]
		next += int(n)
	}
	t.out = t.out[:start]
	var b bigInteger
	if !b.setOctets(octets) || negative && !b.timesPlus(1, 1) {
		return t.fail(errInteger)
	}
	if !t.bigInteger(&b, negative) {
		return -1
	}
	return next
}
