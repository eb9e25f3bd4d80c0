package codec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// transcodeCases are payloads by name: one text, small dictionaries, octets.
func transcodeCases() map[string][]any {
	records := func(n int) []any {
		var l []any
		for i := range n {
			l = append(l, map[string]any{"id": 1000 + i, "price": 101.25 + float64(i), "name": "sensor-7", "ok": true})
		}
		return l
	}
	return map[string][]any{
		"text16": {"abcdefghijklmnop"}, "text4096": {strings.Repeat("abcdefghijklmnop", 256)},
		"records256": {records(5)}, "records4096": {records(80)},
		"escapes4096": {strings.Repeat("a line\n\"é\"\n", 340)}, "binary4096": {[]byte(strings.Repeat("\x00\xff\x10", 1365))},
	}
}

func directions(f func(from, to codec.Serializer)) {
	all := []codec.Serializer{codec.JSON, codec.MessagePack, codec.CBOR}
	for _, from := range all {
		for _, to := range all {
			if from != to {
				f(from, to)
			}
		}
	}
}

func BenchmarkTranscode(b *testing.B) {
	directions(func(from, to codec.Serializer) {
		for _, name := range []string{"text16", "records256", "text4096", "records4096", "escapes4096", "binary4096"} {
			p, err := from.AppendPayload(nil, transcodeCases()[name], nil)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("%v-%v/%s", from, to, name), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(p.Bytes)))
				var out []byte
				for b.Loop() {
					if out, err = codec.Transcode(out[:0], from, to, p); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	})
}

func TestTranscodeDoesNotAllocate(t *testing.T) {
	directions(func(from, to codec.Serializer) {
		for name, args := range transcodeCases() {
			p, err := from.AppendPayload(nil, args, wamp.Dict{"k": "v"})
			if err != nil {
				t.Fatal(err)
			}
			dst := make([]byte, 0, 64<<10)
			if n := testing.AllocsPerRun(10, func() { _, err = codec.Transcode(dst, from, to, p) }); n != 0 || err != nil {
				t.Errorf("%v to %v, %s: %v allocations, %v", from, to, name, n, err)
			}
		}
	})
}
