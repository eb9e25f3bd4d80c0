package codec_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/codec/span"
	"github.com/callboard-wamp/callboard/wamp"
	"pgregory.net/rapid"
)

func sorted(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

func valid(s codec.Serializer, b []byte) bool {
	switch s {
	case codec.MessagePack:
		return span.SkipMessagePack(b, 0, span.MaxDepth) == len(b)
	case codec.CBOR:
		return span.SkipCBOR(b, 0, span.MaxDepth) == len(b)
	}
	end := span.SkipJSON(b, span.SpaceJSON(b, 0), span.MaxDepth)
	return end >= 0 && span.SpaceJSON(b, end) == len(b)
}

// transcodes checks everything that holds for any value in any serializer: what
// is malformed is refused, what is written is well-formed and means the same, and
// coming back it means the same once more. It says whether all was transcoded.
func transcodes(t interface {
	Helper()
	Fatalf(string, ...any)
}, from codec.Serializer, b []byte) bool {
	t.Helper()
	all := true
	for _, to := range []codec.Serializer{codec.JSON, codec.MessagePack, codec.CBOR} {
		if to == from {
			continue
		}
		out, err := codec.Transcode(nil, from, to, wamp.Payload{Bytes: b, N: 1})
		if err != nil {
			all = false
			continue
		}
		if !valid(from, b) {
			t.Fatalf("%v: malformed %q was transcoded", from, b)
		}
		if !valid(to, out) {
			t.Fatalf("%v to %v: %q became malformed %q", from, to, b, out)
		}
		want, known := meaning(from, b)
		if got, ok := meaning(to, out); known && ok && got != want {
			t.Fatalf("%v %q to %v %q: %s, want %s", from, b, to, out, got, want)
		}
		back, err := codec.Transcode(nil, to, from, wamp.Payload{Bytes: out, N: 1})
		if err != nil {
			t.Fatalf("%v %q to %v %q and back: %v", from, b, to, out, err)
		}
		if got, ok := meaning(from, back); known && (!ok || got != want) {
			t.Fatalf("%v %q to %v %q and back %q: %s, want %s", from, b, to, out, back, got, want)
		}
	}
	return all
}

var transcodeSeeds = map[codec.Serializer][]string{
	codec.JSON: {
		`[1,-1,1.5,"a\u00e9\n",null,true,{"k":[{}],"\u0000AQID":"\u0000AQID"},"\u0000A","\ud800",18446744073709551616]`,
		`[[[[[[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,[17,18,{"a":1}]],1e300]]]],0.1,-0,-0.0]`,
	},
	codec.MessagePack: {
		"9a01ffcb3ff8000000000000a3c3a90ac0c381a16b9180c4020102d1ff00ca3f800000cfffffffffffffffff",
		"91c500030102038201c0a16bdc000101", "de0001da000161dd00000001db0000000162",
	},
	codec.CBOR: {
		"8801207f6161ff5f4101ff9f01ffbf616b02fff93c00c249010000000000000000", "83f7fb7ff0000000000000a10102", "82d9d9f7c11a00000000c340",
	},
}

func FuzzTranscode(f *testing.F) {
	for s, texts := range transcodeSeeds {
		for _, text := range texts {
			f.Add(uint8(s), written(f, s, text))
		}
	}
	f.Fuzz(func(t *testing.T, s uint8, b []byte) { transcodes(t, codec.Serializer(s%3+1), b) })
}

// TestMutatedTranscode is the fuzz target with a fixed seed.
func TestMutatedTranscode(t *testing.T) {
	likes := map[codec.Serializer]string{
		codec.JSON:        "\"\\{}[],:0129eE+-.\\u0 \xc3\xa9",
		codec.MessagePack: "\x80\x90\x91\xa0\xa1\xc0\xc4\xca\xd9\xdc\xde\x00\xff",
		codec.CBOR:        "\x5f\x7f\x9f\xbf\xff\xf8\xf9\x1b\x80\x81\xa1\xc1\xc2\xc3\x41\x61",
	}
	for s, texts := range transcodeSeeds {
		t.Run(s.String(), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(2, uint64(s)))
			n, all := 0, 0
			for stop := time.Now().Add(600 * time.Millisecond); time.Now().Before(stop) && n < 100_000; n++ {
				b := slices.Clone(written(t, s, texts[rnd.IntN(len(texts))]))
				for k := rnd.IntN(4); k > 0; k-- {
					i := rnd.IntN(len(b))
					switch c := likes[s][rnd.IntN(len(likes[s]))]; rnd.IntN(4) {
					case 0:
						b[i] = byte(rnd.Uint32())
					case 1:
						b[i] = c
					case 2:
						b = slices.Insert(b, i, c)
					case 3:
						b = append(slices.Delete(b, i, i+1), 0)[:max(1, len(b)-1)]
					}
				}
				if transcodes(t, s, b) {
					all++
				}
			}
			t.Logf("%d payloads, %d transcoded", n, all)
		})
	}
}

// transcodable draws a value that all serializers can say, in one of them.
func transcodable(t *rapid.T) (codec.Serializer, []byte) {
	s := rapid.SampledFrom([]codec.Serializer{codec.JSON, codec.MessagePack, codec.CBOR}).Draw(t, "from")
	b, err := s.AppendValue(nil, transcodableValues(3).Draw(t, "value"))
	if err != nil {
		t.Fatal(err)
	}
	return s, b
}

func transcodableValues(levels int) *rapid.Generator[any] {
	text := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("\x00\x1f\"\\/aé☃😀\n")), 0, 300, -1),
		rapid.Map(rapid.IntRange(0, 70000), func(n int) string { return strings.Repeat("x", n) }))
	leaf := rapid.OneOf(
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Int64().AsAny(), rapid.Uint64().AsAny(),
		rapid.Float64().AsAny(), text.AsAny(), rapid.SliceOfN(rapid.Byte(), 0, 300).AsAny(),
	)
	if levels == 0 {
		return leaf
	}
	inner := transcodableValues(levels - 1)
	return rapid.OneOf(leaf, rapid.SliceOfN(inner, 0, 40).AsAny(), rapid.MapOfN(rapid.String(), inner, 0, 40).AsAny())
}

func TestTranscodeKeepsMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, b := transcodable(t)
		if !transcodes(t, s, b) {
			t.Fatalf("%v %q has no counterpart", s, b)
		}
	})
}
