package actors_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// broken is a message that ends the session of who sends it.
type broken struct {
	name string
	b    []byte
	code uint16
}

// nested encodes a message in which "@" stands for so many lists, one in the
// other: more than an encoder writes.
func nested(t *testing.T, s codec.Serializer, depth int, message ...any) []byte {
	t.Helper()
	b, err := s.AppendValue(nil, message)
	if err != nil {
		t.Fatal(err)
	}
	f := map[codec.Serializer]struct{ mark, open, last, end string }{
		codec.JSON: {`"@"`, "[", "[]", "]"}, codec.MessagePack: {"\xa1@", "\x91", "\x90", ""}, codec.CBOR: {"\x61@", "\x81", "\x80", ""},
	}[s]
	lists := strings.Repeat(f.open, depth-1) + f.last + strings.Repeat(f.end, depth-1)
	return bytes.Replace(b, []byte(f.mark), []byte(lists), 1)
}

// brokenMessages returns what no serializer accepts.
func brokenMessages(t *testing.T, s codec.Serializer) []broken {
	t.Helper()
	value := func(v any) []byte {
		b, err := s.AppendValue(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	valid := value([]any{16, 1, wamp.Dict{}, "com.topic", []any{"x"}})
	last := len(valid) - 1
	list := []broken{
		{"empty", nil, 1002},
		{"truncated", valid[:last], 1002},
		{"one octet", valid[:1], 1002},
		{"an octet behind", append(bytes.Clone(valid), valid[last]), 1002},
		{"two in one frame", append(bytes.Clone(valid), valid...), 1002},
		{"no list", value("PUBLISH"), 1002},
		{"empty list", value([]any{}), 1002},
		{"too short", value([]any{16, 1}), 1002},
		{"too long", value([]any{16, 1, wamp.Dict{}, "com.topic", []any{}, wamp.Dict{}, 1, 2, 3, 4, 5}), 1002},
		{"request is text", value([]any{16, "1", wamp.Dict{}, "com.topic"}), 1002},
		{"payload too deep", nested(t, s, 129, 16, 1, wamp.Dict{}, "com.topic", "@"), 1002},
		{"keyword payload too deep", nested(t, s, 128, 16, 1, wamp.Dict{}, "com.topic", []any{}, wamp.Dict{"k": "@"}), 1002},
		{"options too deep", nested(t, s, 32, 16, 1, wamp.Dict{"x": "@"}, "com.topic"), 1002},
		{"unknown option of many levels", nested(t, s, 5000, 16, 1, wamp.Dict{"x": "@"}, "com.topic"), 1002},
	}
	for name, text := range brokenTexts[s] {
		code := uint16(1002)
		if s == codec.JSON && strings.HasPrefix(name, "not UTF-8") {
			code = 1007
		}
		list = append(list, broken{name, []byte(text), code})
	}
	return list
}

// brokenTexts are peculiar to a serializer.
var brokenTexts = map[codec.Serializer]map[string]string{
	codec.JSON: {
		"NaN in the payload":             `[16,1,{},"com.topic",[NaN]]`,
		"leading zero":                   `[16,1,{},"com.topic",[01]]`,
		"control character":              "[16,1,{},\"com.topic\",[\"\n\"]]",
		"key twice":                      `[16,1,{"acknowledge":true,"acknowledge":false},"com.topic"]`,
		"unknown key twice":              `[16,1,{"x":1,"x":2},"com.topic"]`,
		"half a surrogate pair":          `[16,1,{},"com.\ud800"]`,
		"not UTF-8 in the URI":           "[16,1,{},\"com.\xff\"]",
		"not UTF-8 in the payload":       "[16,1,{},\"com.topic\",[\"\xc3\x28\"]]",
		"not UTF-8 in a keyword":         "[16,1,{},\"com.topic\",[],{\"\xed\xa0\x80\":1}]",
		"a bracket too many":             `[16,1,{},"com.topic"]]`,
		"arguments are closed by others": `[16,1,{},"com.topic",[1}]`,
	},
	codec.MessagePack: {
		"0xc1":                        "\x95\x10\x01\x80\xa9com.topic\x91\xc1",
		"binary of 1 GiB":             "\x95\x10\x01\x80\xa9com.topic\x91\xc6\x40\x00\x00\x00abc",
		"text of 4 GiB":               "\x94\x10\x01\x80\xdb\xff\xff\xff\xffcom.topic",
		"list of 4 G items":           "\x95\x10\x01\x80\xa9com.topic\xdd\xff\xff\xff\xff\x01",
		"message of 4 G items":        "\xdd\xff\xff\xff\xff\x10\x01",
		"options of 4 G entries":      "\x94\x10\x01\xdf\xff\xff\xff\xff\xa1a\x01",
		"exclude of 4 G ids":          "\x94\x10\x01\x81\xa7exclude\xdd\xff\xff\xff\xff\x01",
		"key twice":                   "\x94\x10\x01\x82\xa1x\x01\xa1x\x02\xa9com.topic",
		"key of options is no text":   "\x94\x10\x01\x81\x01\x02\xa9com.topic",
		"keyword is no text":          "\x96\x10\x01\x80\xa9com.topic\x90\x81\x01\x02",
		"not UTF-8 in the URI":        "\x94\x10\x01\x80\xa5com.\xff",
		"not UTF-8 in the payload":    "\x95\x10\x01\x80\xa9com.topic\x91\xa2\xc3\x28",
		"request is NaN":              "\x94\x10\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00\x80\xa9com.topic",
		"request is an extension":     "\x94\x10\xd4\x01\x01\x80\xa9com.topic",
		"URI is binary":               "\x94\x10\x01\x80\xc4\x09com.topic",
		"type of an extension is cut": "\x95\x10\x01\x80\xa9com.topic\x91\xc7\x05",
	},
	codec.CBOR: {
		"reserved length":           "\x85\x10\x01\xa0\x69com.topic\x81\x1c",
		"reserved simple value":     "\x85\x10\x01\xa0\x69com.topic\x81\xf8\x01",
		"a lone break":              "\x85\x10\x01\xa0\x69com.topic\x81\xff",
		"binary of 1 GiB":           "\x85\x10\x01\xa0\x69com.topic\x81\x5a\x40\x00\x00\x00abc",
		"text of 16 EiB":            "\x84\x10\x01\xa0\x7b\xff\xff\xff\xff\xff\xff\xff\xffcom.topic",
		"list of many items":        "\x85\x10\x01\xa0\x69com.topic\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x01",
		"message of many items":     "\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x10\x01",
		"options without end":       "\x84\x10\x01\xbf\x61a\x01",
		"tags without end":          "\x85\x10\x01\xa0\x69com.topic\x81" + strings.Repeat("\xc6", 20000),
		"key twice":                 "\x84\x10\x01\xa2\x61x\x01\x61x\x02\x69com.topic",
		"key of options is no text": "\x84\x10\x01\xa1\x01\x02\x69com.topic",
		"keyword is no text":        "\x86\x10\x01\xa0\x69com.topic\x80\xa1\x01\x02",
		"not UTF-8 in the URI":      "\x84\x10\x01\xa0\x65com.\xff",
		"not UTF-8 in the payload":  "\x85\x10\x01\xa0\x69com.topic\x81\x62\xc3\x28",
		"request is NaN":            "\x84\x10\xf9\x7e\x00\xa0\x69com.topic",
		"request is a bignum":       "\x84\x10\xc2\x41\x01\xa0\x69com.topic",
		"URI is binary":             "\x84\x10\x01\xa0\x49com.topic",
	},
}

// A message that cannot be read ends the session of its sender with an ABORT
// (basic profile, "Protocol Errors"). What came before it is handled, even in the
// same write; what comes behind it is not, and nobody else notices.
func TestBrokenMessages(t *testing.T) {
	router := start(t, actors.Config{})
	for _, p := range places(t, router) {
		crowd := seat(t, p)
		for _, k := range kinds {
			for _, bad := range brokenMessages(t, k.serializer) {
				t.Run(fmt.Sprint(p.name, "/", k, "/", bad.name), func(t *testing.T) {
					g := p.member(t, k)
					valid := g.frame(g.encode([]any{16, 1, wamp.Dict{"acknowledge": true}, "com.topic", []any{"first"}}))
					all := append(append(bytes.Clone(valid), g.frame(bad.b)...), valid...)
					if _, err := g.Write(all); err != nil {
						t.Fatal(err)
					}
					g.expect(wamp.Published)
					g.aborted(bad.code)
					crowd.hears("first")
				})
			}
		}
	}
}

// The ABORT reaches a peer that goes on sending: closing a socket with octets
// unread would destroy it on its way.
func TestLastWordArrives(t *testing.T) {
	p := places(t, start(t, actors.Config{}))[1]
	for _, k := range kinds {
		g := p.member(t, k)
		all := g.frame([]byte("nonsense"))
		for len(all) < 900<<10 {
			all = append(all, g.frame(g.encode(publishOf(strings.Repeat("x", 30<<10))))...)
		}
		_, err := g.Write(all)
		g.must(err)
		g.aborted(1002)
	}
}

// Messages right behind HELLO, GOODBYE or ABORT, in the same write.
func TestOneWrite(t *testing.T) {
	router := start(t, actors.Config{})
	for _, p := range places(t, router) {
		for _, k := range kinds {
			t.Run(fmt.Sprint(p.name, "/", k), func(t *testing.T) {
				g := p.guest(t, k)
				write := func(messages ...[]any) {
					t.Helper()
					var all []byte
					for _, m := range messages {
						all = append(all, g.frame(g.encode(m))...)
					}
					_, err := g.Write(all)
					g.must(err)
				}
				again := []any{1, "realm1", publisher}
				acknowledged := []any{16, 1, wamp.Dict{"acknowledge": true}, "com.other"}
				farewell := []any{6, wamp.Dict{}, "wamp.close.normal"}
				write(again, acknowledged, farewell, acknowledged, again, acknowledged, farewell)
				for _, want := range []wamp.MessageType{wamp.Welcome, wamp.Published, wamp.Goodbye, wamp.Welcome, wamp.Published, wamp.Goodbye} {
					g.expect(want)
				}
				write(again, acknowledged, farewell, []any{"nonsense"}, again)
				for _, want := range []wamp.MessageType{wamp.Welcome, wamp.Published, wamp.Goodbye} {
					g.expect(want)
				}
				g.aborted(1002)

				g = p.guest(t, k)
				write(again, []any{36, 1, 1, wamp.Dict{}}, acknowledged, farewell)
				g.expect(wamp.Welcome)
				g.aborted(1002)

				g = p.guest(t, k)
				write(again, []any{3, wamp.Dict{}, "any"}, acknowledged, again)
				g.expect(wamp.Welcome)
				g.closed(1000)
			})
		}
	}
}

// What cannot be read right behind a HELLO, in the same write, ends the session
// that the HELLO began.
func TestBrokenBehindHello(t *testing.T) {
	router := start(t, actors.Config{})
	for _, p := range places(t, router) {
		for _, k := range kinds {
			t.Run(fmt.Sprint(p.name, "/", k), func(t *testing.T) {
				g := p.guest(t, k)
				all := append(g.frame(g.encode([]any{1, "realm1", publisher})), g.frame([]byte("nonsense"))...)
				_, err := g.Write(all)
				g.must(err)
				g.expect(wamp.Welcome)
				g.aborted(1002)
			})
		}
	}
}

// Forms that no encoder of ours writes, but that mean something.
func TestUnusualForms(t *testing.T) {
	good := map[codec.Serializer]map[string]string{
		codec.JSON: {
			"white space":        " [ 16 ,\r\n1\t, { \"acknowledge\" : true } , \"com.topic\" , [ \"x\" ] ] ",
			"escapes":            `[16,1,{"\u0061cknowledge":true},"com.\u0074opic",["\u0078"]]`,
			"float of an id":     `[1.6e1,10e-1,{"acknowledge":true},"com.topic",["x"]]`,
			"a surrogate, alone": `[16,1,{"acknowledge":true},"com.other",["\ud800"]]`,
		},
		codec.MessagePack: {
			"long forms":        "\xdd\x00\x00\x00\x05\xcf\x00\x00\x00\x00\x00\x00\x00\x10\xcd\x00\x01\xde\x00\x01\xdb\x00\x00\x00\x0backnowledge\xc3\xda\x00\x09com.topic\xdc\x00\x01\xd9\x01x",
			"float of an id":    "\x95\xca\x41\x80\x00\x00\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00\x81\xabacknowledge\xc3\xa9com.topic\x91\xa1x",
			"undefined option":  "\x95\x10\x01\x82\xabacknowledge\xc3\xa7exclude\xd4\x00\x00\xa9com.topic\x91\xa1x",
			"numbers for keys":  "\x95\x10\x01\x81\xabacknowledge\xc3\xa9com.other\x91\x81\x01\x02",
			"extension payload": "\x95\x10\x01\x81\xabacknowledge\xc3\xa9com.other\x91\xd6\xff\x00\x00\x00\x01",
		},
		codec.CBOR: {
			"without lengths":  "\x9f\x10\x01\xbf\x7f\x66acknow\x65ledge\xff\xf5\xff\x7f\x64com.\x65topic\xff\x9f\x61x\xff\xff",
			"long forms":       "\x9a\x00\x00\x00\x05\x1b\x00\x00\x00\x00\x00\x00\x00\x10\x19\x00\x01\xb8\x01\x7b\x00\x00\x00\x00\x00\x00\x00\x0backnowledge\xf5\x78\x09com.topic\x98\x01\x78\x01x",
			"half a float":     "\x85\xf9\x4c\x00\xf9\x3c\x00\xa1\x6backnowledge\xf5\x69com.topic\x81\x61x",
			"undefined option": "\x85\x10\x01\xa2\x6backnowledge\xf5\x67exclude\xf7\x69com.topic\x81\x61x",
			"tags":             "\xd9\xd9\xf7\x85\x10\x01\xa1\x6backnowledge\xf5\x69com.other\x81\xc1\x1a\x00\x00\x00\x01",
		},
	}
	router := start(t, actors.Config{})
	for _, p := range places(t, router) {
		crowd := seat(t, p)
		for _, k := range kinds {
			for name, text := range good[k.serializer] {
				t.Run(fmt.Sprint(p.name, "/", k, "/", name), func(t *testing.T) {
					g := p.member(t, k)
					if err := g.SendBytes([]byte(text)); err != nil {
						t.Fatal(err)
					}
					g.expect(wamp.Published)
					if strings.Contains(text, "other") {
						crowd.hears()
						return
					}
					crowd.hears("x")
				})
			}
		}
	}
}

// The last levels that are accepted.
func TestDepth(t *testing.T) {
	p := places(t, start(t, actors.Config{}))[0]
	for _, k := range kinds {
		g, s := p.member(t, k), k.serializer
		for _, b := range [][]byte{
			nested(t, s, 128, 16, 1, wamp.Dict{"acknowledge": true}, "com.topic", "@"),
			nested(t, s, 127, 16, 1, wamp.Dict{"acknowledge": true}, "com.topic", []any{}, wamp.Dict{"k": "@"}),
			nested(t, s, 31, 16, 1, wamp.Dict{"acknowledge": true, "x": "@"}, "com.topic"),
		} {
			if err := g.SendBytes(b); err != nil {
				t.Fatal(err)
			}
			g.expect(wamp.Published)
		}
	}
}
