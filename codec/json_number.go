package codec

import (
	"math"
	"math/bits"
	"strconv"
)

// exactInteger is the value of decimal digits with an optional sign and point,
// times ten to the exponent, if that is an integer and not negative. It decides
// on the digits, without rounding, and saturates above the range of uint64.
func exactInteger(digits []byte, exponent int) (uint64, bool) {
	var v uint64
	zeros := 0 // seen, but not yet known to stand in front of another digit
	negative, fraction := false, false
	for _, c := range digits {
		switch {
		case c == '-':
			negative = true
		case c == '.':
			fraction = true
		default:
			if fraction {
				exponent--
			}
			if zeros++; c != '0' {
				v = timesTen(v, zeros, uint64(c-'0'))
				zeros = 0
			}
		}
	}
	if v == 0 {
		return 0, true
	}
	if exponent += zeros; negative || exponent < 0 {
		return 0, false
	}
	return timesTen(v, exponent, 0), true
}

// timesTen is v times ten to the n, plus d, or the largest uint64.
func timesTen(v uint64, n int, d uint64) uint64 {
	for ; v != 0 && n > 0; n-- {
		over, low := bits.Mul64(v, 10)
		if over != 0 {
			return math.MaxUint64
		}
		v = low
	}
	if sum, carry := bits.Add64(v, d, 0); carry == 0 {
		return sum
	}
	return math.MaxUint64
}

// exponentOf reads a decimal exponent; beyond a billion it does not matter how
// far.
func exponentOf(text []byte) int {
	const far = 1_000_000_000
	e, sign := 0, 1
	for _, c := range text {
		switch {
		case c == '-':
			sign = -1
		case c != '+' && e < far:
			e = e*10 + int(c-'0')
		}
	}
	return sign * e
}

// integralFloat is the value of f if that is an integer and not negative.
func integralFloat(f float64) (uint64, bool) {
	switch {
	case !(f >= 0) || f != math.Trunc(f) || math.IsInf(f, 0):
		return 0, false
	case f >= 1<<64:
		return math.MaxUint64, true
	}
	return uint64(f), true
}

// numberJSON decodes a number: integers as int64 or uint64 while they fit, the
// others as float64, which a number may be too large for.
func numberJSON(text string, plain bool) (any, bool) {
	if plain {
		if v, err := strconv.ParseInt(text, 10, 64); err == nil {
			return v, true
		}
		if v, err := strconv.ParseUint(text, 10, 64); err == nil {
			return v, true
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}
