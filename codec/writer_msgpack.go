package codec

import "github.com/tinylib/msgp/msgp"

// messagePackWriter writes MessagePack, version 5: str and bin types, the
// shortest form of everything.
type messagePackWriter struct{}

func (messagePackWriter) list(dst []byte, n int) []byte {
	return msgp.AppendArrayHeader(dst, uint32(n))
}
func (messagePackWriter) sizeList(n int) int        { return sizeContainer(n) }
func (messagePackWriter) endList(dst []byte) []byte { return dst }
func (messagePackWriter) dict(dst []byte, n int) []byte {
	return msgp.AppendMapHeader(dst, uint32(n))
}
func (messagePackWriter) sizeDict(n int) int        { return sizeContainer(n) }
func (messagePackWriter) endDict(dst []byte) []byte { return dst }
func (messagePackWriter) comma(dst []byte) []byte   { return dst }
func (messagePackWriter) colon(dst []byte) []byte   { return dst }
func (messagePackWriter) null(dst []byte) []byte    { return msgp.AppendNil(dst) }

func sizeContainer(n int) int {
	switch {
	case n < 16:
		return 1
	case n < 1<<16:
		return 3
	}
	return 5
}

func (messagePackWriter) integer(dst []byte, v uint64) []byte { return msgp.AppendUint64(dst, v) }

func (messagePackWriter) sizeInteger(v uint64) int {
	switch {
	case v < 1<<7:
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

func (messagePackWriter) text(dst []byte, s string) []byte { return msgp.AppendString(dst, s) }

func (messagePackWriter) sizeText(s string) int {
	switch n := len(s); {
	case n < 32:
		return 1 + n
	case n < 1<<8:
		return 2 + n
	case n < 1<<16:
		return 3 + n
	default:
		return 5 + n
	}
}

func (messagePackWriter) boolean(dst []byte, v bool) []byte { return msgp.AppendBool(dst, v) }
func (messagePackWriter) sizeBoolean(bool) int              { return 1 }

func (messagePackWriter) negative(dst []byte, v int64) []byte { return msgp.AppendInt64(dst, v) }
func (messagePackWriter) float(dst []byte, v float64) ([]byte, bool) {
	return msgp.AppendFloat64(dst, v), true
}
func (messagePackWriter) binary(dst []byte, v []byte) []byte { return msgp.AppendBytes(dst, v) }
