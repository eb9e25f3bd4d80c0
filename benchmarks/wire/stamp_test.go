package wire_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/benchmarks/wire"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
	"pgregory.net/rapid"
)

var serializers = []codec.Serializer{codec.JSON, codec.MessagePack, codec.CBOR}

// A stamp is read back from the payload, also when the router has converted it
// or written it in another way.
func TestStamps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := wire.Stamp{
			Stream: rapid.Uint32Range(0, 1<<24-1).Draw(t, "stream"),
			Seq:    rapid.Uint64Range(0, 1<<36-1).Draw(t, "seq"),
			At:     rapid.Int64Range(0, 1<<43-1).Draw(t, "at") &^ 127,
		}
		size := rapid.OneOf(rapid.IntRange(wire.StampSize, 300), rapid.Just(1<<16-1), rapid.Just(1<<16)).Draw(t, "size")
		from, to := rapid.SampledFrom(serializers).Draw(t, "from"), rapid.SampledFrom(serializers).Draw(t, "to")
		b, err := wire.NewBody(from, size)
		if err != nil {
			t.Fatal(err)
		}
		b.Stamp(s)
		p := b.Payload
		if from != to {
			bytes, err := codec.Transcode(nil, from, to, p)
			if err != nil {
				t.Fatal(err)
			}
			p.Bytes = bytes
		}
		if got, ok := wire.StampOf(to, p, size); !ok || got != s {
			t.Fatalf("%+v, %v, not %+v: %q", got, ok, s, p.Bytes)
		}
	})
}

func TestStampsElsewhere(t *testing.T) {
	b, err := wire.NewBody(codec.JSON, 20)
	if err != nil {
		t.Fatal(err)
	}
	b.Stamp(wire.Stamp{Stream: 7, Seq: 8, At: 128})
	text := string(b.Payload.Bytes[2 : len(b.Payload.Bytes)-2])
	for payload, want := range map[string]bool{
		`[ "` + text + `" ]`: true, `["` + text + `"],{}`: true, `["\u0030` + text[1:] + `"]`: true,
		`["x` + text + `"]`: false, `[]`: false, `["` + text + `",1]`: false, `[1]`: false, `["` + text[:19] + `!"]`: true,
		`["!` + text[1:] + `"]`: false,
	} {
		n := uint8(1)
		if payload[len(payload)-1] == '}' {
			n = 2
		}
		got, ok := wire.StampOf(codec.JSON, wamp.Payload{Bytes: []byte(payload), N: n}, 20)
		if ok != want || ok && got != (wire.Stamp{Stream: 7, Seq: 8, At: 128}) {
			t.Errorf("%s: %+v, %v", payload, got, ok)
		}
	}
	if _, err := wire.NewBody(codec.CBOR, wire.StampSize-1); err == nil {
		t.Error("a body that is too short for a stamp")
	}
}
