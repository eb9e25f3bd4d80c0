package span_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/codec/span"
	"github.com/fxamacker/cbor/v2"
	"github.com/tinylib/msgp/msgp"
)

type serializer struct {
	name   string
	skip   func(b []byte, i, depth int) int
	encode func(v any) ([]byte, error)
}

var serializers = []serializer{
	{"json", span.SkipJSON, json.Marshal},
	{"msgpack", span.SkipMessagePack, func(v any) ([]byte, error) { return msgp.AppendIntf(nil, v) }},
	{"cbor", span.SkipCBOR, cbor.Marshal},
}

// payload is one long string, or a list of small dictionaries, of about size bytes.
func payload(kind string, size int) []any {
	switch kind {
	case "text":
		return []any{strings.Repeat("abcdefghijklmnop", size/16)}
	case "utf8":
		return []any{strings.Repeat("grün ☃", size/10)}
	}
	var l []any
	for i := 0; i*50 < size; i++ {
		l = append(l, map[string]any{"id": 1000 + i, "price": 101.25 + float64(i), "name": "sensor-7", "ok": true})
	}
	return []any{l}
}

// message is a PUBLISH: what the span of the payload has around it in use.
func message(kind string, size int) []any {
	return []any{16, 123456, map[string]any{}, "com.example.topic.a1", payload(kind, size)}
}

var cases = []struct {
	kind string
	size int
}{{"text", 16}, {"records", 256}, {"text", 4096}, {"utf8", 4096}, {"records", 4096}, {"text", 65536}, {"records", 65536}}

func BenchmarkSkip(b *testing.B) {
	for _, s := range serializers {
		for _, c := range cases {
			data, err := s.encode(message(c.kind, c.size))
			if err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("%s/%s%d", s.name, c.kind, c.size), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(data)))
				for b.Loop() {
					if s.skip(data, 0, span.MaxDepth) != len(data) {
						b.Fatal("refused")
					}
				}
			})
		}
	}
}
