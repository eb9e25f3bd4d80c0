package codec_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// One contract for all serializers: what is appended is as long as Size says,
// and parses to the same message, by the fast path and by the slow one.
func TestContract(t *testing.T) {
	for _, s := range serializers {
		t.Run(s.String(), func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				m := drawMessage(rt, s)
				size := s.Size(&m)
				prefix := []byte("prefix")
				b := s.Append(prefix, &m)[len(prefix):]
				if len(b) != size {
					rt.Fatalf("Size is %d, appended %d: %s", size, len(b), show(s, b))
				}
				checkOracle(rt, s, b)
				var fast, slow wamp.Message
				if err := s.Parse(bytes.Clone(b), &fast); err != nil {
					rt.Fatalf("%s: %v", show(s, b), err)
				}
				if err := s.ParseSlowly(bytes.Clone(b), &slow); err != nil || !reflect.DeepEqual(fast, slow) {
					rt.Fatalf("%s:\nfast %+v\nslow %+v, %v", show(s, b), fast, slow, err)
				}
				checkSame(rt, s, m, fast)
			})
		})
	}
}

// parts says which fields a message of each type has.
var parts = map[wamp.MessageType]string{
	wamp.Hello: "uri dict", wamp.Welcome: "request dict", wamp.Abort: "dict uri payload", wamp.Challenge: "uri dict", wamp.Authenticate: "uri dict",
	wamp.Goodbye: "dict uri", wamp.ErrorMessage: "failed request dict uri payload", wamp.Publish: "request uri options payload",
	wamp.Published: "request id", wamp.Subscribe: "request uri options", wamp.Subscribed: "request id", wamp.Unsubscribe: "request id",
	wamp.Unsubscribed: "request dict", wamp.Event: "request id dict payload", wamp.Call: "request uri options payload",
	wamp.Cancel: "request options", wamp.Result: "request dict payload", wamp.Register: "request uri options", wamp.Registered: "request id",
	wamp.Unregister: "request id", wamp.Unregistered: "request dict", wamp.Invocation: "request id dict payload",
	wamp.Interrupt: "request options", wamp.Yield: "request options payload", wamp.EventReceived: "request",
}

func has(mt wamp.MessageType, part string) bool {
	return bytes.Contains([]byte(" "+parts[mt]+" "), []byte(" "+part+" "))
}

func drawMessage(t *rapid.T, s codec.Serializer) wamp.Message {
	types := make([]wamp.MessageType, 0, len(every))
	for _, row := range every {
		types = append(types, row.want.Type)
	}
	id := rapid.Custom(func(t *rapid.T) wamp.ID {
		bits := rapid.IntRange(0, 53).Draw(t, "bits")
		return wamp.ID(rapid.Uint64Range(1, 1<<bits).Draw(t, "id"))
	})
	m := wamp.Message{Type: rapid.SampledFrom(types).Draw(t, "type")}
	if has(m.Type, "failed") {
		m.Failed = wamp.MessageType(rapid.IntRange(1, 0xffff).Draw(t, "failed"))
	}
	if has(m.Type, "request") {
		m.Request = id.Draw(t, "request")
	}
	if has(m.Type, "id") {
		m.ID = id.Draw(t, "second id")
	}
	if has(m.Type, "uri") {
		m.URI = []byte(drawText(t, "uri"))
	}
	if has(m.Type, "dict") || has(m.Type, "options") {
		drawFields(t, s, &m)
	}
	if has(m.Type, "payload") {
		p, err := s.AppendPayload([]byte("before"), drawList(t, 3), drawDict(t, 3))
		if err != nil {
			t.Fatal(err)
		}
		m.Payload = p
	}
	return m
}

// drawText draws text that JSON can tell from a binary value.
func drawText(t *rapid.T, label string) string {
	text := rapid.OneOf(rapid.StringMatching(`[a-z0-9_.]{0,40}`), rapid.String(), rapid.StringN(0, 300, -1))
	return text.Filter(func(s string) bool { return !strings.HasPrefix(s, "\x00") }).Draw(t, label)
}

// drawFields draws Options or Details, as fields or as bytes, with keys that no
// message knows.
func drawFields(t *rapid.T, s codec.Serializer, m *wamp.Message) {
	seen := map[string]bool{}
	for range rapid.IntRange(0, 20).Draw(t, "fields") {
		key := "x_" + drawText(t, "key")
		if seen[key] {
			continue
		}
		seen[key] = true
		m.Fields = append(m.Fields, rapid.SampledFrom([]wamp.Field{
			wamp.Text(key, drawText(t, "text")), wamp.Int(key, rapid.Uint64().Draw(t, "int")), wamp.True(key), {Key: key, Kind: wamp.FieldFalse},
		}).Draw(t, "field"))
	}
	if rapid.Bool().Draw(t, "raw") {
		b, err := s.AppendValue(nil, drawDict(t, 3))
		if err != nil {
			t.Fatal(err)
		}
		m.Dict = b
	}
}

func drawDict(t *rapid.T, depth int) wamp.Dict {
	d := wamp.Dict{}
	for range rapid.IntRange(0, 4).Draw(t, "pairs") {
		d["x_"+drawText(t, "key")] = drawValue(t, depth-1)
	}
	return d
}

func drawList(t *rapid.T, depth int) []any {
	l := []any{}
	for range rapid.IntRange(0, 4).Draw(t, "items") {
		l = append(l, drawValue(t, depth-1))
	}
	return l
}

func drawValue(t *rapid.T, depth int) any {
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	switch {
	case kind == 0 && depth > 0:
		return drawList(t, depth)
	case kind == 1 && depth > 0:
		return drawDict(t, depth)
	case kind == 2:
		return rapid.Bool().Draw(t, "bool")
	case kind == 3:
		return rapid.Int64().Draw(t, "int")
	case kind == 4:
		return rapid.Uint64Range(1<<63, 1<<64-1).Draw(t, "uint")
	case kind == 5:
		return rapid.Float64().Draw(t, "float")
	case kind == 6:
		return rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "binary")
	case kind == 7:
		return nil
	}
	return "t" + drawText(t, "text")
}

// checkSame compares what was written with what was read; of Details, which are
// kept as bytes, the values.
func checkSame(t *rapid.T, s codec.Serializer, m, got wamp.Message) {
	if got.Type != m.Type || got.Failed != m.Failed || got.Request != m.Request || got.ID != m.ID || !bytes.Equal(got.URI, m.URI) {
		t.Fatalf("\n got %+v\nwant %+v", got, m)
	}
	if got.Payload.N != m.Payload.N || !bytes.Equal(got.Payload.Bytes, m.Payload.Bytes) {
		t.Fatalf("payload\n got %d %q\nwant %d %q", got.Payload.N, got.Payload.Bytes, m.Payload.N, m.Payload.Bytes)
	}
	if got.Flags != 0 || got.Options != nil {
		t.Fatalf("options out of nowhere: %+v", got)
	}
	if !has(m.Type, "dict") {
		if got.Dict != nil {
			t.Fatalf("Options are kept: %q", got.Dict)
		}
		return
	}
	d, err := s.DecodeDict(got.Dict)
	if want := wanted(t, s, m); err != nil || !reflect.DeepEqual(d, want) {
		t.Fatalf("Details\n got %v, %v\nwant %v", d, err, want)
	}
}

// wanted is the dictionary that was put into m.
func wanted(t *rapid.T, s codec.Serializer, m wamp.Message) wamp.Dict {
	if m.Dict != nil {
		d, err := s.DecodeDict(m.Dict)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := wamp.Dict{}
	for _, f := range m.Fields {
		switch f.Kind {
		case wamp.FieldString:
			d[f.Key] = f.Text
		case wamp.FieldInt:
			d[f.Key] = asInteger(f.Int)
		default:
			d[f.Key] = f.Kind == wamp.FieldTrue
		}
	}
	return d
}

func asInteger(v uint64) any {
	if v < 1<<63 {
		return int64(v)
	}
	return v
}

// Appended lengths and ids have their shortest form.
func TestShortest(t *testing.T) {
	for _, row := range []struct {
		id   wamp.ID
		want literal
	}{
		{1, literal{"[17,1,1]", "93110101", "83110101"}},
		{23, literal{"[17,23,23]", "93111717", "83111717"}},
		{24, literal{"[17,24,24]", "93111818", "831118181818"}},
		{127, literal{"[17,127,127]", "93117f7f", "8311187f187f"}},
		{128, literal{"[17,128,128]", "9311cc80cc80", "831118801880"}},
		{255, literal{"[17,255,255]", "9311ccffccff", "831118ff18ff"}},
		{256, literal{"[17,256,256]", "9311cd0100cd0100", "8311190100190100"}},
		{65536, literal{"[17,65536,65536]", "9311ce00010000ce00010000", "83111a000100001a00010000"}},
		{1 << 32, literal{"[17,4294967296,4294967296]", "9311cf0000000100000000cf0000000100000000", "83111b00000001000000001b0000000100000000"}},
	} {
		m := wamp.Message{Type: wamp.Published, Request: row.id, ID: row.id}
		for _, s := range serializers {
			if got := s.Append(nil, &m); !bytes.Equal(got, row.want.octets(t, s)) {
				t.Errorf("%v %d: %s", s, row.id, show(s, got))
			}
		}
	}
}

func ExampleSerializer() {
	var m wamp.Message
	if err := codec.JSON.Parse([]byte(`[16,7,{"acknowledge":true},"com.example.topic",["hello"]]`), &m); err != nil {
		panic(err)
	}
	event := wamp.Message{Type: wamp.Event, ID: 1, Request: 4711, Payload: m.Payload}
	fmt.Println(m.Type, m.Request, string(m.URI), m.Flags.Has(wamp.Acknowledge))
	fmt.Println(string(codec.JSON.Append(nil, &event)))
	// Output:
	// PUBLISH 7 com.example.topic true
	// [36,1,4711,{},["hello"]]
}
