package codec

import (
	"strconv"

	"github.com/callboard-wamp/callboard/wamp"
)

// parse is the way of every message that the fast paths leave alone: unusual
// encodings, and everything that is refused.
func parse(r reader, b []byte, m *wamp.Message) *wamp.Error {
	*m = wamp.Message{}
	i := r.start(b, 0)
	if r.ended(b, i) {
		return wamp.Violation("empty message")
	}
	if r.kind(b, i) != kindList {
		return wamp.Violation("message is not a list")
	}
	it, more := r.next(b, r.list(b, i))
	if !more {
		return wamp.Violation("message is an empty or malformed list")
	}
	t, i := r.integer(b, it.i)
	if i < 0 {
		return wamp.Violation("message does not start with a message type")
	}
	if t <= 0xffff {
		m.Type = wamp.MessageType(t)
	}
	it.i = i
	s := shapeOf(m.Type)
	if !s.known() {
		return finish(r, b, it, m, len(b))
	}
	it, err := parseElements(r, b, it, m, s)
	if err != nil {
		return err
	}
	if s.payload {
		if it, err = parsePayload(r, b, it, m); err != nil {
			return err
		}
	}
	return finish(r, b, it, m, maxExtra)
}

func parseElements(r reader, b []byte, it iter, m *wamp.Message, s *shape) (iter, *wamp.Error) {
	for k, e := range s.elements {
		if e == elementEnd {
			break
		}
		next, more := r.next(b, it)
		if next.i < 0 {
			return next, broken(r, m, it.i)
		}
		if !more {
			if e == elementLast {
				break
			}
			return next, wamp.Violation(m.Type.String() + ": element " + strconv.Itoa(k+1) + " is missing")
		}
		i, err := parseElement(r, b, next.i, m, s, e)
		if err != nil {
			return next, err
		}
		it = next
		it.i = i
	}
	return it, nil
}

// parseElement reads one element into its field of m.
func parseElement(r reader, b []byte, i int, m *wamp.Message, s *shape, e element) (int, *wamp.Error) {
	switch e {
	case elementURI:
		if r.kind(b, i) != kindText {
			return 0, wrong(m, i, "text")
		}
		text, next := r.text(b, i)
		if next < 0 {
			return 0, broken(r, m, i)
		}
		m.URI = text
		return next, nil
	case elementOptions, elementDetails, elementLast:
		return parseDict(r, b, i, m, s)
	}
	v, next := r.integer(b, i)
	if next < 0 {
		return 0, wrong(m, i, "an integer in range")
	}
	switch {
	case e == elementFailed:
		if v == 0 || v > 0xffff {
			return 0, wrong(m, i, "a message type")
		}
		m.Failed = wamp.MessageType(v)
	case !wamp.ID(v).Valid() && (v != 0 || e != elementAnyID):
		return 0, wrong(m, i, "an id from 1 to 2^53")
	case e == elementID:
		m.ID = wamp.ID(v)
	default:
		m.Request = wamp.ID(v)
	}
	return next, nil
}

// finish validates and drops further elements, and checks that nothing follows.
func finish(r reader, b []byte, it iter, m *wamp.Message, limit int) *wamp.Error {
	for n := 0; ; n++ {
		next, more := r.next(b, it)
		if next.i < 0 {
			return broken(r, m, it.i)
		}
		if !more {
			if !r.ended(b, next.i) {
				return wamp.Violation("octets behind the message, from " + strconv.Itoa(next.i))
			}
			return nil
		}
		if n >= limit {
			return wamp.Violation(m.Type.String() + " has too many elements")
		}
		end := r.skip(b, next.i, maxPayloadDepth)
		if end < 0 {
			return broken(r, m, next.i)
		}
		it = next
		it.i = end
	}
}

func broken(r reader, m *wamp.Message, i int) *wamp.Error {
	return wamp.Violation(m.Type.String() + ": " + r.name() + " malformed, too deep or not UTF-8 in the value at octet " + strconv.Itoa(i))
}

func wrong(m *wamp.Message, i int, what string) *wamp.Error {
	return wamp.Violation(m.Type.String() + ": the element at octet " + strconv.Itoa(i) + " is not " + what)
}
