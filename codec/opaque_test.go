package codec_test

import (
	"fmt"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// TestTranscodeOpaque: of what must not be changed one binary item has a counterpart,
// in whatever form it is written, and nothing else.
func TestTranscodeOpaque(t *testing.T) {
	for _, c := range []struct {
		from, to codec.Serializer
		n        uint8
		in, want string
	}{
		{fromJSON, codec.MessagePack, 1, ` [ "\u0000AQID" ] `, "91c403010203"},
		{fromJSON, codec.CBOR, 1, `["\u0000AQID"]`, "8143010203"},
		{fromMessagePack, codec.JSON, 1, "91c600000003010203", `["\u0000AQID"]`},
		{fromMessagePack, codec.CBOR, 1, "dc0001c400", "8140"},
		{fromCBOR, codec.JSON, 1, "9f5f41014102ffff", `["\u0000AQI="]`},
		{fromCBOR, codec.MessagePack, 1, "8143010203", "91c403010203"},
		{fromJSON, codec.CBOR, 0, "", ""},

		{fromJSON, codec.MessagePack, 1, `["AQID"]`, ""},
		{fromJSON, codec.CBOR, 1, `["\u0000AQI"]`, ""},
		{fromJSON, codec.CBOR, 1, `[["\u0000AQID"]]`, ""},
		{fromJSON, codec.MessagePack, 1, `["\u0000AQID",null]`, ""},
		{fromJSON, codec.MessagePack, 1, `[7]`, ""},
		{fromJSON, codec.MessagePack, 2, `["\u0000AQID"],{"k":1}`, ""},
		{fromJSON, codec.CBOR, 2, `[],{"k":"\u0000AQID"}`, ""},
		{fromMessagePack, codec.JSON, 1, "91a3010203", ""},
		{fromMessagePack, codec.CBOR, 1, "92c40101c40102", ""},
		{fromMessagePack, codec.CBOR, 1, "91c0", ""},
		{fromCBOR, codec.JSON, 1, "81c5420102", ""}, // a tag would be lost
		{fromCBOR, codec.JSON, 1, "81c2420102", ""},
		{fromCBOR, codec.MessagePack, 1, "9f43010203f6ff", ""},
		{fromCBOR, codec.MessagePack, 1, "8163616263", ""},
	} {
		t.Run(fmt.Sprintf("%s/%v-%v", c.in, c.from, c.to), func(t *testing.T) {
			p := wamp.Payload{Bytes: written(t, c.from, c.in), N: c.n, Opaque: true}
			if c.n == 0 {
				if out, err := codec.Transcode(nil, c.from, c.to, p); len(out) > 0 || err != nil {
					t.Errorf("%x, %v", out, err)
				}
				return
			}
			check(t, c.from, c.to, p, c.want)
		})
	}
	for s, text := range map[codec.Serializer]string{fromJSON: `[1,"a"]`, fromMessagePack: "91c101", fromCBOR: "81c201"} {
		check(t, s, s, wamp.Payload{Bytes: written(t, s, text), N: 1, Opaque: true}, text) // not looked at
	}
}
