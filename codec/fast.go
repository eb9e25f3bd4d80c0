package codec

import "github.com/callboard-wamp/callboard/wamp"

// setNumber stores an id or message type. It returns the index behind it, or -1
// when the value needs a second look.
func setNumber(m *wamp.Message, e element, v uint64, end int) int {
	if !wamp.ID(v).Valid() {
		return -1
	}
	switch e {
	case elementRequest, elementAnyID:
		m.Request = wamp.ID(v)
	case elementID:
		m.ID = wamp.ID(v)
	default:
		if v > 0xffff {
			return -1
		}
		m.Failed = wamp.MessageType(v)
	}
	return end
}

// fastDict is parseDict for the fast paths, which leave errors to the slow one.
func fastDict(r reader, b []byte, i int, m *wamp.Message) int {
	end, err := parseDict(r, b, i, m, shapeOf(m.Type))
	if err != nil {
		return -1
	}
	return end
}

// fastKeywords reads ArgumentsKw at i, behind Arguments that begin at start.
func fastKeywords(r reader, b []byte, i, start int, m *wamp.Message) int {
	if r.kind(b, i) != kindDict {
		return -1
	}
	end, empty := skipKeywords(r, b, i, kindDict)
	if end >= 0 && !empty {
		m.Payload = wamp.Payload{Bytes: b[start:end:end], N: 2}
	}
	return end
}
