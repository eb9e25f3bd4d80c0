package codec_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

var (
	absent    = literal{}
	emptyList = literal{"[]", "90", "80"}
	emptyDict = literal{"{}", "80", "a0"}
	null      = literal{"null", "c0", "f6"}
	oneList   = literal{"[1]", "9101", "8101"}
	oneDict   = literal{`{"k":1}`, "81a16b01", "a1616b01"}
)

// Arguments and ArgumentsKw as they come, and as they are passed on.
var payloads = []struct {
	name                 string
	args, kwargs         literal
	n                    uint8
	wantArgs, wantKwargs literal
}{
	{"nothing", absent, absent, 0, absent, absent},
	{"arguments", oneList, absent, 1, oneList, absent},
	{"both", oneList, oneDict, 2, oneList, oneDict},
	{"keywords", emptyList, oneDict, 2, emptyList, oneDict},
	{"empty arguments", emptyList, absent, 0, absent, absent},
	{"null arguments", null, absent, 0, absent, absent},
	{"undefined arguments", undefined, absent, 0, absent, absent},
	{"both empty", emptyList, emptyDict, 0, absent, absent},
	{"both null", null, null, 0, absent, absent},
	{"null and empty", null, emptyDict, 0, absent, absent},
	{"empty and undefined", emptyList, undefined, 0, absent, absent},
	{"null keywords", oneList, null, 1, oneList, absent},
	{"undefined keywords", oneList, undefined, 1, oneList, absent},
	{"empty keywords", oneList, emptyDict, 1, oneList, absent},
	{"keywords without arguments", null, oneDict, 2, literal{"[]  ", "90", "80"}, oneDict},
	{"keywords and undefined", literal{"", "d40000", "f7"}, oneDict, 2, literal{"", "dc0000", "80"}, oneDict},
	{"keywords and undefined, another body", literal{"", "d400ff", ""}, oneDict, 2, literal{"", "dc0000", ""}, oneDict},
	{"unusual empty", literal{"[ \n]", "dc0000", "9fff"}, literal{"{\t}", "de0000", "bfff"}, 0, absent, absent},
	{"unusual empty, long", literal{"[ ]", "dd00000000", "9a00000000"}, literal{"{ }", "df00000000", "ba00000000"}, 0, absent, absent},
	{"unusual", literal{"[ 1 ]", "dc000101", "9f01ff"}, literal{`{ "k" : 1 }`, "de0001d9016b01", "bf7f616bff01ff"}, 2,
		literal{"[ 1 ]", "dc000101", "9f01ff"}, literal{`{ "k" : 1 }`, "de0001d9016b01", "bf7f616bff01ff"}},
	{"unusual arguments", literal{"[ 1 ]", "dc000101", "9f01ff"}, absent, 1, literal{"[ 1 ]", "dc000101", "9f01ff"}, absent},
	{"keywords twice", oneList, literal{`{"k":1,"k":1}`, "82a16b01a16b01", "a2616b01616b01"}, 2, oneList, literal{`{"k":1,"k":1}`, "82a16b01a16b01", "a2616b01616b01"}},
	{"any keys inside", oneList, literal{"", "81a16b8101c0", "a1616ba101f6"}, 2, oneList, literal{"", "81a16b8101c0", "a1616ba101f6"}},
	{"opaque values", literal{`["\ud800",1e400]`, "91d6ff00000000", "81c61a00000000"}, absent, 1, literal{`["\ud800",1e400]`, "91d6ff00000000", "81c61a00000000"}, absent},
}

func TestPayload(t *testing.T) {
	for _, row := range payloads {
		t.Run(row.name, func(t *testing.T) {
			for _, message := range []list{{16, 7, dict{}, "a"}, {48, 7, dict{"progress": true}, "a"}, {50, 7, dict{}}, {68, 7, 8, dict{}}, {8, 68, 7, dict{}, "a"}, {3, dict{}, "a"}} {
				for _, s := range serializers {
					checkPayload(t, s, message, row.args, row.kwargs, func(p wamp.Payload) {
						want := joined(t, s, row.wantArgs, row.wantKwargs)
						if p.N != row.n || !bytes.Equal(p.Bytes, want) {
							t.Errorf("%v: %d %q, want %d %q", s, p.N, p.Bytes, row.n, want)
						}
					})
				}
			}
		})
	}
}

// checkPayload parses the message with these arguments, alone and with further
// elements behind them, and passes the payload on.
func checkPayload(t *testing.T, s codec.Serializer, message list, args, kwargs literal, check func(wamp.Payload)) {
	t.Helper()
	message = append(list{}, message...)
	for _, l := range []literal{args, kwargs} {
		if l == absent {
			break
		}
		if l.of(s) == "" {
			return
		}
		message = append(message, l)
	}
	for range 2 {
		b, ok := wire(t, s, message)
		if !ok {
			return
		}
		check(mustParse(t, s, b).Payload)
		if kwargs == absent {
			return
		}
		message = append(message, "further", nil)
	}
}

// joined is a payload on the wire.
func joined(t *testing.T, s codec.Serializer, args, kwargs literal) []byte {
	t.Helper()
	b := args.octets(t, s)
	if kwargs == absent {
		return b
	}
	if s == codec.JSON {
		b = append(b, ',')
	}
	return append(b, kwargs.octets(t, s)...)
}

func TestPayloadTypes(t *testing.T) {
	others := list{1, 0, "x", "", true, false, 1.5, literal{"", "c40131", "4131"}, literal{"", "d40500", "c680"}, literal{"", "d40100", "e0"}}
	for _, message := range []list{{16, 7, dict{}, "a"}, {48, 7, dict{}, "a"}, {70, 7, dict{}}, {8, 68, 7, dict{}, "a"}, {36, 7, 8, dict{}}} {
		for _, v := range append(others, dict{}, dict{"a": 1}) {
			eachSerializer(t, append(append(list{}, message...), v), func(t *testing.T, s codec.Serializer, b []byte) {
				if text := refused(t, s, b); !strings.Contains(text, "Arguments ") {
					t.Error(text)
				}
			})
		}
		for _, v := range append(others, list{}, list{1}) {
			eachSerializer(t, append(append(list{}, message...), list{1}, v), func(t *testing.T, s codec.Serializer, b []byte) {
				if text := refused(t, s, b); !strings.Contains(text, "ArgumentsKw ") {
					t.Error(text)
				}
			})
		}
		for _, kwargs := range []literal{{"", "8101c0", "a101f6"}, {"", "81c4016b01", "a1416b01"}, {"", "82a16b01c001", "bf616b01f601ff"}} {
			eachSerializer(t, append(append(list{}, message...), list{1}, kwargs), func(t *testing.T, s codec.Serializer, b []byte) { refused(t, s, b) })
		}
	}
}

// What a message keeps cannot be appended to in place: that would overwrite
// what stands behind it in the buffer.
func TestCapacity(t *testing.T) {
	eachSerializer(t, list{8, 68, 7, dict{"d": 1}, "a.b", list{1}, dict{"k": 1}, "further"}, func(t *testing.T, s codec.Serializer, b []byte) {
		m := mustParse(t, s, b)
		if cap(m.URI) != len(m.URI) || cap(m.Dict) != len(m.Dict) || cap(m.Payload.Bytes) != len(m.Payload.Bytes) {
			t.Errorf("%v: %+v", s, m)
		}
	})
}
