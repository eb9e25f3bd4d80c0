package codec_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// URIs are any text; escapes and chunks are undone.
func TestText(t *testing.T) {
	for _, row := range []struct {
		v    literal
		want string
	}{
		{literal{`""`, "a0", "60"}, ""},
		{literal{`"a.b"`, "a3612e62", "63612e62"}, "a.b"},
		{literal{"", "d903612e62", "7803612e62"}, "a.b"},
		{literal{"", "da0003612e62", "790003612e62"}, "a.b"},
		{literal{"", "db00000003612e62", "7b0000000000000003612e62"}, "a.b"},
		{literal{"", "", "7f6161622e62ff"}, "a.b"},
		{literal{"", "", "7fff"}, ""},
		{literal{"", "", "7f60626161ff"}, "aa"},
		{literal{`"\u0061.b"`, "", ""}, "a.b"},
		{literal{`"\"\\\/\b\f\n\r\t"`, "", ""}, "\"\\/\b\f\n\r\t"},
		{literal{`"é"`, "a2c3a9", "62c3a9"}, "é"},
		{literal{`"\u00E9\u00e9"`, "", ""}, "éé"},
		{literal{`"\ud83d\uDE00x"`, "", ""}, "😀x"},
		{literal{`"😀"`, "a4f09f9880", "64f09f9880"}, "😀"},
		{literal{`"\u0000"`, "a100", "6100"}, "\x00"},
	} {
		eachSerializer(t, list{16, 7, dict{}, row.v, list{1}}, func(t *testing.T, s codec.Serializer, b []byte) {
			if m := mustParse(t, s, b); string(m.URI) != row.want || m.Payload.N != 1 {
				t.Errorf("%s: %q, want %q", show(s, b), m.URI, row.want)
			}
		})
		eachSerializer(t, list{48, 7, dict{"ppt_cipher": row.v}, "a"}, func(t *testing.T, s codec.Serializer, b []byte) {
			var got string
			if m := mustParse(t, s, b); m.Options != nil {
				got = m.Options.Cipher
			}
			if got != row.want {
				t.Errorf("%s: %q, want %q", show(s, b), got, row.want)
			}
		})
	}
}

// Half a character is no text in an envelope, but grammatical in a payload.
func TestLoneSurrogates(t *testing.T) {
	for _, text := range []string{`"\ud800"`, `"a\uDFFF"`, `"\ud800\ud800"`, `"\ud800x"`, `"\ud800\n"`, `"\udc00\ud800"`} {
		v := literal{text, "", ""}
		for _, message := range []list{
			{16, 7, dict{}, v}, {1, v, dict{}}, {16, 7, dict{"ppt_scheme": v}, "a"}, {16, 7, dict{"exclude_authid": list{v}}, "a"},
			{32, 7, literal{"{" + text + ":1}", "", ""}, "a"}, {1, "a", literal{"{" + text + ":1}", "", ""}},
		} {
			eachSerializer(t, message, func(t *testing.T, s codec.Serializer, b []byte) { refused(t, s, b) })
		}
		eachSerializer(t, list{16, 7, dict{}, "a", list{v}, literal{"{" + text + ":1}", "", ""}}, func(t *testing.T, s codec.Serializer, b []byte) {
			if m := mustParse(t, s, b); !bytes.Contains(m.Payload.Bytes, []byte(text)) {
				t.Errorf("%s", m.Payload.Bytes)
			}
		})
	}
}

// Text that is not UTF-8 is refused wherever it stands; in JSON with the error
// that closes a WebSocket connection with 1007.
func TestNotUTF8(t *testing.T) {
	const mark = "@@@@@@@@@@@@@@@@@@@@"
	for _, message := range []list{
		{1, mark, dict{}}, {16, 7, dict{}, mark}, {16, 7, dict{}, mark, list{1}},
		{16, 7, dict{mark: 1}, "a"}, {16, 7, dict{"x": mark}, "a"}, {16, 7, dict{"x": list{dict{mark: 1}}}, "a"}, {48, 7, dict{"ppt_scheme": mark}, "a"},
		{1, "a", dict{"authid": mark}}, {36, 7, 8, dict{"x": mark}}, {16, 7, dict{"eligible_authid": list{mark}}, "a"},
		{16, 7, dict{}, "a", list{mark}}, {16, 7, dict{}, "a", list{dict{mark: 1}}}, {16, 7, dict{}, "a", list{}, dict{"k": mark}},
		{16, 7, dict{}, "a", list{}, dict{mark: 1}}, {16, 7, dict{}, "a", nil, dict{mark: 1}}, {17, 7, 8, mark}, {999, mark},
	} {
		for _, bad := range []string{"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80aaaaaaaaaaaaaaa"} {
			eachSerializer(t, message, func(t *testing.T, s codec.Serializer, b []byte) {
				mustParse(t, s, bytes.Clone(b))
				text := bad + mark[len(bad):]
				b = bytes.ReplaceAll(b, []byte(mark), []byte(text))
				refused(t, s, b)
				if err := s.Parse(b, new(wamp.Message)); errors.Is(err, codec.ErrUTF8) != (s == codec.JSON) {
					t.Errorf("%v: error %v", s, err)
				}
			})
		}
	}
	for _, text := range []string{"\xff", "[16,7,{},\"a\"]\xff", "\xff[17,7,8]", "[17,7,\x808]", "\xef\xbb\xbf[17,7,8]\xff"} {
		if err := codec.JSON.Parse([]byte(text), new(wamp.Message)); !errors.Is(err, codec.ErrUTF8) {
			t.Errorf("%q: error %v", text, err)
		}
	}
	if err := codec.JSON.Parse([]byte("\xef\xbb\xbf[17,7,8]"), new(wamp.Message)); err == nil || errors.Is(err, codec.ErrUTF8) {
		t.Errorf("byte order mark: error %v", err)
	}
}
