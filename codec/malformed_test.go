package codec_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// malformed are messages that are wrong at one place, which their first
// element tells.
var malformed = map[codec.Serializer][]string{
	codec.JSON: {
		"", " ", "\n\t", "[", "]", "[]", "[ ]", "[,]", "{}", "null", "16", `"x"`, "[[17,7,8]]", "[17,7,8][17,7,8]", "[17,7,8],", "[17,7,8]]", "[17,7,8] x", "[17,7,8]\x00", "\x00[17,7,8]",
		"[17 7,8]", "[17,7,8,]", "[17,,7,8]", "[,17,7,8]", "[17,7,8", "[17,7,", "[17,7", "[17", "[17,7,8}", "{17,7,8]",
		"[017,7,8]", "[17,07,8]", "[17,7,+8]", "[17,7,8.]", "[17,7,.8]", "[17,7,8e]", "[17,7,8e+]", "[17,7,0x8]", "[17,7,8 8]", "[17,7,- 8]", "[17,7,-]",
		"[17,7,NaN]", "[17,7,Infinity]", "[17,7,tru]", "[17,7,TRUE]", "['17',7,8]", "[17,7,8/**/]",
		`[16,7,{},a]`, `[16,7,{},'a']`, "[16,7,{},\"a\n\"]", "[16,7,{},\"a\x00\"]", `[16,7,{},"a]`, `[16,7,{},"\x61"]`, `[16,7,{},"\u12"]`, `[16,7,{},"\u12g4"]`, `[16,7,{},"\"]`, `[16,7,{},"a\`,
		`[16,7,{"x"},"a"]`, `[16,7,{"x":},"a"]`, `[16,7,{"x":1,},"a"]`, `[16,7,{"x" 1},"a"]`, `[16,7,{x:1},"a"]`, `[16,7,{"x":1"y":2},"a"]`, `[16,7,{"x":1],"a"]`, `[16,7,{"x":nul},"a"]`, `[16,7,{"retain":nul},"a"]`, `[16,7,{"retain":tru},"a"]`,
		`[16,7,{},"a",[NaN]]`, `[16,7,{},"a",[01]]`, `[16,7,{},"a",[1,]]`, `[16,7,{},"a",[,1]]`, `[16,7,{},"a",[1 2]]`, "[16,7,{},\"a\",[\"\t\"]]", `[16,7,{},"a",["\uZZZZ"]]`, `[16,7,{},"a",[}]`, `[16,7,{},"a",[1}]`, `[16,7,{},"a",[]`,
		`[16,7,{},"a",[],{"k":01}]`, `[16,7,{},"a",[],{k:1}]`, `[16,7,{},"a",[],{"k":1,}]`, `[16,7,{},"a",[],{"k"}]`, `[16,7,{},"a",nul]`, `[16,7,{},"a",[],nulL]`, `[16,7,{},"a",nul,{"k":1}]`,
		`[17,7,8,01]`, `[17,7,8,[1,]]`, `[999,01]`, `[999,{"a"}]`, "[17,7,8\v]", "[17,7,8\u00a0]",
	},
	codec.MessagePack: {
		"", "90", "80", "c0", "10", "dc0000", "dd00000000", "dc", "dcff", "dd000000", "ddffffffff", "9311", "931107", "93110708 00", "93110708 93110708", "941107 08", "93c10708", "9311c108", "931107c1",
		"9311 07cc", "931107cd00", "931107ce000000", "931107cf00000000000000", "931107ca", "931107cb3ff000", "9311 07d4", "9411 0708c1", "94110708c7", "94110708d4", "94110708dd00ffffff", "94110708dfffffffff",
		"941007 80a1", "94100780d9", "94100780db7fffffff", "94100780dbffffffff61", "94100780c401 61", "941007 81a16b", "94100781a1", "941007dfffffffff", "94100782a1780 1a161 61",
		"95100780a161 91c1", "95100780a16192 01", "95100780a16191a1", "95100780a16191c6ffffffff", "95100780a16191c9ffffffff00", "96100780a1619081a16b", "97100780a1619080", "9f100780a1619080", "9f100780a1619181a16b01", "96100780a1619081a16bc1", "96100780a161c081a16bc1", "95100780a161ddffffffff",
	},
	codec.CBOR: {
		"", "80", "a0", "f6", "10", "9fff", "9f", "9f11", "9f110708", "99", "9bffffffffffffffff", "9bffffffffffffffff110708", "8311", "831107", "8311070800", "8311070883110708", "84110708", "83ff0708", "831107ff", "9f1107ff",
		"83111c08", "83111d08", "83111e08", "83111f08", "831107f81f", "831107f814", "831107fc", "831107fe", "8311 0718", "831107190 0", "8311071a000000", "8311071b00000000000000", "831107fb3ff000", "9f110708ffff", "84110708ff", "84110708df",
		"841007a061", "841007a07b7fffffffffffffff", "841007a07bffffffffffffffff61", "841007a07f61", "841007a07f6161", "841007a07f4161ff", "841007a07f7f6161ffff", "841007a07f01ff", "841007a05f6161ff", "841007a161 6b", "841007bf616bff", "841007bf616b01", "841007bbffffffffffffffff",
		"841007bf7f616bff01", "851007a061619f", "851007a061619f01", "851007a0616182 01", "851007a0616181ff", "851007a061618161", "851007a061618161ff", "851007a06161817f61ffff", "861007a0616180a1616b", "871007a0616180a0", "881007a0616180a0", "861007a0616180bf616bff", "861007a06161f6a1616bff", "851007a061619bffffffffffffffff",
		"851007a0616181c1", "851007a0616181f818", "851007a0616181f801", "d9d9f7", "d9d9f7ff", "d9d9", "c6",
	},
}

func TestMalformed(t *testing.T) {
	for _, s := range serializers {
		for _, text := range malformed[s] {
			b := []byte(text)
			if s != codec.JSON {
				b, _ = hex.DecodeString(string(bytes.ReplaceAll(b, []byte(" "), nil)))
				if len(b) == 0 && text != "" {
					t.Fatalf("not hexadecimal: %s", text)
				}
			}
			t.Run(s.String()+"/"+text, func(t *testing.T) { refused(t, s, b) })
		}
	}
}

// A message without its last octets, or with one behind it, is refused.
func TestTruncated(t *testing.T) {
	for _, row := range every {
		eachSerializer(t, withPayload(row.message, row.want.Type), func(t *testing.T, s codec.Serializer, b []byte) {
			for n := range b {
				refused(t, s, bytes.Clone(b[:n:n]))
			}
			for _, c := range []byte{0, '0', ']', 0x80, 0x90, 0xa0, 0xc0, 0xf6, 0xff} {
				var m wamp.Message
				if err := s.Parse(append(bytes.Clone(b), c), &m); err == nil {
					t.Errorf("%v: accepted with %#x behind it", s, c)
				}
			}
			refused(t, s, append(bytes.Clone(b), b...))
		})
	}
}

// Space around values means nothing, neither do tags in front of a message.
func TestSpaceAndTags(t *testing.T) {
	b := []byte(" \t\r\n[ 16 , 7 , { \"acknowledge\" : true , \"exclude\" : [ 1 , 2 ] , \"x\" : { } } , \"a\" , [ 1 ] , { \"k\" : 1 } , null ] \n")
	m := mustParse(t, codec.JSON, b)
	if m.Type != wamp.Publish || m.Flags != wamp.Acknowledge|wamp.Filtered || len(m.Options.Exclude) != 2 || m.Payload.N != 2 {
		t.Errorf("%+v", m)
	}
	for _, text := range []string{"d9d9f783110708", "c6d9d9f783110708", "9f110708ff", "d9d9f79f110708ff", "9b0000000000000003110708", "9a000000031811180718 08"} {
		b, _ := hex.DecodeString(string(bytes.ReplaceAll([]byte(text), []byte(" "), nil)))
		if m := mustParse(t, codec.CBOR, b); m.Type != wamp.Published || m.ID != 8 {
			t.Errorf("%s: %+v", text, m)
		}
	}
	for _, text := range []string{"dc0003110708", "dd00000003cc11cd0007ce00000008"} {
		b, _ := hex.DecodeString(text)
		if m := mustParse(t, codec.MessagePack, b); m.Type != wamp.Published || m.ID != 8 {
			t.Errorf("%s: %+v", text, m)
		}
	}
}
