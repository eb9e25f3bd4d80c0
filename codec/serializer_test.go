package codec_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/codec"
)

var serializers = []codec.Serializer{codec.JSON, codec.MessagePack, codec.CBOR}

func TestSerializerNames(t *testing.T) {
	for _, row := range []struct {
		s                 codec.Serializer
		name, subprotocol string
	}{
		{codec.JSON, "json", "wamp.2.json"},
		{codec.MessagePack, "msgpack", "wamp.2.msgpack"},
		{codec.CBOR, "cbor", "wamp.2.cbor"},
	} {
		if row.s.String() != row.name || row.s.Subprotocol() != row.subprotocol {
			t.Errorf("%d: name %q, subprotocol %q", row.s, row.s, row.s.Subprotocol())
		}
		if s, ok := codec.ByName(row.name); !ok || s != row.s {
			t.Errorf("ByName(%q) = %v, %v", row.name, s, ok)
		}
		if s, ok := codec.BySubprotocol(row.subprotocol); !ok || s != row.s {
			t.Errorf("BySubprotocol(%q) = %v, %v", row.subprotocol, s, ok)
		}
		batched := row.subprotocol + ".batched"
		if s, ok := codec.BySubprotocol(batched); !ok || s != row.s || s.BatchedSubprotocol() != batched {
			t.Errorf("BySubprotocol(%q) = %v, %v", batched, s, ok)
		}
		if s, ok := codec.ByName(row.name + ".batched"); ok {
			t.Errorf("ByName(%q) = %v", row.name+".batched", s)
		}
	}
	for _, name := range []string{"", "JSON", "wamp.2.JSON", "wamp.2.json ", "wamp.2.batched", "wamp.2.json.batched.batched", "wamp.2.json.", "json.batched", "wamp.2.ubjson", "msgpack", "wamp.2.unknown"} {
		if s, ok := codec.BySubprotocol(name); ok {
			t.Errorf("BySubprotocol(%q) = %v", name, s)
		}
	}
	if s, ok := codec.ByName("unknown"); ok {
		t.Errorf("ByName = %v", s)
	}
	if got := codec.Serializer(9).String(); got != "unknown" {
		t.Errorf("String of no serializer: %q", got)
	}
}
