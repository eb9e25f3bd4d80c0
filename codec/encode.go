package codec

import (
	"fmt"

	"github.com/callboard-wamp/callboard/wamp"
)

// AppendValue appends a value of the types of [wamp.Dict]; also of int, uint32,
// float32, [wamp.ID], [wamp.URI], []string, []wamp.ID and []wamp.Dict.
// Dictionaries are written in the order of their keys; octets of text that are
// not UTF-8 become U+FFFD in JSON and are the caller's fault elsewhere.
//
// The error is a *wamp.Error, wamp.error.invalid_argument, for other types, for
// NaN and infinities in JSON, and for values deeper than 128 levels. What is
// returned with it is dst as it was.
func (s Serializer) AppendValue(dst []byte, v any) ([]byte, error) {
	out, err := encode(s.writer(), dst, v, maxPayloadDepth)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// AppendPayload appends Arguments and ArgumentsKw to dst and returns what was
// appended as a payload, which aliases dst or its successor. Empty ArgumentsKw
// are left out, and empty Arguments without them. Errors are those of
// [Serializer.AppendValue].
func (s Serializer) AppendPayload(dst []byte, args []any, kwargs wamp.Dict) (wamp.Payload, error) {
	if len(args) == 0 && len(kwargs) == 0 {
		return wamp.Payload{}, nil
	}
	w := s.writer()
	p := wamp.Payload{N: 1}
	start := len(dst)
	dst, err := encode(w, dst, args, maxPayloadDepth)
	if err == nil && len(kwargs) > 0 {
		p.N = 2
		dst, err = encode(w, w.comma(dst), kwargs, maxPayloadDepth)
	}
	if err != nil {
		return wamp.Payload{}, err
	}
	p.Bytes = dst[start:len(dst):len(dst)]
	return p, nil
}

func encode(w writer, dst []byte, v any, depth int) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return w.null(dst), nil
	case bool:
		return w.boolean(dst, v), nil
	case string:
		return w.text(dst, v), nil
	case wamp.URI:
		return w.text(dst, string(v)), nil
	case []byte:
		return w.binary(dst, v), nil
	case float32:
		return encodeFloat(w, dst, float64(v))
	case float64:
		return encodeFloat(w, dst, v)
	case []any:
		return encodeList(w, dst, v, depth-1)
	case []string:
		return encodeList(w, dst, v, depth-1)
	case []wamp.ID:
		return encodeList(w, dst, v, depth-1)
	case []wamp.Dict:
		return encodeList(w, dst, v, depth-1)
	case wamp.Dict:
		return encodeDict(w, dst, v, depth-1)
	}
	return encodeInteger(w, dst, v)
}

func encodeInteger(w writer, dst []byte, v any) ([]byte, error) {
	var i int64
	switch v := v.(type) {
	case int:
		i = int64(v)
	case int64:
		i = v
	case uint32:
		i = int64(v)
	case uint64:
		return w.integer(dst, v), nil
	case wamp.ID:
		return w.integer(dst, uint64(v)), nil
	default:
		return nil, unencodable(fmt.Sprintf("no encoding for %T", v))
	}
	if i < 0 {
		return w.negative(dst, i), nil
	}
	return w.integer(dst, uint64(i)), nil
}

func encodeFloat(w writer, dst []byte, v float64) ([]byte, error) {
	dst, ok := w.float(dst, v)
	if !ok {
		return nil, unencodable(fmt.Sprintf("no encoding for the number %v", v))
	}
	return dst, nil
}

func encodeList[T any](w writer, dst []byte, list []T, depth int) ([]byte, error) {
	if depth < 0 {
		return nil, unencodable("value is nested too deeply")
	}
	dst = w.list(dst, len(list))
	for k, v := range list {
		if k > 0 {
			dst = w.comma(dst)
		}
		var err error
		if dst, err = encode(w, dst, v, depth); err != nil {
			return nil, err
		}
	}
	return w.endList(dst), nil
}

func encodeDict(w writer, dst []byte, dict wamp.Dict, depth int) ([]byte, error) {
	if depth < 0 {
		return nil, unencodable("value is nested too deeply")
	}
	dst = w.dict(dst, len(dict))
	for k, key := range sortedKeys(dict) {
		if k > 0 {
			dst = w.comma(dst)
		}
		var err error
		dst = w.colon(w.text(dst, key))
		if dst, err = encode(w, dst, dict[key], depth); err != nil {
			return nil, err
		}
	}
	return w.endDict(dst), nil
}

func unencodable(text string) *wamp.Error {
	return &wamp.Error{URI: wamp.ErrInvalidArgument, Message: text}
}
