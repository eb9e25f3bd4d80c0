package codec

import (
	"github.com/tinylib/msgp/msgp"

	"github.com/callboard-wamp/callboard/codec/span"
	"github.com/callboard-wamp/callboard/wamp"
)

// First octets of MessagePack that are looked at directly.
const (
	msgpackFixMap  = 0x80
	msgpackFixList = 0x90
	msgpackNil     = 0xc0
	msgpackUint8   = 0xcc // the first and the last of the integers
	msgpackInt64   = 0xd3
	msgpackFixExt1 = 0xd4
	msgpackList16  = 0xdc
)

// fastMessagePack parses a message as encoders usually write it. It returns
// false when anything is unusual or wrong; m is then undefined and b untouched.
func fastMessagePack(b []byte, m *wamp.Message) bool {
	if len(b) < 2 || b[0]&0xf0 != msgpackFixList || int(b[1]) >= len(shapes) {
		return false
	}
	s := &shapes[b[1]]
	extra := int(b[0]&0x0f) - 1 - s.n
	if extra < 0 || extra > 2 || extra > 0 && !s.payload {
		return false
	}
	*m = wamp.Message{Type: wamp.MessageType(b[1])}
	i := 2
	for _, e := range s.elements[:s.n] {
		if i = fastElementMessagePack(b, i, m, e); i < 0 {
			return false
		}
	}
	if extra > 0 {
		i = fastPayloadMessagePack(b, i, extra, m)
	}
	return i == len(b)
}

func fastElementMessagePack(b []byte, i int, m *wamp.Message, e element) int {
	switch e {
	case elementURI:
		text, rest, err := msgp.ReadStringZC(b[i:])
		if err != nil || !span.ValidText(text) {
			return -1
		}
		m.URI = text[:len(text):len(text)]
		return len(b) - len(rest)
	case elementOptions, elementDetails:
		if i < len(b) && b[i] == msgpackFixMap {
			return i + 1
		}
		return fastDict(messagePackReader{}, b, i, m)
	}
	if i >= len(b) || b[i] >= msgpackFixMap && b[i]-msgpackUint8 > msgpackInt64-msgpackUint8 {
		return -1 // a float, perhaps: an error of msgp would cost an allocation
	}
	v, rest, err := msgp.ReadUint64Bytes(b[i:])
	if err != nil {
		return -1
	}
	return setNumber(m, e, v, len(b)-len(rest))
}

func fastPayloadMessagePack(b []byte, start, n int, m *wamp.Message) int {
	count, _, err := msgp.ReadArrayHeaderBytes(b[start:])
	if err != nil {
		return -1
	}
	i := span.SkipMessagePack(b, start, maxPayloadDepth)
	if i < 0 {
		return -1
	}
	if count > 0 {
		m.Payload = wamp.Payload{Bytes: b[start:i:i], N: 1}
	}
	if n == 1 {
		return i
	}
	return fastKeywords(messagePackReader{}, b, i, start, m)
}

// messagePackReader is the cursor over MessagePack.
type messagePackReader struct{}

func (messagePackReader) name() string                        { return "MessagePack" }
func (messagePackReader) start(_ []byte, i int) int           { return i }
func (messagePackReader) ended(b []byte, i int) bool          { return i >= len(b) }
func (messagePackReader) next(_ []byte, it iter) (iter, bool) { return it.count() }
func (messagePackReader) value(_ []byte, i int) int           { return i }
func (messagePackReader) skip(b []byte, i, d int) int         { return span.SkipMessagePack(b, i, d) }

func (messagePackReader) kind(b []byte, i int) kind {
	if i >= len(b) {
		return kindBad
	}
	switch msgp.NextType(b[i:]) {
	case msgp.StrType:
		return kindText
	case msgp.MapType:
		return kindDict
	case msgp.ArrayType:
		return kindList
	case msgp.BoolType:
		return kindBool
	case msgp.IntType, msgp.UintType, msgp.Float32Type, msgp.Float64Type:
		return kindNumber
	case msgp.BinType:
		return kindBinary
	case msgp.NilType:
		return kindNull
	case msgp.InvalidType:
		return kindBad
	}
	if b[i] == msgpackFixExt1 && i+1 < len(b) && b[i+1] == 0 {
		return kindNull // what JavaScript encoders write for undefined
	}
	return kindOther
}

func (messagePackReader) list(b []byte, i int) iter {
	n, rest, err := msgp.ReadArrayHeaderBytes(b[i:])
	if err != nil {
		return malformed
	}
	return iter{i: len(b) - len(rest), left: int(n)}
}

func (messagePackReader) dict(b []byte, i int) iter {
	n, rest, err := msgp.ReadMapHeaderBytes(b[i:])
	if err != nil {
		return malformed
	}
	return iter{i: len(b) - len(rest), left: int(n)}
}

func (messagePackReader) text(b []byte, i int) ([]byte, int) {
	text, rest, err := msgp.ReadStringZC(b[i:])
	if err != nil || !span.ValidText(text) {
		return nil, -1
	}
	return text[:len(text):len(text)], len(b) - len(rest)
}

func (messagePackReader) boolean(b []byte, i int) (bool, int) {
	v, rest, err := msgp.ReadBoolBytes(b[i:])
	if err != nil {
		return false, -1
	}
	return v, len(b) - len(rest)
}

func (r messagePackReader) integer(b []byte, i int) (uint64, int) {
	var v uint64
	var rest []byte
	var err error
	ok := true
	switch msgp.NextType(b[i:]) {
	case msgp.IntType, msgp.UintType:
		v, rest, err = msgp.ReadUint64Bytes(b[i:])
	case msgp.Float32Type, msgp.Float64Type:
		var f float64
		f, rest, err = readFloat(b[i:])
		v, ok = integralFloat(f)
	default:
		ok = false
	}
	if err != nil || !ok {
		return 0, -1
	}
	return v, len(b) - len(rest)
}

func readFloat(b []byte) (float64, []byte, error) {
	if msgp.NextType(b) == msgp.Float32Type {
		f, rest, err := msgp.ReadFloat32Bytes(b)
		return float64(f), rest, err
	}
	return msgp.ReadFloat64Bytes(b)
}

func (r messagePackReader) scalar(b []byte, i int) (any, int) {
	end := r.skip(b, i, 0)
	if end < 0 {
		return nil, -1
	}
	var v any
	var err error
	switch msgp.NextType(b[i:]) {
	case msgp.StrType:
		v, _, err = msgp.ReadStringBytes(b[i:])
	case msgp.BinType:
		v, _, err = msgp.ReadBytesBytes(b[i:], []byte{})
	case msgp.BoolType:
		v, _, err = msgp.ReadBoolBytes(b[i:])
	case msgp.Float32Type, msgp.Float64Type:
		v, _, err = readFloat(b[i:])
	case msgp.IntType:
		v, _, err = msgp.ReadInt64Bytes(b[i:])
	case msgp.UintType:
		var u uint64
		u, _, err = msgp.ReadUint64Bytes(b[i:])
		v = integerValue(u)
	default:
		if r.kind(b, i) != kindNull {
			return nil, -1
		}
	}
	if err != nil {
		return nil, -1
	}
	return v, end
}

// emptyList turns nil, and undefined in three octets, into an empty list.
func (messagePackReader) emptyList(b []byte, i int) {
	if b[i] == msgpackNil {
		b[i] = msgpackFixList
		return
	}
	b[i], b[i+1], b[i+2] = msgpackList16, 0, 0
}
