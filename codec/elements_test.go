package codec_test

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// Elements keep the octets that they came in, also those that have no
// counterpart in Go; keywords are decoded.
func TestSplitPayload(t *testing.T) {
	raw := map[codec.Serializer][]string{ // Arguments; then their elements
		codec.JSON:        {`[ "a" , {"x" : 1e400} ,[ 1 , 2 ] ]`, `"a"`, `{"x" : 1e400}`, `[ 1 , 2 ]`},
		codec.MessagePack: {"93a161" + "81a178d6ff00000000" + "dc00020102", "a161", "81a178d6ff00000000", "dc00020102"},
		codec.CBOR:        {"9f6161" + "a16178c61a00000000" + "820102ff", "6161", "a16178c61a00000000", "820102"},
	}
	for s, row := range raw {
		args := octets(t, s, row[0])
		kwargs := wamp.Dict{"k": []any{int64(1), "v"}}
		both, err := s.AppendPayload(nil, []any{}, kwargs)
		if err != nil {
			t.Fatal(err)
		}
		both.Bytes = bytes.Replace(both.Bytes, emptyOf(t, s), args, 1)
		for _, p := range []wamp.Payload{{Bytes: args, N: 1}, both} {
			got, gotKwargs, err := s.SplitPayload(p)
			if err != nil || len(got) != 3 {
				t.Fatalf("%v: %q, %v", s, got, err)
			}
			for i := range got {
				if want := octets(t, s, row[i+1]); !bytes.Equal(got[i], want) {
					t.Errorf("%v: element %d is %q instead of %q", s, i, got[i], want)
				}
			}
			if want := kwargs; p.N == 2 && !reflect.DeepEqual(gotKwargs, want) {
				t.Errorf("%v: keywords %v", s, gotKwargs)
			}
		}
	}
}

func octets(t *testing.T, s codec.Serializer, text string) []byte {
	t.Helper()
	if s == codec.JSON {
		return []byte(text)
	}
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func emptyOf(t *testing.T, s codec.Serializer) []byte {
	t.Helper()
	b, err := s.AppendValue(nil, []any{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSplitNothing(t *testing.T) {
	for _, s := range serializers {
		args, kwargs, err := s.SplitPayload(wamp.Payload{})
		if args != nil || kwargs != nil || err != nil {
			t.Errorf("%v: %v, %v, %v", s, args, kwargs, err)
		}
		if got := s.AppendList(nil); !bytes.Equal(got, emptyOf(t, s)) {
			t.Errorf("%v: an empty list is %q", s, got)
		}
	}
}

func FuzzSplitJSON(f *testing.F)        { fuzzSplit(f, codec.JSON) }
func FuzzSplitMessagePack(f *testing.F) { fuzzSplit(f, codec.MessagePack) }
func FuzzSplitCBOR(f *testing.F)        { fuzzSplit(f, codec.CBOR) }

// fuzzSplit: a list is split exactly if it is well-formed, and the list that is
// made of its elements splits into the same ones.
func fuzzSplit(f *testing.F, s codec.Serializer) {
	for _, seed := range seeds(f, s) { // a message is a list as well
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		elements, _, err := s.SplitPayload(wamp.Payload{Bytes: b, N: 1})
		if err != nil {
			return
		}
		checkOracle(t, s, b)
		list := s.AppendList(nil, elements...)
		again, _, err := s.SplitPayload(wamp.Payload{Bytes: list, N: 1})
		if err != nil || len(again) != len(elements) {
			t.Fatalf("%q, then %q: %v", b, list, err)
		}
		for i := range again {
			if !bytes.Equal(again[i], elements[i]) {
				t.Fatalf("%q: element %d is %q, then %q", b, i, elements[i], again[i])
			}
		}
	})
}
