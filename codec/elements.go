package codec

import "github.com/callboard-wamp/callboard/wamp"

// SplitPayload returns the elements of Arguments, each as it is encoded, and
// ArgumentsKw decoded; what is absent is nil. The elements alias p and are
// well-formed, but not decoded: they may be values without a counterpart in Go.
//
// The error is a *wamp.Error, wamp.error.invalid_argument, as that of
// [Serializer.DecodePayload].
func (s Serializer) SplitPayload(p wamp.Payload) (args [][]byte, kwargs wamp.Dict, err error) {
	if p.N == 0 {
		return nil, nil, nil
	}
	args, i := s.split(p.Bytes)
	if i < 0 {
		return nil, nil, undecodable(s)
	}
	r := s.reader()
	if p.N == 2 {
		if i = secondElement(s, p.Bytes, i); i < 0 {
			return nil, nil, undecodable(s)
		}
		v, end := decode(r, p.Bytes, i, maxPayloadDepth)
		var ok bool
		if kwargs, ok = v.(wamp.Dict); end < 0 || !ok {
			return nil, nil, undecodable(s)
		}
		i = end
	}
	if !r.ended(p.Bytes, i) {
		return nil, nil, undecodable(s)
	}
	return args, kwargs, nil
}

// split returns the elements of the list at the beginning of b, and the index
// behind it, or -1.
func (s Serializer) split(b []byte) (elements [][]byte, end int) {
	r := s.reader()
	i := r.start(b, 0)
	if r.kind(b, i) != kindList {
		return nil, -1
	}
	elements = [][]byte{}
	for it := r.list(b, i); ; {
		next, more := r.next(b, it)
		if !more {
			return elements, next.i
		}
		end := r.skip(b, next.i, maxPayloadDepth-1)
		if end < 0 {
			return nil, -1
		}
		elements = append(elements, b[next.i:end:end])
		it = next
		it.i = end
	}
}

// AppendList appends a list of elements that are encoded already.
func (s Serializer) AppendList(dst []byte, elements ...[]byte) []byte {
	w := s.writer()
	dst = w.list(dst, len(elements))
	for i, e := range elements {
		if i > 0 {
			dst = w.comma(dst)
		}
		dst = append(dst, e...)
	}
	return w.endList(dst)
}
