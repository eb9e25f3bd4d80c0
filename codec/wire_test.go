package codec_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/tinylib/msgp/msgp"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

type (
	list = []any
	dict = map[string]any
)

// literal is a value as it stands on the wire: JSON text, and hexadecimal
// octets of MessagePack and CBOR. An empty text means that the serializer has
// nothing like it.
type literal struct{ json, msgpack, cbor string }

func (l literal) of(s codec.Serializer) string {
	return map[codec.Serializer]string{codec.JSON: l.json, codec.MessagePack: l.msgpack, codec.CBOR: l.cbor}[s]
}

// octets are the bytes of the literal, which is JSON text or hexadecimal.
func (l literal) octets(t testing.TB, s codec.Serializer) []byte {
	t.Helper()
	if s == codec.JSON {
		return []byte(l.json)
	}
	b, err := hex.DecodeString(l.of(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wire encodes a value with an encoder that is not ours. It returns false when
// a literal in it has no form in s.
func wire(t testing.TB, s codec.Serializer, v any) ([]byte, bool) {
	t.Helper()
	v, ok := spliced(t, s, v)
	if !ok {
		return nil, false
	}
	var b []byte
	var err error
	switch s {
	case codec.JSON:
		b = appendJSON(t, nil, v)
	case codec.MessagePack:
		b, err = msgp.AppendIntf(nil, v)
	case codec.CBOR:
		b, err = cbor.Marshal(v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b, true
}

// appendJSON leaves the white space of raw messages alone, which an encoder
// would take out.
func appendJSON(t testing.TB, b []byte, v any) []byte {
	switch v := v.(type) {
	case json.RawMessage:
		return append(b, v...)
	case list:
		b = append(b, '[')
		for k := range v {
			if k > 0 {
				b = append(b, ',')
			}
			b = appendJSON(t, b, v[k])
		}
		return append(b, ']')
	case dict:
		b = append(b, '{')
		for k, key := range slices.Sorted(maps.Keys(v)) {
			if k > 0 {
				b = append(b, ',')
			}
			b = append(appendJSON(t, b, key), ':')
			b = appendJSON(t, b, v[key])
		}
		return append(b, '}')
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return append(b, text...)
}

// spliced replaces literals by what the encoder of s writes as it is.
func spliced(t testing.TB, s codec.Serializer, v any) (any, bool) {
	switch v := v.(type) {
	case list:
		out := make(list, len(v))
		for k := range v {
			var ok bool
			if out[k], ok = spliced(t, s, v[k]); !ok {
				return nil, false
			}
		}
		return out, true
	case dict:
		out := dict{}
		for k := range v {
			var ok bool
			if out[k], ok = spliced(t, s, v[k]); !ok {
				return nil, false
			}
		}
		return out, true
	case literal:
		if v.of(s) == "" {
			return nil, false
		}
		b := v.octets(t, s)
		return map[codec.Serializer]any{
			codec.JSON: json.RawMessage(b), codec.MessagePack: msgp.Raw(b), codec.CBOR: cbor.RawMessage(b),
		}[s], true
	}
	return v, true
}

// eachSerializer runs f for every serializer in which v can be written.
func eachSerializer(t *testing.T, v any, f func(t *testing.T, s codec.Serializer, b []byte)) {
	t.Helper()
	for _, s := range serializers {
		if b, ok := wire(t, s, v); ok {
			t.Run(s.String(), func(t *testing.T) { f(t, s, b) })
		}
	}
}

// mustParse parses what has to be a message.
func mustParse(t testing.TB, s codec.Serializer, b []byte) wamp.Message {
	t.Helper()
	var m wamp.Message
	if err := s.Parse(b, &m); err != nil {
		t.Fatalf("%v: %s: %v", s, show(s, b), err)
	}
	return m
}

// refused parses what must be a protocol violation and returns its text.
func refused(t testing.TB, s codec.Serializer, b []byte) string {
	t.Helper()
	var m wamp.Message
	err := s.Parse(b, &m)
	if err == nil {
		t.Fatalf("%v: %s: accepted: %+v", s, show(s, b), m)
	}
	var violation *wamp.Error
	if !errors.As(err, &violation) || violation.URI != wamp.ErrProtocolViolation {
		t.Fatalf("%v: %s: error %v", s, show(s, b), err)
	}
	return violation.Message
}

func show(s codec.Serializer, b []byte) string {
	if s == codec.JSON {
		return string(b)
	}
	return hex.EncodeToString(b)
}
