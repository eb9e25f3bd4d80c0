package codec_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

func TestDecodeValue(t *testing.T) {
	for _, row := range []struct {
		v    literal
		want any
	}{
		{null, nil},
		{undefined, nil},
		{literal{"true", "c3", "f5"}, true},
		{literal{"false", "c2", "f4"}, false},
		{literal{"0", "00", "00"}, int64(0)},
		{literal{"-1", "ff", "20"}, int64(-1)},
		{literal{"-0", "d000", ""}, int64(0)},
		{literal{"9223372036854775807", "cf7fffffffffffffff", "1b7fffffffffffffff"}, int64(math.MaxInt64)},
		{literal{"9223372036854775808", "cf8000000000000000", "1b8000000000000000"}, uint64(1 << 63)},
		{literal{"18446744073709551615", "cfffffffffffffffff", "1bffffffffffffffff"}, uint64(math.MaxUint64)},
		{literal{"-9223372036854775808", "d38000000000000000", "3b7fffffffffffffff"}, int64(math.MinInt64)},
		{literal{"18446744073709551616", "", ""}, float64(1 << 64)},
		{literal{"-18446744073709551616", "", "3bffffffffffffffff"}, -float64(1 << 64)},
		{literal{"1.0", "ca3f800000", "f93c00"}, 1.0},
		{literal{"1.5", "cb3ff8000000000000", "fa3fc00000"}, 1.5},
		{literal{"1e2", "", "fb4059000000000000"}, 100.0},
		{literal{"", "", "f90001"}, math.Ldexp(1, -24)},
		{literal{"", "", "f9c000"}, -2.0},
		{literal{"", "ca7f800000", "f97c00"}, math.Inf(1)},
		{literal{`"a"`, "a161", "7f6161ff"}, "a"},
		{literal{`"\ud83d\ude00\ud800x"`, "", ""}, "😀\ufffdx"},
		{literal{`"\u0000AQID"`, "c403010203", "43010203"}, []byte{1, 2, 3}},
		{literal{`"\u0000"`, "c400", "5fff"}, []byte{}},
		{literal{`"\u0000AQID"`, "c50003010203", "5f410142 0203ff"}, []byte{1, 2, 3}},
		{literal{`"\u0000AQI"`, "", ""}, "\x00AQI"},
		{literal{`"\u0000AQ=="`, "", ""}, []byte{1}},
		{literal{"[]", "90", "9fff"}, []any{}},
		{literal{" [ 1 , [ ] ] ", "920190", "82019fff"}, []any{int64(1), []any{}}},
		{literal{` { "a" : { } } `, "81a16180", "a16161bfff"}, wamp.Dict{"a": wamp.Dict{}}},
		{literal{`{"\u0061":1}`, "", "bf7f6161ff01ff"}, wamp.Dict{"a": int64(1)}},
		{literal{"", "", "c1d9d9f7a1616bc243010000"}, wamp.Dict{"k": []byte{1, 0, 0}}},
		{literal{"", "", "82c10282c103c6c6f6"}, []any{int64(2), []any{int64(3), nil}}},
	} {
		row.v.cbor = string(bytes.ReplaceAll([]byte(row.v.cbor), []byte(" "), nil))
		for _, s := range serializers {
			if row.v.of(s) == "" {
				continue
			}
			if got, err := s.DecodeValue(row.v.octets(t, s)); err != nil || !reflect.DeepEqual(got, row.want) {
				t.Errorf("%v %s: %#v, %v, want %#v", s, row.v.of(s), got, err, row.want)
			}
		}
	}
}

func TestUndecodable(t *testing.T) {
	for _, v := range []literal{
		{" ", "c1", "ff"}, {"[1]x", "910101", "810101"}, {"[1", "92", "9f01"}, {"01", "cc", "18"}, {"1e400", "d60000000000", "f0"}, {"nul", "d501", "f8ff"},
		{`{"a":1,"a":2}`, "82a16101a16102", "a2616101616102"}, {`{"a":1,"\u0061":2}`, "8101c0", "a10102"}, {`[{"a":[],"a":[]}]`, "9182a16190a16190", "81a2616180616180"},
		{`{1:2}`, "81c4016101", "a1416101"}, {`{"a"}`, "81a161", "bf6161ff"}, {`"` + "\xff" + `"`, "a1ff", "61ff"}, {`{"\ud800":1}`, "c7", "c1"}, {"[,]", "91", "81"},
	} {
		for _, s := range serializers {
			got, err := s.DecodeValue(v.octets(t, s))
			var failure *wamp.Error
			if !errors.As(err, &failure) || failure.URI != wamp.ErrInvalidArgument || got != nil {
				t.Errorf("%v %s: %v, %v", s, v.of(s), got, err)
			}
			for _, p := range []wamp.Payload{{N: 1, Bytes: v.octets(t, s)}, {N: 2, Bytes: v.octets(t, s)}, {N: 2, Bytes: append(emptyList.octets(t, s), v.octets(t, s)...)}} {
				if args, kwargs, err := s.DecodePayload(p); err == nil || args != nil || kwargs != nil {
					t.Errorf("%v payload %s: %v, %v", s, v.of(s), args, kwargs)
				}
			}
		}
	}
}

func TestDecodeDict(t *testing.T) {
	for _, s := range serializers {
		for _, none := range [][]byte{nil, {}} {
			if d, err := s.DecodeDict(none); err != nil || d == nil || len(d) > 0 {
				t.Errorf("%v: %v, %v", s, d, err)
			}
		}
		if d, err := s.DecodeDict(oneDict.octets(t, s)); err != nil || !reflect.DeepEqual(d, wamp.Dict{"k": int64(1)}) {
			t.Errorf("%v: %v, %v", s, d, err)
		}
		for _, v := range []literal{oneList, null} {
			if d, err := s.DecodeDict(v.octets(t, s)); err == nil {
				t.Errorf("%v: %v", s, d)
			}
		}
	}
}

// Values come back as they were, in every serializer.
func TestValues(t *testing.T) {
	for _, s := range serializers {
		t.Run(s.String(), func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				v := drawValue(rt, 5)
				b, err := s.AppendValue([]byte("x"), v)
				if err != nil || b[0] != 'x' {
					rt.Fatalf("%v: %v", v, err)
				}
				b = b[1:]
				checkOracle(rt, s, b)
				if again, _ := s.AppendValue(nil, v); !bytes.Equal(b, again) {
					rt.Fatalf("%x and %x", b, again)
				}
				got, err := s.DecodeValue(b)
				if err != nil || !reflect.DeepEqual(got, v) {
					rt.Fatalf("%#v, %v, want %#v", got, err, v)
				}
			})
		})
	}
}

func TestPayloads(t *testing.T) {
	for _, s := range serializers {
		t.Run(s.String(), func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				args, kwargs := drawList(rt, 3), drawDict(rt, 3)
				p, err := s.AppendPayload(make([]byte, 3, 4096), args, kwargs)
				if err != nil {
					rt.Fatal(err)
				}
				want := uint8(0)
				if len(kwargs) > 0 {
					want = 2
				} else if len(args) > 0 {
					want = 1
				}
				gotArgs, gotKwargs, err := s.DecodePayload(p)
				if p.N != want || err != nil || len(gotArgs) != len(args) || len(gotKwargs) != len(kwargs) {
					rt.Fatalf("%d %q: %v, %v, %v", p.N, p.Bytes, gotArgs, gotKwargs, err)
				}
				if len(args) > 0 && !reflect.DeepEqual(gotArgs, args) || len(kwargs) > 0 && !reflect.DeepEqual(gotKwargs, kwargs) {
					rt.Fatalf("%v, %v", gotArgs, gotKwargs)
				}
			})
		})
	}
}

func TestAppendValue(t *testing.T) {
	for _, row := range []struct {
		v    any
		want literal
	}{
		{7, literal{"7", "07", "07"}},
		{int64(-33), literal{"-33", "d0df", "3820"}},
		{uint32(7), literal{"7", "07", "07"}},
		{wamp.ID(300), literal{"300", "cd012c", "19012c"}},
		{wamp.URI("a"), literal{`"a"`, "a161", "6161"}},
		{[]string{"a", "b"}, literal{`["a","b"]`, "92a161a162", "8261616162"}},
		{[]wamp.ID{1, 2}, literal{"[1,2]", "920102", "820102"}},
		{[]wamp.Dict{{"b": 1, "a": nil}}, literal{`[{"a":null,"b":1}]`, "9182a161c0a16201", "81a26161f6616201"}},
		{3.0, literal{"3.0", "cb4008000000000000", "fb4008000000000000"}},
		{1e300, literal{"1e+300", "cb7e37e43c8800759c", "fb7e37e43c8800759c"}},
		{float32(0.5), literal{"0.5", "cb3fe0000000000000", "fb3fe0000000000000"}},
		{[]byte{1, 2, 3}, literal{`"\u0000AQID"`, "c403010203", "43010203"}},
		{[]any(nil), literal{"[]", "90", "80"}},
		{"\"\\/\x00\x1f\x7f\u2028<é😀", literal{`"\"\\/\u0000\u001f` + "\x7f\u2028<é😀\"", "b0225c2f001f7fe280a83cc3a9f09f9880", "70225c2f001f7fe280a83cc3a9f09f9880"}},
	} {
		for _, s := range serializers {
			if got, err := s.AppendValue(nil, row.v); err != nil || !bytes.Equal(got, row.want.octets(t, s)) {
				t.Errorf("%v %v: %s, %v", s, row.v, show(s, got), err)
			}
		}
	}
	deep := any(nil)
	for range 129 {
		deep = []any{deep}
	}
	for _, v := range []any{struct{}{}, deep, []any{deep}, wamp.Dict{"a": make(chan int)}, []any{complex(1, 1)}} {
		for _, s := range serializers {
			got, err := s.AppendValue([]byte("x"), v)
			var failure *wamp.Error
			if !errors.As(err, &failure) || failure.URI != wamp.ErrInvalidArgument || string(got) != "x" {
				t.Errorf("%v: %q, %v", s, got, err)
			}
			if p, err := s.AppendPayload(nil, []any{v}, nil); err == nil || p.N != 0 {
				t.Errorf("%v: payload %v", s, p)
			}
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if _, err := codec.JSON.AppendValue(nil, f); err == nil {
			t.Errorf("JSON has %v", f)
		}
	}
}

// Octets that are not UTF-8 do not make JSON malformed, and the size is right.
func TestInvalidTextInJSON(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		uri := rapid.SliceOf(rapid.Byte()).Draw(rt, "uri")
		m := wamp.Message{Type: wamp.Hello, URI: uri}
		b := codec.JSON.Append(nil, &m)
		if len(b) != codec.JSON.Size(&m) {
			rt.Fatalf("Size is %d, appended %d", codec.JSON.Size(&m), len(b))
		}
		checkOracle(rt, codec.JSON, b)
		var want, got string
		text, _ := json.Marshal(string(uri))
		if err := json.Unmarshal(text, &want); err != nil {
			rt.Fatal(err)
		}
		if err := codec.JSON.Parse(b, &m); err != nil {
			rt.Fatal(err)
		}
		if got = string(m.URI); got != want {
			rt.Fatalf("%q, want %q", got, want)
		}
	})
}
