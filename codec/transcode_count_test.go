package codec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// TestTranscodeCountsAreShortest: where the source has no counts, those of the
// result are what an encoder that knows them writes.
func TestTranscodeCountsAreShortest(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 23, 24, 255, 256, 65535, 65536} {
		list, dict := make([]any, n), wamp.Dict{}
		for i := range n {
			list[i] = i % 3
			dict[fmt.Sprintf("k%05d", i)] = nil
		}
		for _, v := range []any{list, dict, []any{[]any{list}, list, 7}} {
			for _, to := range []codec.Serializer{codec.MessagePack, codec.CBOR} {
				in, err := codec.JSON.AppendValue(nil, v)
				if err != nil {
					t.Fatal(err)
				}
				want, err := to.AppendValue(nil, v)
				if err != nil {
					t.Fatal(err)
				}
				check(t, codec.JSON, to, wamp.Payload{Bytes: in, N: 1}, shown(to, want))
			}
		}
	}
}

// TestTranscodeSparesLargeContent: deep inside a large payload heads may be
// longer than needed, so that content is not moved at every level; the value is
// the same.
func TestTranscodeSparesLargeContent(t *testing.T) {
	const levels = 100
	small := "0" + strings.Repeat(",1", 19)
	text := strings.Repeat("["+small+",{\"a\":", levels/2) + "[" + strings.Repeat(small+",", 20000) + "2]" + strings.Repeat("}]", levels/2)
	for _, to := range []codec.Serializer{codec.MessagePack, codec.CBOR} {
		out, err := codec.Transcode(nil, codec.JSON, to, wamp.Payload{Bytes: []byte(text), N: 1})
		if err != nil {
			t.Fatal(err)
		}
		back, err := codec.Transcode(nil, to, codec.JSON, wamp.Payload{Bytes: out, N: 1})
		if err != nil || string(back) != text {
			t.Errorf("%v: %v, %d bytes came back as %d", to, err, len(text), len(back))
		}
		long := map[codec.Serializer]string{codec.MessagePack: "\xdd\x00\x00\x00\x15", codec.CBOR: "\x9a\x00\x00\x00\x15"}[to]
		if n := strings.Count(string(out), long); n < levels/4 {
			t.Errorf("%v: %d heads were long, content was moved under the others", to, n)
		}
	}
}
