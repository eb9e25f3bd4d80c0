package codec

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// Integers of more than 64 bits, which JSON writes as digits and CBOR as tags
// (RFC 8949, section 3.4.3), are transcoded up to the range of a float64.
const (
	bigWords  = 16
	bigBytes  = bigWords * 8
	bigDigits = 309 // of 2^1024
	wordPower = 19  // decimal digits that always fit a word
)

// bigInteger is not negative; its lowest word comes first.
type bigInteger [bigWords]uint64

// timesPlus makes b into b*m + a, or returns false when that is too large.
func (b *bigInteger) timesPlus(m, a uint64) bool {
	for k, w := range b {
		high, low := bits.Mul64(w, m)
		sum, carry := bits.Add64(low, a, 0)
		b[k], a = sum, high+carry
	}
	return a == 0
}

// divide makes b into b/d and returns the remainder.
func (b *bigInteger) divide(d uint64) (rest uint64) {
	for k := bigWords - 1; k >= 0; k-- {
		b[k], rest = bits.Div64(rest, b[k], d)
	}
	return rest
}

// decrement takes one from b, which is not zero.
func (b *bigInteger) decrement() {
	for k := range b {
		b[k]--
		if b[k] != math.MaxUint64 {
			return
		}
	}
}

// word returns b if it fits one.
func (b *bigInteger) word() (uint64, bool) {
	var above uint64
	for _, w := range b[1:] {
		above |= w
	}
	return b[0], above == 0
}

// octets returns b with its highest byte first.
func (b *bigInteger) octets() (o [bigBytes]byte) {
	for k, w := range b {
		binary.BigEndian.PutUint64(o[bigBytes-8-8*k:], w)
	}
	return o
}

// setOctets reads a number with its highest byte first, or returns false when it
// is too large.
func (b *bigInteger) setOctets(o []byte) bool {
	for len(o) > bigBytes {
		if o[0] != 0 {
			return false
		}
		o = o[1:]
	}
	var full [bigBytes]byte
	copy(full[bigBytes-len(o):], o)
	for k := range b {
		b[k] = binary.BigEndian.Uint64(full[bigBytes-8-8*k:])
	}
	return true
}

// setDigits reads decimal digits, or returns false when the number is too large.
func (b *bigInteger) setDigits(s []byte) bool {
	if len(s) > bigDigits {
		return false
	}
	for len(s) > 0 {
		n := min(len(s), wordPower)
		m, a := uint64(1), uint64(0)
		for _, c := range s[:n] {
			m *= 10
			a = a*10 + uint64(c-'0')
		}
		if !b.timesPlus(m, a) {
			return false
		}
		s = s[n:]
	}
	return true
}

// appendDigits appends b in decimal digits; b is zero afterwards.
func (b *bigInteger) appendDigits(dst []byte) []byte {
	var digits [bigDigits + wordPower]byte
	i := len(digits)
	for left := true; left; {
		rest := b.divide(1e19)
		left = *b != bigInteger{}
		for k := 0; k < wordPower && (left || rest > 0); k++ {
			i--
			digits[i] = '0' + byte(rest%10)
			rest /= 10
		}
	}
	return append(dst, digits[i:]...)
}

// digits writes the integer that a JSON number without fraction and exponent is.
func (t *transcoder) digits(s []byte) bool {
	negative := s[0] == '-'
	if negative {
		s = s[1:]
	}
	if len(s) <= wordPower {
		v := uint64(0)
		for _, c := range s {
			v = v*10 + uint64(c-'0')
		}
		return t.integer(v, negative && v > 0)
	}
	var big bigInteger
	if !big.setDigits(s) {
		t.fail(errInteger)
		return false
	}
	return t.bigInteger(&big, negative)
}

// integer writes v, or -v when it is negative; then v is not zero.
func (t *transcoder) integer(v uint64, negative bool) bool {
	switch {
	case !negative:
		t.out = t.w.integer(t.out, v)
	case v <= 1<<63:
		t.out = t.w.negative(t.out, -int64(v))
	case t.to == CBOR:
		t.out = appendHead(t.out, cborNegative, v-1)
	case t.to == JSON:
		t.out = t.w.integer(append(t.out, '-'), v)
	default:
		t.fail(errInteger)
		return false
	}
	return true
}

// bigInteger writes b, or -b when it is negative. It changes b.
func (t *transcoder) bigInteger(b *bigInteger, negative bool) bool {
	if v, ok := b.word(); ok {
		return t.integer(v, negative && v > 0)
	}
	switch t.to {
	case JSON:
		if negative {
			t.out = append(t.out, '-')
		}
		t.out = b.appendDigits(t.out)
	case CBOR:
		t.bignum(b, negative)
	default:
		t.fail(errInteger)
		return false
	}
	return true
}

// bignum writes b, or -b, as the tag that CBOR has for it. A tag 3 stands for -1
// less what its bytes say, as major type 1 does, and -2^64 still fits that.
func (t *transcoder) bignum(b *bigInteger, negative bool) {
	tag := byte(cborTag<<5 | 2)
	if negative {
		tag++
		b.decrement()
		if v, ok := b.word(); ok {
			t.out = appendHead(t.out, cborNegative, v)
			return
		}
	}
	octets := b.octets()
	first := 0
	for octets[first] == 0 {
		first++
	}
	t.out = appendHead(append(t.out, tag), cborBytes, uint64(bigBytes-first))
	t.out = append(t.out, octets[first:]...)
}
