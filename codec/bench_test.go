package codec_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

var benchMessages = map[string]wamp.Message{
	"publish":    {Type: wamp.Publish, Request: 123456, URI: []byte("com.example.topic")},
	"call":       {Type: wamp.Call, Request: 123456, URI: []byte("com.example.procedure")},
	"yield":      {Type: wamp.Yield, Request: 123456},
	"event":      {Type: wamp.Event, ID: 17, Request: 5512315355},
	"invocation": {Type: wamp.Invocation, Request: 123456, ID: 17},
	"result":     {Type: wamp.Result, Request: 123456},
	"acknowledged": {Type: wamp.Publish, Request: 123456, URI: []byte("com.example.topic"),
		Fields: []wamp.Field{wamp.True("acknowledge")}},
}

func benchMessage(b *testing.B, s codec.Serializer, name string) wamp.Message {
	b.Helper()
	m := benchMessages[name]
	p, err := s.AppendPayload(nil, []any{"0123456789abcdef"}, nil)
	if err != nil {
		b.Fatal(err)
	}
	m.Payload = p
	return m
}

func BenchmarkParse(b *testing.B) {
	for _, s := range serializers {
		for _, name := range []string{"publish", "call", "yield", "event", "invocation", "result", "acknowledged"} {
			b.Run(s.String()+"/"+name, func(b *testing.B) {
				m := benchMessage(b, s, name)
				line := s.Append(nil, &m)
				var got wamp.Message
				b.ReportAllocs()
				for b.Loop() {
					if err := s.Parse(line, &got); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, s := range serializers {
		for _, name := range []string{"event", "invocation", "result"} {
			b.Run(s.String()+"/"+name, func(b *testing.B) {
				m := benchMessage(b, s, name)
				dst := make([]byte, 0, s.Size(&m))
				b.ReportAllocs()
				for b.Loop() {
					dst = s.Append(dst[:0], &m)
				}
			})
		}
	}
}

func BenchmarkSize(b *testing.B) {
	for _, s := range serializers {
		b.Run(s.String()+"/event", func(b *testing.B) {
			m := benchMessage(b, s, "event")
			b.ReportAllocs()
			for b.Loop() {
				s.Size(&m)
			}
		})
	}
}
