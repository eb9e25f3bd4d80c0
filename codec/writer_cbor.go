package codec

import (
	"encoding/binary"
	"math"
)

// cborWriter writes CBOR with definite lengths, the shortest form of everything
// but floats.
type cborWriter struct{}

func (cborWriter) list(dst []byte, n int) []byte { return appendHead(dst, cborList, uint64(n)) }
func (cborWriter) sizeList(n int) int            { return sizeHead(uint64(n)) }
func (cborWriter) endList(dst []byte) []byte     { return dst }
func (cborWriter) dict(dst []byte, n int) []byte { return appendHead(dst, cborDict, uint64(n)) }
func (cborWriter) sizeDict(n int) int            { return sizeHead(uint64(n)) }
func (cborWriter) endDict(dst []byte) []byte     { return dst }
func (cborWriter) comma(dst []byte) []byte       { return dst }
func (cborWriter) colon(dst []byte) []byte       { return dst }
func (cborWriter) null(dst []byte) []byte        { return append(dst, cborNull) }

// appendHead appends a major type and its argument (RFC 8949, section 3).
func appendHead(dst []byte, major byte, v uint64) []byte {
	major <<= 5
	switch {
	case v < 24:
		return append(dst, major|byte(v))
	case v < 1<<8:
		return append(dst, major|24, byte(v))
	case v < 1<<16:
		return append(dst, major|25, byte(v>>8), byte(v))
	case v < 1<<32:
		return append(dst, major|26, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	}
	return binary.BigEndian.AppendUint64(append(dst, major|27), v)
}

func sizeHead(v uint64) int {
	switch {
	case v < 24:
		return 1
	case v < 1<<8:
		return 2
	case v < 1<<16:
		return 3
	case v < 1<<32:
		return 5
	}
	return 9
}

func (cborWriter) integer(dst []byte, v uint64) []byte { return appendHead(dst, cborUint, v) }
func (cborWriter) sizeInteger(v uint64) int            { return sizeHead(v) }

func (cborWriter) text(dst []byte, s string) []byte {
	return append(appendHead(dst, cborText, uint64(len(s))), s...)
}
func (cborWriter) sizeText(s string) int { return sizeHead(uint64(len(s))) + len(s) }

func (cborWriter) boolean(dst []byte, v bool) []byte {
	if v {
		return append(dst, cborTrue)
	}
	return append(dst, cborFalse)
}
func (cborWriter) sizeBoolean(bool) int { return 1 }

func (cborWriter) negative(dst []byte, v int64) []byte {
	return appendHead(dst, cborNegative, uint64(-1-v))
}

func (cborWriter) float(dst []byte, v float64) ([]byte, bool) {
	return binary.BigEndian.AppendUint64(append(dst, cborFloat64), math.Float64bits(v)), true
}

func (cborWriter) binary(dst []byte, v []byte) []byte {
	return append(appendHead(dst, cborBytes, uint64(len(v))), v...)
}
