package relay

import (
	"bytes"

	"github.com/callboard-wamp/callboard/benchmarks/wire"
	"github.com/callboard-wamp/callboard/codec"
)

// stampOf reads the stamp of an answer, RESULT with one text, where the
// generators write it. It stands for what a routing decision is at the least: it
// looks at a few octets and at nothing behind them.
func stampOf(s codec.Serializer, b []byte) (wire.Stamp, bool) {
	at := len(b)
	switch s {
	case codec.JSON: // [50,7,{},["…
		at = bytes.IndexByte(b, '"') + 1
	case codec.MessagePack: // 94 32 07 80 91 text
		at = header2(b, messagePackHeader, 2)
	case codec.CBOR: // 84 18 32 07 A0 81 text
		at = header2(b, cborHeader, 3)
	}
	if at <= 0 || at >= len(b) {
		return wire.Stamp{}, false
	}
	return wire.ReadStamp(b[at:])
}

// header2 is where the text begins: behind a request id, two octets and the
// header of the text.
func header2(b []byte, size func(byte) int, at int) int {
	for _, more := range []int{2, 0} {
		if at >= len(b) {
			return len(b)
		}
		at += size(b[at]) + more
	}
	return at
}

// messagePackHeader is the length of an unsigned integer, or of the header of a text.
func messagePackHeader(c byte) int {
	switch c {
	case 0xCC, 0xD9:
		return 2
	case 0xCD, 0xDA:
		return 3
	case 0xCE, 0xDB:
		return 5
	case 0xCF:
		return 9
	}
	return 1
}

func cborHeader(c byte) int {
	switch c & 0x1F {
	case 24:
		return 2
	case 25:
		return 3
	case 26:
		return 5
	case 27:
		return 9
	}
	return 1
}
