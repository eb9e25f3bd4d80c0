package codec

import (
	"math"

	"github.com/callboard-wamp/callboard/wamp"
)

// DecodeValue decodes the one value that b holds into the types of [wamp.Dict].
// Nothing of the result aliases b. Integers come as int64, above its range as
// uint64; JSON numbers that are neither come as float64; binary comes as
// []byte, in JSON too (advanced profile, "Binary conversion of JSON Strings").
// Tags of CBOR are not looked at: the value of a bignum is its octets.
//
// The error is a *wamp.Error, wamp.error.invalid_argument, when b is malformed,
// has a dictionary with keys that are not unique text, or a value that has no
// counterpart in Go.
func (s Serializer) DecodeValue(b []byte) (any, error) {
	r := s.reader()
	v, i := decode(r, b, r.start(b, 0), maxPayloadDepth)
	if i < 0 || !r.ended(b, i) {
		return nil, undecodable(s)
	}
	return v, nil
}

// DecodeDict decodes Options or Details. No octets are an empty dictionary.
// It is as strict as [Serializer.DecodeValue].
func (s Serializer) DecodeDict(b []byte) (wamp.Dict, error) {
	if len(b) == 0 {
		return wamp.Dict{}, nil
	}
	v, err := s.DecodeValue(b)
	if err != nil {
		return nil, err
	}
	dict, ok := v.(wamp.Dict)
	if !ok {
		return nil, undecodable(s)
	}
	return dict, nil
}

// DecodePayload decodes Arguments and ArgumentsKw; what is absent is nil. It is
// as strict as [Serializer.DecodeValue].
func (s Serializer) DecodePayload(p wamp.Payload) (args []any, kwargs wamp.Dict, err error) {
	if p.N == 0 {
		return nil, nil, nil
	}
	r := s.reader()
	v, i := decode(r, p.Bytes, r.start(p.Bytes, 0), maxPayloadDepth)
	args, ok := v.([]any)
	if i < 0 || !ok {
		return nil, nil, undecodable(s)
	}
	if p.N == 2 {
		if i = secondElement(s, p.Bytes, i); i >= 0 {
			v, i = decode(r, p.Bytes, i, maxPayloadDepth)
		}
		if kwargs, ok = v.(wamp.Dict); i < 0 || !ok {
			return nil, nil, undecodable(s)
		}
	}
	if !r.ended(p.Bytes, i) {
		return nil, nil, undecodable(s)
	}
	return args, kwargs, nil
}

// secondElement goes from behind Arguments to ArgumentsKw: in JSON a comma
// stands between them.
func secondElement(s Serializer, b []byte, i int) int {
	r := s.reader()
	i = r.start(b, i)
	if s != JSON {
		return i
	}
	if i >= len(b) || b[i] != ',' {
		return -1
	}
	return r.start(b, i+1)
}

func undecodable(s Serializer) *wamp.Error {
	return &wamp.Error{URI: wamp.ErrInvalidArgument, Message: s.String() + " value cannot be decoded"}
}

// decode decodes the value at i, which may have depth levels.
func decode(r reader, b []byte, i, depth int) (any, int) {
	i = r.start(b, i)
	switch r.kind(b, i) {
	case kindList:
		return decodeList(r, b, i, depth-1)
	case kindDict:
		return decodeDict(r, b, i, depth-1)
	case kindBad, kindOther:
		return nil, -1
	}
	return r.scalar(b, i)
}

func decodeList(r reader, b []byte, i, depth int) (any, int) {
	if depth < 0 {
		return nil, -1
	}
	list := []any{}
	for it := r.list(b, i); ; {
		next, more := r.next(b, it)
		if !more {
			return list, next.i
		}
		v, end := decode(r, b, next.i, depth)
		if end < 0 {
			return nil, -1
		}
		list = append(list, v)
		it = next
		it.i = end
	}
}

func decodeDict(r reader, b []byte, i, depth int) (any, int) {
	if depth < 0 {
		return nil, -1
	}
	dict := wamp.Dict{}
	end := entries(r, b, i, func(key []byte, at int) (end int) {
		if _, twice := dict[string(key)]; twice {
			return -1
		}
		v, end := decode(r, b, at, depth)
		if end >= 0 {
			dict[string(key)] = v
		}
		return end
	})
	if end < 0 {
		return nil, -1
	}
	return dict, end
}

// entries visits the entries of the dictionary at i and returns the index behind it;
// visit returns the index behind the value at at. Malformed, or refused by visit, is
// -1. Keys are text; visit looks whether they are unique.
func entries(r reader, b []byte, i int, visit func(key []byte, at int) (end int)) (end int) {
	for it := r.dict(b, i); ; {
		next, more := r.next(b, it)
		if !more {
			return next.i
		}
		if r.kind(b, next.i) != kindText {
			return -1
		}
		key, at := r.text(b, next.i)
		if at < 0 {
			return -1
		}
		if at = r.value(b, at); at < 0 {
			return -1
		}
		it = next
		if it.i = visit(key, r.start(b, at)); it.i < 0 {
			return -1
		}
	}
}

// integerValue is v as int64 if it fits.
func integerValue(v uint64) any {
	if v <= math.MaxInt64 {
		return int64(v)
	}
	return v
}
