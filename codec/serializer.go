package codec

import (
	"strings"
	"unicode/utf8"

	"github.com/callboard-wamp/callboard/wamp"
)

// Serializer is how messages are written as bytes. The values are the numbers
// of the RawSocket handshake (advanced profile, "RawSocket Transport").
type Serializer uint8

// The serializers that the router speaks.
const (
	JSON        Serializer = 1
	MessagePack Serializer = 2
	CBOR        Serializer = 3
)

// ErrUTF8 is what Parse returns for JSON that is not UTF-8: a WebSocket
// connection is then closed with 1007 (RFC 6455, section 8.1). It is a
// [wamp.Error] too, for transports without such a code.
var ErrUTF8 error = wamp.Violation("message is not UTF-8")

// String returns the name that configurations use: json, msgpack or cbor.
func (s Serializer) String() string {
	switch s {
	case JSON:
		return "json"
	case MessagePack:
		return "msgpack"
	case CBOR:
		return "cbor"
	}
	return "unknown"
}

// Subprotocol returns the WebSocket subprotocol, for example "wamp.2.json".
func (s Serializer) Subprotocol() string { return "wamp.2." + s.String() }

// BatchedSubprotocol returns the WebSocket subprotocol for batches of messages,
// for example "wamp.2.json.batched" (advanced profile, "Message Batching").
func (s Serializer) BatchedSubprotocol() string { return s.Subprotocol() + batched }

const batched = ".batched"

// BySubprotocol returns the serializer of a WebSocket subprotocol, batched or
// not. Names are case-sensitive.
func BySubprotocol(name string) (Serializer, bool) {
	serializer, ok := strings.CutPrefix(name, "wamp.2.")
	if !ok {
		return 0, false
	}
	return ByName(strings.TrimSuffix(serializer, batched))
}

// ByName returns the serializer with this name, which is case-sensitive.
func ByName(name string) (Serializer, bool) {
	switch name {
	case "json":
		return JSON, true
	case "msgpack":
		return MessagePack, true
	case "cbor":
		return CBOR, true
	}
	return 0, false
}

// Parse decodes the envelope of the one message that b holds into m, which is
// overwritten, and validates all of b, payload included.
//
// The slices of m alias b, and b belongs to the caller exclusively: an
// Arguments element that is null becomes an empty list in place. The payload
// is as it shall be passed on: without an empty ArgumentsKw, without an empty
// Arguments that stands alone, without further elements.
//
// Options of requests are decoded into m.Flags, m.Options, m.Match, m.Invoke
// and m.Mode; unknown keys are ignored, null means absent. Details and Extra
// stay bytes in m.Dict, nil when empty. A message of a type that is unknown
// parses to its type and nothing else; a number that no type can have is 0.
//
// The error is a *wamp.Error that says what is wrong and where, or [ErrUTF8].
// Afterwards m holds nothing but perhaps its type.
func (s Serializer) Parse(b []byte, m *wamp.Message) error {
	switch s {
	case JSON:
		if fastJSON(b, m) {
			return nil
		}
	case MessagePack:
		if fastMessagePack(b, m) {
			return nil
		}
	case CBOR:
		if fastCBOR(b, m) {
			return nil
		}
	}
	err := parse(s.reader(), b, m)
	if err == nil {
		return nil
	}
	*m = wamp.Message{Type: m.Type}
	if s == JSON && !utf8.Valid(b) {
		return ErrUTF8
	}
	return err
}

// reader returns the cursor of the serializer. Another value than the three
// is a mistake of ours.
func (s Serializer) reader() reader {
	switch s {
	case JSON:
		return jsonReader{}
	case MessagePack:
		return messagePackReader{}
	case CBOR:
		return cborReader{}
	}
	panic("codec: no such serializer")
}
