package codec_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/codec/span"
	"github.com/callboard-wamp/callboard/wamp"
)

const (
	fromJSON        = codec.JSON
	fromMessagePack = codec.MessagePack
	fromCBOR        = codec.CBOR
)

// written is a payload as people write it: JSON as text, the others in hex.
func written(t testing.TB, s codec.Serializer, text string) []byte {
	t.Helper()
	if s == codec.JSON {
		return []byte(text)
	}
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(text, err)
	}
	return b
}

func shown(s codec.Serializer, b []byte) string {
	if s == codec.JSON {
		return string(b)
	}
	return hex.EncodeToString(b)
}

// transcodeRules are the rules one by one; an empty want is invalid_argument.
var transcodeRules = []struct {
	name     string
	from, to codec.Serializer
	in, want string
}{
	{"constants", fromJSON, codec.MessagePack, `[null,true,false]`, "93c0c3c2"},
	{"constants", fromJSON, codec.CBOR, ` [ null , true , false ] `, "83f6f5f4"},
	{"constants", fromMessagePack, codec.JSON, "93c0c3c2", `[null,true,false]`},
	{"constants", fromMessagePack, codec.CBOR, "93c0c3c2", "83f6f5f4"},
	{"constants, undefined", fromCBOR, codec.JSON, "84f6f5f4f7", `[null,true,false,null]`},
	{"constants, undefined", fromCBOR, codec.MessagePack, "84f6f5f4f7", "94c0c3c2c0"},
	{"simple value", fromCBOR, codec.JSON, "81f0", ""},
	{"simple value", fromCBOR, codec.MessagePack, "81f8ff", ""},

	{"integers", fromJSON, codec.MessagePack, `[0,-0,127,128,-1,-32,-33,256,65536,4294967296]`, "9a00007fcc80ffe0d0dfcd0100ce00010000cf0000000100000000"},
	{"integers", fromJSON, codec.CBOR, `[0,23,24,-1,-24,-25,256]`, "87001718182037" + "3818190100"},
	{"beyond 2^53", fromJSON, codec.MessagePack, `[9007199254740993,-9007199254740993]`, "92cf0020000000000001d3ffdfffffffffffff"},
	{"ends of 64 bits", fromJSON, codec.MessagePack, `[18446744073709551615,-9223372036854775808]`, "92cfffffffffffffffffd38000000000000000"},
	{"ends of 64 bits", fromJSON, codec.CBOR, `[18446744073709551615,-9223372036854775809,-18446744073709551616]`, "831bffffffffffffffff3b80000000000000003bffffffffffffffff"},
	{"beyond 64 bits", fromJSON, codec.MessagePack, `[18446744073709551616]`, ""},
	{"beyond 64 bits", fromJSON, codec.MessagePack, `[-9223372036854775809]`, ""},
	{"beyond 64 bits", fromCBOR, codec.MessagePack, "813b8000000000000000", ""},
	{"beyond 64 bits", fromCBOR, codec.MessagePack, "81c249010000000000000000", ""},
	{"bignum", fromJSON, codec.CBOR, `[18446744073709551616,-18446744073709551617]`, "82c249010000000000000000c349010000000000000000"},
	{"bignum", fromCBOR, codec.JSON, "83c249010000000000000000c3490100000000000000003bffffffffffffffff", `[18446744073709551616,-18446744073709551617,-18446744073709551616]`},
	{"bignum that is small", fromCBOR, codec.JSON, "84c240c34100c2430000ffc25f410141ffff", `[0,-1,255,511]`},
	{"bignum that is small", fromCBOR, codec.MessagePack, "83c240c34100c34180", "9300ffd1ff7f"},
	{"bignum with zeros", fromCBOR, codec.JSON, "81c2590082" + strings.Repeat("00", 129) + "07", `[7]`},
	{"bignum of something else", fromCBOR, codec.JSON, "81c201", ""},
	{"bignum too large", fromCBOR, codec.JSON, "81c2588101" + strings.Repeat("00", 128), ""},
	{"bignum too large", fromCBOR, codec.JSON, "81c35880" + strings.Repeat("ff", 128), ""},
	{"bignum too large", fromJSON, codec.CBOR, "[1" + strings.Repeat("0", 309) + "]", ""},
	{"signed widths", fromMessagePack, codec.JSON, "98d0ffd1ff00d2ffffff00d3ffffffffffffff00d07fd17fffd27fffffffd37fffffffffffffff", `[-1,-256,-256,-256,127,32767,2147483647,9223372036854775807]`},
	{"unsigned widths", fromMessagePack, codec.CBOR, "94cc05cd0005ce00000005cf0000000000000005", "8405050505"},
	{"lax widths", fromCBOR, codec.MessagePack, "84180519000538051a00000005", "940505fa05"},

	{"floats stay floats", fromJSON, codec.MessagePack, `[1.0,-0.0,1e2]`, "93cb3ff0000000000000cb8000000000000000cb4059000000000000"},
	{"floats stay floats", fromJSON, codec.CBOR, `[1.5]`, "81fb3ff8000000000000"},
	{"floats stay floats", fromMessagePack, codec.JSON, "93cb3ff0000000000000cb8000000000000000ca3f000000", `[1.0,-0.0,0.5]`},
	{"floats stay floats", fromCBOR, codec.JSON, "84f93c00fa3f800000fb3ff0000000000000f90001", `[1.0,1.0,1.0,5.960464477539063e-08]`},
	{"widths of floats", fromCBOR, codec.MessagePack, "84f93c00f98000fa3fc00000fb3ff0000000000000", "94ca3f800000ca80000000ca3fc00000cb3ff0000000000000"},
	{"widths of floats", fromMessagePack, codec.CBOR, "92ca3fc00000cb3ff0000000000000", "82fa3fc00000fb3ff0000000000000"},
	{"NaN and infinities", fromMessagePack, codec.CBOR, "92ca7fc00001cb7ff0000000000000", "82fa7fc00001fb7ff0000000000000"},
	{"NaN", fromMessagePack, codec.JSON, "81a161cb7ff8000000000000", ""},
	{"infinity", fromCBOR, codec.JSON, "81f97c00", ""},
	{"infinity", fromCBOR, codec.JSON, "81faff800000", ""},
	{"1e400", fromJSON, codec.MessagePack, `[1e400]`, ""},
	{"1e400", fromJSON, codec.CBOR, `[-1e400]`, ""},

	{"binary", fromMessagePack, codec.JSON, "91c403010203", `["\u0000AQID"]`},
	{"binary", fromCBOR, codec.JSON, "8344010203ff4040", `["\u0000AQID/w==","\u0000","\u0000"]`},
	{"binary", fromJSON, codec.MessagePack, `["\u0000AQID/w==","\u0000"]`, "92c404010203ffc400"},
	{"binary", fromJSON, codec.CBOR, `["\u0000AQID\/w=\u003d"]`, "8144010203ff"},
	{"binary", fromMessagePack, codec.CBOR, "91c500010a", "81410a"},
	{"binary, in chunks", fromCBOR, codec.JSON, "815f41014102ff", `["\u0000AQI="]`},
	{"binary, in chunks", fromCBOR, codec.MessagePack, "815fff", "91c400"},
	{"not base64", fromJSON, codec.MessagePack, `["\u0000A","\u0000AQI","\u0000AQID\n","\u0000AR==","\u0000-_=="]`,
		"95" + "a20041" + "a400415149" + "a600415149440a" + "a50041523d3d" + "a5002d5f3d3d"},
	{"keys are not binary", fromJSON, codec.MessagePack, `{"\u0000AQID":1}`, "81a5004151494401"},

	{"text", fromJSON, codec.MessagePack, `["é\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t"]`, "91b0c3a9c3a9f09f9880225c2f080c0a0d09"},
	{"text", fromJSON, codec.CBOR, `["","a","☃"]`, "83606161" + "63e29883"},
	{"text", fromMessagePack, codec.JSON, "92b0c3a9c3a9f09f9880225c2f080c0a0d09a17f", `["éé😀\"\\/\u0008\u000c\n\u000d\u0009` + "\",\"\x7f\"]"},
	{"text", fromMessagePack, codec.CBOR, "93d90161da000162db0000000163", "83616161626163"},
	{"text, in chunks", fromCBOR, codec.JSON, "827f616162c3a9ff7fff", `["aé",""]`},
	{"text, in chunks", fromCBOR, codec.MessagePack, "817f616162c3a9ff", "91a361c3a9"},
	{"lone surrogates", fromJSON, codec.MessagePack, `["\ud800","\udc00\ud800x","\ud800\ud83d\ude00"]`, "93a3efbfbda7efbfbdefbfbd78a7efbfbdf09f9880"},

	{"dictionary", fromJSON, codec.MessagePack, `{"a":{},"b\n":[]}`, "82a16180a2620a90"},
	{"dictionary", fromCBOR, codec.JSON, "a26161a0616280", `{"a":{},"b":[]}`},
	{"dictionary", fromCBOR, codec.JSON, "bf6161bfff7f6162ff9fffff", `{"a":{},"b":[]}`},
	{"dictionary", fromCBOR, codec.MessagePack, "bf616101616202ff", "82a16101a16202"},
	{"any key", fromMessagePack, codec.CBOR, "8301c0c40101c2910102", "a301f64101f4810102"},
	{"any key", fromCBOR, codec.MessagePack, "a201f6f93c0002", "8201c0ca3f80000002"},
	{"any key", fromMessagePack, codec.JSON, "8101c0", ""},
	{"any key", fromMessagePack, codec.JSON, "81c40161c0", ""},
	{"any key", fromCBOR, codec.JSON, "a101f6", ""},
	{"any key", fromCBOR, codec.JSON, "bf4161f6ff", ""},
	{"any key", fromCBOR, codec.JSON, "a1c06161f6", ""},

	{"extension", fromMessagePack, codec.JSON, "91d40501", ""},
	{"extension", fromMessagePack, codec.CBOR, "91c7010501", ""},
	{"timestamp", fromMessagePack, codec.JSON, "91d6ff00000000", ""},
	{"tags", fromCBOR, codec.JSON, "84c11a00000001d9d9f7616140d82041ff", `[1,"a","\u0000","\u0000/w=="]`},
	{"tags", fromCBOR, codec.MessagePack, "81d9d9f7c181c100", "919100"},
	{"decimal fraction", fromCBOR, codec.JSON, "81c48221196ab3", ""},
	{"reference", fromCBOR, codec.MessagePack, "82613161d81d00", ""},

	{"malformed", fromJSON, codec.CBOR, `[1,]`, ""},
	{"malformed", fromJSON, codec.CBOR, `[1] `, "8101"},
	{"malformed", fromJSON, codec.CBOR, `[1]]`, ""},
	{"malformed", fromMessagePack, codec.CBOR, "9101c0", ""},
	{"malformed", fromMessagePack, codec.CBOR, "91c1", ""},
	{"malformed", fromCBOR, codec.JSON, "8201", ""},
	{"not UTF-8", fromMessagePack, codec.JSON, "91a1ff", ""},
	{"not UTF-8", fromCBOR, codec.JSON, "817f61c361a9ff", ""},
}

func TestTranscode(t *testing.T) {
	for _, c := range transcodeRules {
		t.Run(fmt.Sprintf("%s/%v-%v", c.name, c.from, c.to), func(t *testing.T) {
			check(t, c.from, c.to, wamp.Payload{Bytes: written(t, c.from, c.in), N: 1}, c.want)
		})
	}
}

// check transcodes behind bytes that must stay as they are.
func check(t *testing.T, from, to codec.Serializer, p wamp.Payload, want string) {
	t.Helper()
	in := string(p.Bytes)
	out, err := codec.Transcode([]byte("front"), from, to, p)
	if string(p.Bytes) != in {
		t.Error("the payload was written to")
	}
	if want == "" {
		var e *wamp.Error
		if !errors.As(err, &e) || e.URI != wamp.ErrInvalidArgument || string(out) != "front" {
			t.Errorf("%s: %v, want invalid_argument; %q", shown(from, p.Bytes), err, out)
		}
		return
	}
	if err != nil || !bytes.HasPrefix(out, []byte("front")) || shown(to, out[5:]) != want {
		t.Errorf("%s: %q %v, want %q", shown(from, p.Bytes), shown(to, out[5:]), err, want)
	}
}

func TestTranscodeTwoElements(t *testing.T) {
	forms := map[codec.Serializer]string{codec.JSON: `[1,"a"],{"k":2}`, codec.MessagePack: "9201a16181a16b02", codec.CBOR: "82016161a1616b02"}
	for from, in := range forms {
		for to, want := range forms {
			check(t, from, to, wamp.Payload{Bytes: written(t, from, in), N: 2}, want)
		}
	}
	spaced := wamp.Payload{Bytes: []byte(" [1,\"a\"]  ,\t{ \"k\" : 2 } "), N: 2}
	check(t, codec.JSON, codec.CBOR, spaced, forms[codec.CBOR])
	check(t, codec.JSON, codec.MessagePack, spaced, forms[codec.MessagePack])
	for _, bad := range []string{`[1]`, `[1]{"k":2}`, `[1],`, `[1],{"k":2},`} {
		check(t, codec.JSON, codec.CBOR, wamp.Payload{Bytes: []byte(bad), N: 2}, "")
	}
}

func TestTranscodeDepthIsExact(t *testing.T) {
	nest := map[string]func(n int) (codec.Serializer, string){
		"json list": func(n int) (codec.Serializer, string) {
			return codec.JSON, strings.Repeat("[", n) + strings.Repeat("]", n)
		},
		"json dict": func(n int) (codec.Serializer, string) {
			return codec.JSON, strings.Repeat(`{"":`, n) + "1" + strings.Repeat("}", n)
		},
		"msgpack list": func(n int) (codec.Serializer, string) { return codec.MessagePack, strings.Repeat("91", n-1) + "90" },
		"msgpack dict": func(n int) (codec.Serializer, string) { return codec.MessagePack, strings.Repeat("81a0", n) + "c0" },
		"cbor list":    func(n int) (codec.Serializer, string) { return codec.CBOR, strings.Repeat("81", n-1) + "80" },
		"cbor open list": func(n int) (codec.Serializer, string) {
			return codec.CBOR, strings.Repeat("9f", n) + strings.Repeat("ff", n)
		},
		"cbor open dict": func(n int) (codec.Serializer, string) {
			return codec.CBOR, strings.Repeat("bf60", n) + "00" + strings.Repeat("ff", n)
		},
		"cbor tag": func(n int) (codec.Serializer, string) { return codec.CBOR, strings.Repeat("c1", n) + "00" },
		"bignum":   func(n int) (codec.Serializer, string) { return codec.CBOR, strings.Repeat("81", n-1) + "c240" },
		"big integer": func(n int) (codec.Serializer, string) {
			return codec.JSON, strings.Repeat("[", n-1) + "18446744073709551616" + strings.Repeat("]", n-1)
		},
	}
	for name, f := range nest {
		for _, to := range []codec.Serializer{codec.JSON, codec.MessagePack, codec.CBOR} {
			from, _ := f(1)
			if from == to || name == "big integer" && to == codec.MessagePack {
				continue
			}
			for depth, fits := range map[int]bool{1: true, span.MaxDepth: true, span.MaxDepth + 1: false} {
				_, text := f(depth)
				_, err := codec.Transcode(nil, from, to, wamp.Payload{Bytes: written(t, from, text), N: 1})
				if (err == nil) != fits {
					t.Errorf("%s to %v, %d levels: %v", name, to, depth, err)
				}
			}
		}
	}
}
