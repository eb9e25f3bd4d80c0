package codec_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// dictionaries are Options or Details that no message may have.
var dictionaries = []struct {
	name string
	v    literal
}{
	{"twice", literal{`{"a1":1,"a1":1}`, "82a2613101a2613101", "a2626131016261310 1"}},
	{"twice with a known key", literal{`{"retain":true,"x":0,"retain":true}`, "83a672657461696ec3a17800a672657461696ec3", "a36672657461696ef56178006672657461696ef5"}},
	{"twice with an escape", literal{`{"a1":1,"\u0061\u0031":1}`, "", ""}},
	{"twice with another length form", literal{"", "82a2613101d902613101", "a26261310178026131 01"}},
	{"twice in chunks", literal{"", "", "a262613101 7f61616131ff01"}},
	{"number as key", literal{`{1:1}`, "810101", "a10101"}},
	{"null as key", literal{`{null:1}`, "81c001", "a1f601"}},
	{"binary as key", literal{"", "81c4016101", "a1416101"}},
	{"lone surrogate in a key", literal{`{"\ud800":1}`, "", ""}},
	{"key that is not UTF-8", literal{"{\"\xff\":1}", "81a1ff01", "a161ff01"}},
	{"value missing", literal{`{"a":}`, "81a161", "a16161"}},
	{"odd", literal{`{"a"}`, "", "bf6161ff"}},
	{"open", literal{`{"a":1`, "82a16101", "bf616101"}},
	{"trailing comma", literal{`{"a":1,}`, "", ""}},
	{"comma first", literal{`{,"a":1}`, "", ""}},
	{"huge", literal{"", "dfffffffff", "bbffffffffffffffff"}},
}

func TestDictionaries(t *testing.T) {
	for _, row := range dictionaries {
		row.v.cbor = strings.ReplaceAll(row.v.cbor, " ", "")
		for _, mt := range []wamp.MessageType{wamp.Publish, wamp.Subscribe, wamp.Yield, wamp.Event, wamp.Hello, wamp.Goodbye} {
			t.Run(row.name+"/"+mt.String(), func(t *testing.T) {
				for _, s := range serializers {
					if row.v.of(s) == "" {
						continue
					}
					b := around(t, s, mt, row.v.octets(t, s))
					var m wamp.Message
					if err := s.Parse(b, &m); err == nil {
						t.Errorf("%v: accepted %s", s, show(s, b))
					}
				}
			})
		}
	}
}

// A key of another type than text is told as such.
func TestKeysAreText(t *testing.T) {
	for _, s := range []codec.Serializer{codec.MessagePack, codec.CBOR} {
		text := refused(t, s, around(t, s, wamp.Publish, literal{"", "810101", "a10101"}.octets(t, s)))
		if !strings.Contains(text, "PUBLISH.Options has a key that is not text") {
			t.Error(text)
		}
	}
}

// around writes a message of this type around a dictionary that no encoder
// would write.
func around(t *testing.T, s codec.Serializer, mt wamp.MessageType, dictionary []byte) []byte {
	t.Helper()
	m := wamp.Message{Type: mt, Request: 7, ID: 8, URI: []byte("a.b"), Dict: dictionary}
	b := s.Append(nil, &m)
	if !bytes.Contains(b, dictionary) {
		t.Fatal("the dictionary is not in the message")
	}
	return b
}

// The message around the dictionaries of the tests is well-formed.
func TestAround(t *testing.T) {
	for _, s := range serializers {
		v, _ := wire(t, s, dict{"a1": 1, "a2": undefined})
		for _, mt := range []wamp.MessageType{wamp.Publish, wamp.Subscribe, wamp.Yield, wamp.Event, wamp.Hello, wamp.Goodbye} {
			mustParse(t, s, around(t, s, mt, v))
		}
	}
}

// Details are kept as they were, nil when empty.
func TestDetailsAreKept(t *testing.T) {
	for _, s := range serializers {
		v, _ := wire(t, s, dict{"roles": dict{"caller": dict{}}, "x": list{1.5, nil}})
		for _, mt := range []wamp.MessageType{wamp.Hello, wamp.Goodbye, wamp.Event, wamp.Result, wamp.ErrorMessage} {
			m := wamp.Message{Type: mt, Failed: wamp.Invocation, Request: 7, ID: 8, URI: []byte("a.b"), Dict: v}
			got := mustParse(t, s, s.Append(nil, &m))
			if !bytes.Equal(got.Dict, v) {
				t.Errorf("%v %v: %q", s, mt, got.Dict)
			}
		}
		for _, empty := range []literal{{"{}", "80", "a0"}, {"{ \n}", "de0000", "bfff"}, {"", "df00000000", "b800"}} {
			if empty.of(s) == "" {
				continue
			}
			m := mustParse(t, s, around(t, s, wamp.Hello, empty.octets(t, s)))
			if m.Dict != nil {
				t.Errorf("%v: %q", s, m.Dict)
			}
		}
	}
}

// Dictionaries with many keys are checked as well.
func TestManyKeys(t *testing.T) {
	many := dict{}
	for k := 0; k < 500; k++ {
		many[fmt.Sprintf("key%03d", k)] = k
	}
	eachSerializer(t, list{16, 7, many, "a"}, func(t *testing.T, s codec.Serializer, b []byte) {
		mustParse(t, s, bytes.Clone(b))
		for _, k := range []string{"000", "011", "012", "013", "499"} {
			twice := bytes.Replace(b, []byte("key"+k), []byte("key100"), 1)
			if k == "100" {
				continue
			}
			if text := refused(t, s, twice); !strings.Contains(text, "twice") {
				t.Error(text)
			}
		}
	})
}

// A dictionary of Options has at most 32 levels, a payload 128.
func TestDepth(t *testing.T) {
	for _, row := range []struct {
		limit   int
		message func(v any) list
	}{
		{32, func(v any) list { return list{16, 7, dict{"x": v}, "a"} }},
		{32, func(v any) list { return list{1, "a", dict{"x": v}} }},
		{128, func(v any) list { return list{16, 7, dict{}, "a", list{v}} }},
		{128, func(v any) list { return list{16, 7, dict{}, "a", list{}, dict{"k": v}} }},
		{128, func(v any) list { return list{337, 7, list{v}} }},
	} {
		v := any(1)
		for k := 1; k < row.limit; k++ {
			if v = (list{v}); k%2 == 0 {
				v = dict{"k": v.(list)[0]}
			}
		}
		eachSerializer(t, row.message(v), func(t *testing.T, s codec.Serializer, b []byte) { mustParse(t, s, b) })
		eachSerializer(t, row.message(list{v}), func(t *testing.T, s codec.Serializer, b []byte) { refused(t, s, b) })
	}
}

// What an error says of a key is short, however long the key is.
func TestErrorsAreShort(t *testing.T) {
	key := strings.Repeat("k", 1<<20)
	for _, s := range serializers {
		m := wamp.Message{Type: wamp.Publish, Request: 1, URI: []byte("a"), Fields: []wamp.Field{wamp.Int(key, 1), wamp.Int(key, 1)}}
		if text := refused(t, s, s.Append(nil, &m)); len(text) > 200 {
			t.Errorf("%v: %d octets", s, len(text))
		}
	}
}
