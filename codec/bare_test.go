package codec_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// The short way writes what the long way writes, to the octet.
func TestBareMessages(t *testing.T) {
	id := rapid.OneOf(rapid.Uint64Range(0, 12), rapid.Uint64Range(1, 1<<53))
	payload := rapid.SampledFrom([]wamp.Payload{{}, {N: 1, Bytes: []byte("[]")}, {N: 1, Bytes: []byte(`["x",1]`)}, {N: 2, Bytes: []byte(`[],{"a":1}`)}})
	types := []wamp.MessageType{wamp.Result, wamp.Invocation, wamp.Event, wamp.Yield, wamp.Published, wamp.Interrupt}
	fields := rapid.SampledFrom([][]wamp.Field{nil, nil, {}, {wamp.Int("caller", 7)}})
	dict := rapid.SampledFrom([][]byte{nil, nil, []byte("{}"), []byte(`{"topic":"a"}`)})
	rapid.Check(t, func(t *rapid.T) {
		m := wamp.Message{
			Type: rapid.SampledFrom(types).Draw(t, "type"), Request: wamp.ID(id.Draw(t, "request")), ID: wamp.ID(id.Draw(t, "id")),
			Fields: fields.Draw(t, "fields"), Dict: dict.Draw(t, "dict"), Payload: payload.Draw(t, "payload"),
		}
		got, want := codec.JSON.Append([]byte("x"), &m), codec.JSON.AppendSlowly([]byte("x"), &m)
		if string(got) != string(want) {
			t.Fatalf("%+v: got %s, want %s", m, got, want)
		}
		if size := codec.JSON.Size(&m); size != len(want)-1 || size != codec.JSON.SizeSlowly(&m) {
			t.Fatalf("%+v: size %d, want %d", m, size, len(want)-1)
		}
	})
}
