package codec

import (
	"math"

	"github.com/callboard-wamp/callboard/codec/span"
)

func (cborReader) boolean(b []byte, i int) (bool, int) { return b[i] == cborTrue, i + 1 }

func (cborReader) integer(b []byte, i int) (uint64, int) {
	major, _, v, next := span.HeadCBOR(b, i)
	if next < 0 {
		return 0, -1
	}
	if major == cborUint {
		return v, next
	}
	f, ok := cborFloat(b[i], v)
	if !ok {
		return 0, -1
	}
	if v, ok = integralFloat(f); !ok {
		return 0, -1
	}
	return v, next
}

// cborFloat is the float with this first octet and these bits.
func cborFloat(head byte, v uint64) (float64, bool) {
	switch head {
	case cborFloat16:
		return float16(uint16(v)), true
	case cborFloat32:
		return float64(math.Float32frombits(uint32(v))), true
	case cborFloat64:
		return math.Float64frombits(v), true
	}
	return 0, false
}

// float16 is the value of IEEE 754 half precision (RFC 8949, appendix D).
func float16(h uint16) float64 {
	exponent, mantissa := int(h>>10&0x1f), float64(h&0x3ff)
	var f float64
	switch {
	case exponent == 0:
		f = math.Ldexp(mantissa, -24)
	case exponent != 0x1f:
		f = math.Ldexp(mantissa+1024, exponent-25)
	case mantissa == 0:
		f = math.Inf(1)
	default:
		f = math.NaN()
	}
	if h&0x8000 != 0 {
		return -f
	}
	return f
}

func (cborReader) scalar(b []byte, i int) (any, int) {
	end := span.SkipCBOR(b, i, 0)
	if end < 0 {
		return nil, -1
	}
	major, _, v, _ := span.HeadCBOR(b, i)
	switch major {
	case cborUint:
		return integerValue(v), end
	case cborNegative:
		if v > math.MaxInt64 {
			return -1 - float64(v), end
		}
		return -1 - int64(v), end
	case cborBytes:
		octets, _ := cborString(b, i)
		return append([]byte{}, octets...), end
	case cborText:
		text, _ := cborString(b, i)
		return string(text), end
	}
	switch b[i] {
	case cborFalse, cborTrue:
		return b[i] == cborTrue, end
	case cborNull, cborUndefined:
		return nil, end
	}
	if f, ok := cborFloat(b[i], v); ok {
		return f, end
	}
	return nil, -1
}
