package codec_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// undefined is what JavaScript encoders write into maps for it.
var undefined = literal{"null", "d40000", "f7"}

// request returns a message of this type with these options.
func request(mt wamp.MessageType, options any) list {
	switch mt {
	case wamp.Yield, wamp.Cancel, wamp.Interrupt, wamp.Result:
		return list{int(mt), 7, options}
	case wamp.Event, wamp.Invocation:
		return list{int(mt), 7, 8, options}
	}
	return list{int(mt), 7, options, "a.b"}
}

// booleans are the boolean options and the flag of the value that is not the
// default.
var booleans = []struct {
	mt   wamp.MessageType
	key  string
	not  bool // the default
	flag wamp.Flags
}{
	{wamp.Publish, "acknowledge", false, wamp.Acknowledge},
	{wamp.Publish, "exclude_me", true, wamp.IncludeMe},
	{wamp.Publish, "disclose_me", false, wamp.DiscloseMe},
	{wamp.Publish, "retain", false, wamp.Retain},
	{wamp.Subscribe, "get_retained", false, wamp.GetRetained},
	{wamp.Register, "disclose_caller", false, wamp.DiscloseCaller},
	{wamp.Register, "force_reregister", false, wamp.ForceReregister},
	{wamp.Register, "forward_timeout", false, wamp.ForwardTimeout},
	{wamp.Call, "disclose_me", false, wamp.DiscloseMe},
	{wamp.Call, "progress", false, wamp.Progress},
	{wamp.Call, "receive_progress", false, wamp.ReceiveProgress},
	{wamp.Yield, "progress", false, wamp.Progress},
	{wamp.Result, "progress", false, wamp.Progress},
	{wamp.Invocation, "progress", false, wamp.Progress},
	{wamp.Invocation, "receive_progress", false, wamp.ReceiveProgress},
	{wamp.Event, "retained", false, 0},
}

func TestBooleanOptions(t *testing.T) {
	for _, row := range booleans {
		t.Run(row.mt.String()+"/"+row.key, func(t *testing.T) {
			for _, v := range (list{true, false, nil, undefined}) {
				eachSerializer(t, request(row.mt, dict{row.key: v}), func(t *testing.T, s codec.Serializer, b []byte) {
					want := wamp.Flags(0)
					if v == !row.not {
						want = row.flag
					}
					if m := mustParse(t, s, b); m.Flags != want || m.Options != nil {
						t.Errorf("%s: flags %b, want %b", show(s, b), m.Flags, want)
					}
				})
			}
			for _, v := range (list{0, 1, "true", "", list{}, dict{}, 1.0, literal{"", "c40101", "4101"}, literal{"", "", "c6f5"}, literal{"", "d40100", "f0"}}) {
				eachSerializer(t, request(row.mt, dict{row.key: v}), func(t *testing.T, s codec.Serializer, b []byte) {
					if text := refused(t, s, b); !strings.Contains(text, row.key) {
						t.Errorf("%q does not name %s", text, row.key)
					}
				})
			}
		})
	}
}

func TestOptionValues(t *testing.T) {
	type want struct {
		flags   wamp.Flags
		timeout uint64
		options wamp.Options
		match   wamp.Match
		invoke  wamp.Invoke
		mode    wamp.CancelMode
	}
	ids, none, names, nobody := []wamp.ID{1, 1 << 53}, []wamp.ID{}, []string{"é", ""}, []string{}
	for _, row := range []struct {
		mt      wamp.MessageType
		options dict
		want    want
	}{
		{wamp.Publish, dict{"exclude": list{1, 1 << 53}}, want{flags: wamp.Filtered, options: wamp.Options{Receivers: wamp.Receivers{Exclude: ids}}}},
		{wamp.Publish, dict{"eligible": list{1, 1 << 53}}, want{flags: wamp.Filtered, options: wamp.Options{Receivers: wamp.Receivers{Eligible: ids}}}},
		{wamp.Publish, dict{"exclude": list{}, "eligible": nil}, want{flags: wamp.Filtered, options: wamp.Options{Receivers: wamp.Receivers{Exclude: none}}}},
		{wamp.Publish, dict{"eligible": list{}}, want{flags: wamp.Filtered, options: wamp.Options{Receivers: wamp.Receivers{Eligible: none}}}},
		{wamp.Publish, dict{"exclude_authid": list{"é", ""}}, want{flags: wamp.Filtered, options: wamp.Options{Receivers: wamp.Receivers{ExcludeAuthID: names}}}},
		{wamp.Publish, dict{"eligible_authid": list{"é", ""}}, want{flags: wamp.Filtered, options: wamp.Options{Receivers: wamp.Receivers{EligibleAuthID: names}}}},
		{wamp.Publish, dict{"exclude_authrole": list{"é", ""}}, want{flags: wamp.Filtered, options: wamp.Options{Receivers: wamp.Receivers{ExcludeAuthRole: names}}}},
		{wamp.Publish, dict{"eligible_authrole": list{}, "exclude_authrole": undefined}, want{flags: wamp.Filtered, options: wamp.Options{Receivers: wamp.Receivers{EligibleAuthRole: nobody}}}},
		{wamp.Publish, dict{"acknowledge": true, "exclude_me": false, "retain": true}, want{flags: wamp.Acknowledge | wamp.IncludeMe | wamp.Retain}},
		{wamp.Publish, dict{"ppt_scheme": "x_a", "ppt_serializer": "cbor", "ppt_cipher": "c", "ppt_keyid": "k"}, want{flags: wamp.HasPassthru, options: wamp.Options{Passthru: wamp.Passthru{Scheme: "x_a", Serializer: "cbor", Cipher: "c", KeyID: "k"}}}},
		{wamp.Call, dict{"ppt_scheme": ""}, want{}},
		{wamp.Yield, dict{"ppt_scheme": "mqtt", "progress": true}, want{flags: wamp.HasPassthru | wamp.Progress, options: wamp.Options{Passthru: wamp.Passthru{Scheme: "mqtt"}}}},
		{wamp.Yield, dict{"ppt_scheme": nil}, want{}},
		{wamp.Call, dict{"timeout": 1500, "receive_progress": true}, want{flags: wamp.HasTimeout | wamp.ReceiveProgress, timeout: 1500}},
		{wamp.Register, dict{"invoke": "_hash"}, want{invoke: wamp.Hash}},
		{wamp.Register, dict{"invoke": "_least_pending"}, want{invoke: wamp.LeastPending}},
		{wamp.Subscribe, dict{"match": "exact"}, want{}},
		{wamp.Subscribe, dict{"match": "prefix"}, want{match: wamp.Prefix}},
		{wamp.Subscribe, dict{"match": undefined, "get_retained": undefined}, want{}},
		{wamp.Register, dict{"match": "wildcard", "invoke": "roundrobin"}, want{match: wamp.Wildcard, invoke: wamp.RoundRobin}},
		{wamp.Register, dict{"invoke": "sharded"}, want{invoke: wamp.InvokeUnknown}},
		{wamp.Register, dict{"invoke": "unknown"}, want{invoke: wamp.InvokeUnknown}},
		{wamp.Register, dict{"invoke": nil}, want{}},
		{wamp.Register, dict{"concurrency": 3}, want{options: wamp.Options{Concurrency: 3}}},
		{wamp.Register, dict{"concurrency": 1 << 53}, want{options: wamp.Options{Concurrency: 1 << 53}}},
		{wamp.Register, dict{"concurrency": 0}, want{}},
		{wamp.Register, dict{"concurrency": nil}, want{}},
		{wamp.Cancel, dict{"mode": "kill"}, want{mode: wamp.Kill}},
		{wamp.Cancel, dict{"mode": "skip"}, want{mode: wamp.Skip}},
		{wamp.Cancel, dict{"mode": "killnowait"}, want{}},
		{wamp.Cancel, dict{"mode": "KILL"}, want{flags: wamp.UnknownMode}},
		{wamp.Cancel, dict{"mode": nil}, want{}},
		{wamp.Interrupt, dict{"mode": "kill", "reason": "wamp.error.canceled"}, want{mode: wamp.Kill, options: wamp.Options{Reason: "wamp.error.canceled"}}},
	} {
		eachSerializer(t, request(row.mt, row.options), func(t *testing.T, s codec.Serializer, b []byte) {
			m := mustParse(t, s, b)
			got := want{flags: m.Flags, timeout: m.Timeout, match: m.Match, invoke: m.Invoke, mode: m.Mode}
			if m.Options != nil {
				got.options = *m.Options
			}
			if !reflect.DeepEqual(got, row.want) || m.Dict != nil {
				t.Errorf("%s:\n got %+v\nwant %+v", show(s, b), got, row.want)
			}
		})
	}
}

// Known keys with a value of another type are violations that name the key.
func TestOptionTypes(t *testing.T) {
	texts := list{1, true, list{}, dict{}, literal{"", "c40131", "4131"}}
	ids := list{1, "1", dict{}, list{"1"}, list{nil}, list{0}, list{-1}, list{1.5}, list{1, list{}}, list{true}}
	names := list{1, "a", dict{}, list{1}, list{nil}, list{"a", true}, list{list{"a"}}}
	for _, row := range []struct {
		mt     wamp.MessageType
		keys   string
		values list
	}{
		{wamp.Publish, "exclude eligible", ids},
		{wamp.Publish, "exclude_authid exclude_authrole eligible_authid eligible_authrole", names},
		{wamp.Publish, "ppt_scheme ppt_serializer ppt_cipher ppt_keyid", texts},
		{wamp.Call, "ppt_scheme ppt_serializer ppt_cipher ppt_keyid", texts},
		{wamp.Yield, "ppt_scheme ppt_serializer ppt_cipher ppt_keyid", texts},
		{wamp.Subscribe, "match", append(list{"invalid", "", "Exact"}, texts...)},
		{wamp.Register, "match", append(list{"invalid"}, texts...)},
		{wamp.Register, "invoke", texts},
		{wamp.Register, "concurrency", list{"1", -1, 1.5, true, list{}, dict{}}},
		{wamp.Cancel, "mode", texts},
		{wamp.Interrupt, "mode reason", texts},
		{wamp.Event, "publisher", list{"x", 0, -1, true, list{}}},
		{wamp.Event, "publisher_authid publisher_authrole topic", texts},
	} {
		for _, key := range strings.Fields(row.keys) {
			for _, v := range row.values {
				eachSerializer(t, request(row.mt, dict{key: v}), func(t *testing.T, s codec.Serializer, b []byte) {
					if text := refused(t, s, b); !strings.Contains(text, "."+key+" ") {
						t.Errorf("%q does not name %s", text, key)
					}
				})
			}
		}
	}
}

// Keys that the specification does not know, and known ones in other messages,
// are skipped whatever their value is.
func TestUnknownKeys(t *testing.T) {
	for _, mt := range []wamp.MessageType{wamp.Publish, wamp.Subscribe, wamp.Call, wamp.Register, wamp.Yield, wamp.Cancel} {
		options := dict{
			"x_custom": 1, "_internal": list{dict{"deep": list{nil}}}, "transaction_hash": 123, "forward_for": "hello", "enc_algo": dict{},
			"": nil, "ключ": true, "roles": dict{}, "retained": 7, "publisher": "me", "topic": 1,
			"float": 1.5, "nothing": undefined, "ext": literal{"0", "d40500", "c243010203"}, "keys": literal{"{}", "8101c0", "a101f6"},
		}
		if mt != wamp.Register {
			options["invoke"] = 1
			options["concurrency"] = "many"
		}
		if mt != wamp.Cancel {
			options["mode"] = 1
		}
		if mt != wamp.Publish {
			options["exclude"] = "x"
			options["acknowledge"] = 1
		}
		eachSerializer(t, request(mt, options), func(t *testing.T, s codec.Serializer, b []byte) {
			if m := mustParse(t, s, b); m.Flags != 0 || m.Options != nil || m.Dict != nil {
				t.Errorf("%s: %+v", show(s, b), m)
			}
		})
	}
}

// A routing key is text or an integer; whatever else stands there is none, for the
// specification does not know the key.
func TestRoutingKey(t *testing.T) {
	for _, row := range []struct {
		value any
		want  string
	}{
		{"é", "é"}, {9007199254740992, "9007199254740992"}, {2.0, "2"}, {"", ""}, {-1, ""}, {1.5, ""},
		{list{dict{"a": 1}}, ""}, {true, ""}, {nil, ""},
	} {
		eachSerializer(t, request(wamp.Call, dict{"rkey": row.value}), func(t *testing.T, s codec.Serializer, b []byte) {
			got := ""
			if m := mustParse(t, s, b); m.Options != nil {
				got = m.Options.RoutingKey
			}
			if got != row.want {
				t.Errorf("%s: got %q, want %q", show(s, b), got, row.want)
			}
		})
	}
}
