package relay

import (
	"testing"

	"github.com/callboard-wamp/callboard/benchmarks/wire"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
	"pgregory.net/rapid"
)

func TestStampOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom([]codec.Serializer{codec.JSON, codec.MessagePack, codec.CBOR}).Draw(t, "serializer")
		size := rapid.OneOf(rapid.IntRange(wire.StampSize, 300), rapid.Just(70_000)).Draw(t, "size")
		id := rapid.OneOf(rapid.Uint64Range(1, 300), rapid.Uint64Range(1, uint64(wamp.MaxID))).Draw(t, "id")
		want := wire.Stamp{Stream: rapid.Uint32Range(0, 1<<24-1).Draw(t, "stream"), Seq: id % (1 << 36), At: 1 << 20}
		body, err := wire.NewBody(s, size)
		if err != nil {
			t.Fatal(err)
		}
		body.Stamp(want)
		b := s.Append(nil, &wamp.Message{Type: wamp.Result, Request: wamp.ID(id), Payload: body.Payload})
		if got, ok := stampOf(s, b); !ok || got != want {
			t.Fatalf("%+v, %v, not %+v: %q", got, ok, want, b[:40])
		}
		for n := range min(len(b), 40) {
			if _, ok := stampOf(s, b[:n]); ok && n < wire.StampSize {
				t.Fatalf("a stamp in %q", b[:n])
			}
		}
	})
}
