package codec_test

import (
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// fields are the parts of a message that are not payload and not Options.
type fields struct {
	Type, Failed wamp.MessageType
	Request, ID  wamp.ID
	URI          string
	Dict         bool
	N            uint8
}

func fieldsOf(m wamp.Message) fields {
	return fields{m.Type, m.Failed, m.Request, m.ID, string(m.URI), m.Dict != nil, m.Payload.N}
}

// every has one message of every type.
var every = []struct {
	message list
	want    fields
}{
	{list{1, "realm1", dict{"roles": dict{}}}, fields{Type: wamp.Hello, URI: "realm1", Dict: true}},
	{list{1, "", dict{}}, fields{Type: wamp.Hello}},
	{list{2, 1 << 53, dict{"a": 1}}, fields{Type: wamp.Welcome, Request: 1 << 53, Dict: true}},
	{list{3, dict{}, "wamp.close.normal"}, fields{Type: wamp.Abort, URI: "wamp.close.normal"}},
	{list{3, dict{"message": "x"}, "a.b", list{1}, dict{"k": 1}}, fields{Type: wamp.Abort, URI: "a.b", Dict: true, N: 2}},
	{list{4, "wampcra", dict{"challenge": "x"}}, fields{Type: wamp.Challenge, URI: "wampcra", Dict: true}},
	{list{5, "signature", dict{}}, fields{Type: wamp.Authenticate, URI: "signature"}},
	{list{6, dict{}, "wamp.close.normal"}, fields{Type: wamp.Goodbye, URI: "wamp.close.normal"}},
	{list{8, 68, 7, dict{}, "a.b"}, fields{Type: wamp.ErrorMessage, Failed: 68, Request: 7, URI: "a.b"}},
	{list{8, 68, 7, dict{"ppt_scheme": "x"}, "a.b", list{1}}, fields{Type: wamp.ErrorMessage, Failed: 68, Request: 7, URI: "a.b", Dict: true, N: 1}},
	{list{16, 7, dict{}, "a.b", list{1}, dict{"k": 1}}, fields{Type: wamp.Publish, Request: 7, URI: "a.b", N: 2}},
	{list{17, 7, 8}, fields{Type: wamp.Published, Request: 7, ID: 8}},
	{list{32, 7, dict{}, "a.b"}, fields{Type: wamp.Subscribe, Request: 7, URI: "a.b"}},
	{list{33, 7, 8}, fields{Type: wamp.Subscribed, Request: 7, ID: 8}},
	{list{34, 7, 8}, fields{Type: wamp.Unsubscribe, Request: 7, ID: 8}},
	{list{35, 7}, fields{Type: wamp.Unsubscribed, Request: 7}},
	{list{35, 0, dict{"subscription": 8}}, fields{Type: wamp.Unsubscribed, Dict: true}},
	{list{36, 7, 8, dict{}, list{1}}, fields{Type: wamp.Event, ID: 7, Request: 8, N: 1}},
	{list{36, 7, 8, dict{"topic": "a.b"}}, fields{Type: wamp.Event, ID: 7, Request: 8, Dict: true}},
	{list{48, 7, dict{}, "a.b"}, fields{Type: wamp.Call, Request: 7, URI: "a.b"}},
	{list{49, 7, dict{}}, fields{Type: wamp.Cancel, Request: 7}},
	{list{50, 7, dict{}, list{}, dict{"k": 1}}, fields{Type: wamp.Result, Request: 7, N: 2}},
	{list{64, 7, dict{}, "a.b"}, fields{Type: wamp.Register, Request: 7, URI: "a.b"}},
	{list{65, 7, 8}, fields{Type: wamp.Registered, Request: 7, ID: 8}},
	{list{66, 7, 8}, fields{Type: wamp.Unregister, Request: 7, ID: 8}},
	{list{67, 7}, fields{Type: wamp.Unregistered, Request: 7}},
	{list{67, 0, dict{"reason": "a.b"}}, fields{Type: wamp.Unregistered, Dict: true}},
	{list{68, 7, 8, dict{"caller": 9}, list{1}}, fields{Type: wamp.Invocation, Request: 7, ID: 8, Dict: true, N: 1}},
	{list{69, 7, dict{"mode": "kill"}}, fields{Type: wamp.Interrupt, Request: 7}},
	{list{70, 7, dict{"progress": true}, list{1}}, fields{Type: wamp.Yield, Request: 7, N: 1}},
	{list{337, 7}, fields{Type: wamp.EventReceived, Request: 7}},
}

func TestEveryMessage(t *testing.T) {
	for _, row := range every {
		t.Run(row.want.Type.String(), func(t *testing.T) {
			eachSerializer(t, row.message, func(t *testing.T, s codec.Serializer, b []byte) {
				m := mustParse(t, s, b)
				if got := fieldsOf(m); got != row.want {
					t.Errorf("%s:\n got %+v\nwant %+v", show(s, b), got, row.want)
				}
			})
		})
	}
}

// Parse overwrites all of the message.
func TestParseOverwrites(t *testing.T) {
	eachSerializer(t, list{337, 7}, func(t *testing.T, s codec.Serializer, b []byte) {
		old, _ := wire(t, s, list{68, 9, 8, dict{"caller": 9}, list{1}})
		m := mustParse(t, s, old)
		if err := s.Parse(b, &m); err != nil || fieldsOf(m) != (fields{Type: wamp.EventReceived, Request: 7}) {
			t.Errorf("%+v, %v", m, err)
		}
		old, _ = wire(t, s, list{16, 9, dict{"exclude": list{1}}, "a", 7})
		if err := s.Parse(old, &m); err == nil || fieldsOf(m) != (fields{Type: wamp.Publish}) || m.Options != nil {
			t.Errorf("after an error: %+v, %v", m, err)
		}
	})
}

// Up to four further elements are dropped, more are refused, missing ones are
// refused, those that are not what they must be as well.
func TestArity(t *testing.T) {
	for _, row := range every {
		t.Run(row.want.Type.String(), func(t *testing.T) {
			for extra := 1; extra <= 5; extra++ {
				message := withPayload(row.message, row.want.Type)
				for k := 0; k < extra; k++ {
					message = append(message, list{dict{"extra": k}})
				}
				eachSerializer(t, message, func(t *testing.T, s codec.Serializer, b []byte) {
					if extra == 5 {
						if text := refused(t, s, b); !strings.Contains(text, "too many") {
							t.Error(text)
						}
						return
					}
					m := mustParse(t, s, b)
					got := fieldsOf(m)
					if got.Type != row.want.Type || got.Request != row.want.Request || got.URI != row.want.URI {
						t.Errorf("%d further elements: %+v", extra, got)
					}
				})
			}
			for n := 1; n < required(row.want.Type); n++ {
				eachSerializer(t, row.message[:n], func(t *testing.T, s codec.Serializer, b []byte) { refused(t, s, b) })
			}
		})
	}
}

// required is how many elements a message of this type has at least.
func required(mt wamp.MessageType) int {
	switch mt {
	case wamp.EventReceived, wamp.Unsubscribed, wamp.Unregistered:
		return 2
	case wamp.ErrorMessage:
		return 5
	case wamp.Publish, wamp.Subscribe, wamp.Call, wamp.Register, wamp.Event, wamp.Invocation:
		return 4
	}
	return 3
}

// withPayload completes the message with what is optional.
func withPayload(message list, mt wamp.MessageType) list {
	n := required(mt)
	full := append(list{}, message[:n]...)
	switch mt {
	case wamp.Abort, wamp.ErrorMessage, wamp.Publish, wamp.Call, wamp.Yield, wamp.Event, wamp.Invocation, wamp.Result:
		return append(full, list{1}, dict{"k": 1})
	case wamp.Unsubscribed, wamp.Unregistered:
		return append(full, dict{"k": 1})
	}
	return full
}

// Every element is checked for its type.
func TestElementTypes(t *testing.T) {
	values := map[string]any{
		"null": nil, "text": "7", "number": 7, "zero": 0, "negative": -1, "true": true, "list": list{}, "dict": dict{},
		"fraction": 1.5, "large": uint64(1<<53 + 1), "binary": literal{"", "c40131", "4131"}, "tag": literal{"", "", "c107"},
	}
	good := map[any][]string{"id": {"number"}, "text": {"text"}, "dict": {"dict"}}
	for _, row := range every {
		for k := 1; k < required(row.want.Type); k++ {
			want := "id"
			switch row.message[k].(type) {
			case string:
				want = "text"
			case dict:
				want = "dict"
			}
			for name, v := range values {
				if name == good[want][0] || name == "zero" && (row.want.Type == wamp.Unsubscribed || row.want.Type == wamp.Unregistered) {
					continue
				}
				message := append(list{}, row.message...)
				message[k] = v
				t.Run(row.want.Type.String()+"/"+name, func(t *testing.T) {
					eachSerializer(t, message, func(t *testing.T, s codec.Serializer, b []byte) { refused(t, s, b) })
				})
			}
		}
	}
}

// A type that is unknown, or that no message can have, is told and nothing
// else, but the message is validated.
func TestUnknownTypes(t *testing.T) {
	for number, want := range map[any]wamp.MessageType{
		0: 0, 7: 7, 127: 127, 128: 128, 999: 999, 65535: 65535, 65536: 0, 65552: 0, uint64(1 << 63): 0, 9.0: 9,
	} {
		eachSerializer(t, list{number, nil, "x", list{1, 2, 3, 4, 5, 6}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, func(t *testing.T, s codec.Serializer, b []byte) {
			m := mustParse(t, s, b)
			if fieldsOf(m) != (fields{Type: want}) {
				t.Errorf("%v: %+v", number, m)
			}
			refused(t, s, b[:len(b)-1])
			refused(t, s, append(b, b[len(b)-1]))
		})
		eachSerializer(t, list{number}, func(t *testing.T, s codec.Serializer, b []byte) { mustParse(t, s, b) })
	}
	for _, first := range (list{nil, "16", list{16}, dict{}, true, -1, 16.5}) {
		eachSerializer(t, list{first, 7, dict{}, "a.b"}, func(t *testing.T, s codec.Serializer, b []byte) { refused(t, s, b) })
	}
	for _, message := range (list{list{}, dict{}, dict{"16": 1}, 16, "16", nil}) {
		eachSerializer(t, message, func(t *testing.T, s codec.Serializer, b []byte) { refused(t, s, b) })
	}
}
