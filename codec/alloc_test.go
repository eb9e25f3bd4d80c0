package codec_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// Nothing is allocated for messages whose options are empty or boolean or a
// timeout, whose keys are unknown, or whose details stay bytes.
func TestNoAllocations(t *testing.T) {
	payload := list{"some text", 1.5, list{dict{"k": nil}}}
	for _, message := range []list{
		{16, 7, dict{}, "com.example.topic", payload, dict{"k": 1}},
		{16, 7, dict{}, "com.example.topic", nil, dict{"k": 1}},
		{16, 7, dict{"acknowledge": true, "exclude_me": false, "retain": nil, "disclose_me": true, "x_custom": list{1}}, "com.example.topic", payload},
		{48, 7, dict{"receive_progress": true, "progress": false, "disclose_me": true}, "com.example.procedure", payload},
		{48, 7, dict{"timeout": 1500}, "com.example.procedure", payload},
		{70, 7, dict{"progress": true}, payload},
		{32, 7, dict{"match": "prefix", "get_retained": true}, "com.example."},
		{64, 7, dict{"match": "wildcard", "invoke": "roundrobin", "force_reregister": true}, "com..example"},
		{49, 7, dict{"mode": "killnowait"}}, {34, 7, 8}, {66, 7, 8.0}, {36, 7, 8, dict{"topic": "com.example", "publisher": 9}, payload},
		{68, 7, 8, dict{"receive_progress": true}, payload}, {50, 7, dict{}, payload}, {8, 68, 7, dict{"x": 1}, "com.example.error", payload},
		{1, "realm1", dict{"roles": dict{"caller": dict{"features": dict{"call_canceling": true}}}}},
	} {
		eachSerializer(t, message, func(t *testing.T, s codec.Serializer, b []byte) {
			var m wamp.Message
			if n := testing.AllocsPerRun(100, func() {
				if err := s.Parse(b, &m); err != nil {
					t.Fatal(err)
				}
			}); n != 0 {
				t.Errorf("Parse of %s: %v allocations", show(s, b), n)
			}
			m.Fields = []wamp.Field{wamp.Int("publisher", 7), wamp.Text("topic", "com.example"), wamp.True("retained")}
			dst := make([]byte, 0, s.Size(&m))
			if n := testing.AllocsPerRun(100, func() {
				if out := s.Append(dst, &m); len(out) != s.Size(&m) {
					t.Fatal("wrong size")
				}
			}); n != 0 {
				t.Errorf("Append of %s: %v allocations", show(s, b), n)
			}
		})
	}
}

// The fast paths take the messages that they are there for, as other encoders
// write them.
func TestFastPaths(t *testing.T) {
	for _, message := range []list{
		{16, 7, dict{}, "com.example.topic", list{1}, dict{"k": 1}}, {16, 7, dict{}, "com.example.topic"}, {16, 7, dict{}, "é", list{}},
		{16, 1 << 40, dict{"acknowledge": true}, "com.example.topic", list{1}}, {48, 7, dict{"timeout": 5}, "a", list{}, dict{}},
		{70, 7, dict{}, list{1}}, {36, 7, 8, dict{}, list{1}}, {68, 7, 8, dict{}, list{1}}, {50, 7, dict{}, list{1}},
		{8, 68, 7, dict{}, "a"}, {34, 7, 8}, {1, "realm1", dict{"roles": dict{}}},
	} {
		eachSerializer(t, message, func(t *testing.T, s codec.Serializer, b []byte) {
			if !s.ParseFast(b, new(wamp.Message)) {
				t.Errorf("%v: %s goes the slow way", s, show(s, b))
			}
		})
	}
}
