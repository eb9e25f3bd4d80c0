package span_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/codec/span"
	"pgregory.net/rapid"
)

func TestSkipJSON(t *testing.T) {
	for _, c := range []struct {
		text string
		end  int
	}{
		{`1`, 1}, {`-0`, 2}, {`-0.5e+7,`, 7}, {`1e400`, 5}, {`"a"`, 3}, {`"\u00e9\ud800"`, 14}, {`{} `, 2}, {"[\n1\t,\r2 ]", 9},
		{`{"a" : [ ] , "b":null}x`, 22}, {`"é☃😀"`, 11}, {"\"\x7f\"", 3},
		{``, -1}, {` 1`, -1}, {`01`, -1}, {`-`, -1}, {`-01`, -1}, {`+1`, -1}, {`.5`, -1}, {`1.`, -1}, {`1e`, -1}, {`1e+`, -1},
		{`NaN`, -1}, {`nan`, -1}, {`Infinity`, -1}, {`-Infinity`, -1}, {`nul`, -1}, {`True`, -1}, {`undefined`, -1},
		{"\"\n\"", -1}, {"\"\x00\"", -1}, {"\"\x1f\"", -1}, {`"`, -1}, {`"\`, -1}, {`"\x"`, -1}, {`"\u12"`, -1}, {`"\u12g4"`, -1},
		{`[1,]`, -1}, {`[,1]`, -1}, {`[1 2]`, -1}, {`[`, -1}, {`[1`, -1}, {`]`, -1}, {`[}`, -1}, {`[1}`, -1}, {`{1:2}`, -1}, {`{"a"}`, -1},
		{`{"a":}`, -1}, {`{"a":1,}`, -1}, {`{,}`, -1}, {`{"a" 1}`, -1}, {`{"a":1]`, -1}, {`{a:1}`, -1}, {`'a'`, -1}, {`{"a":1 "b":2}`, -1},
		{"\"\xff\"", -1}, {"\"\xc3\"", -1}, {"\"\xed\xa0\x80\"", -1}, {"\"\xc0\xaf\"", -1}, {"\"\xf4\x90\x80\x80\"", -1},
		{"\ufeff1", -1}, {"[1\u00a0]", -1}, {"\v1", -1},
	} {
		if got := span.SkipJSON([]byte(c.text), 0, span.MaxDepth); got != c.end {
			t.Errorf("%q: %d, want %d", c.text, got, c.end)
		}
		padded := []byte("[" + c.text) // the same behind other bytes
		if got := span.SkipJSON(padded, 1, span.MaxDepth); max(got-1, -1) != c.end {
			t.Errorf("%q from 1: %d, want %d", c.text, got, c.end+1)
		}
	}
}

func TestSkipBinary(t *testing.T) {
	for name, table := range map[string]struct {
		skip      func([]byte, int, int) int
		good, bad string
	}{
		"msgpack": {span.SkipMessagePack,
			"00 7f e0 ff c0 c2 c3 cc00 cd0000 ce00000000 cf0000000000000000 d0ff d1ffff d2ffffffff d3ffffffffffffffff ca7fc00000 " +
				"cb7ff8000000000000 a0 a161 a2c3a9 d900 d90161 da000161 db0000000161 c400 c401ff c50001ff c600000001ff " +
				"90 9101 dc000101 dd0000000101 80 810101 8193010203c0 de00010101 df000000010101 d400ff d80000000000000000000000000000000000 " +
				"c70000 c70205ffff c8000105ff c90000000105ff",
			"c1 91c1 a1 a2c3 a1ff a3eda080 d9 d901 d901ff da00 da0001 db000000 dbffffffff c4 c401 c6ffffffff dd dd00000002c0 ddffffffff dfffffffff " +
				"df8000000000 dc0001 de000101 81 8101 91 cc cd00 ce000000 cf00000000000000 ca000000 cb00000000000000 d4 d400 d800 c7 c70105 c9ffffffff05"},
		"cbor": {span.SkipCBOR,
			"00 17 1818 1800 190000 1a00000000 1bffffffffffffffff 20 37 3bffffffffffffffff 40 41ff 5801ff 590001ff 5a00000001ff 5b0000000000000001ff " +
				"60 6161 62c3a9 780161 80 8101 980101 99000100 a0 a10101 a1810102 b8010101 c000 c1c200 d81800 d9d9f700 f4 f5 f6 f7 e0 f3 f820 f8ff f97e00 " +
				"fa7fc00000 fb7ff8000000000000 5fff 5f41ff40ff 7fff 7f6161ff 9fff 9f01ff 9f9fffff bfff bf0102ff bf9fff02ff",
			"18 19 1900 1a000000 1b00000000000000 1c 1d 1e 1f 3c 3f 5c 7d 9e bc dc dd de df fc fd fe ff f800 f818 f81f f8 f900 fa000000 fb00000000000000 " +
				"41 61 61ff 62c3 63eda080 5bffffffffffffffff 7b8000000000000000 81 8201 9bffffffffffffffff a1 a101 bb8000000000000000 bbffffffffffffffff c0 c1 " +
				"5f 5f41ff 5f6161ff 5f5f41ffffff 5f00ff 7f 7f4161ff 7f61c361a9ff 7f7f6161ffff 9f 9f01 bf01ff bf 81ff a1ff00 c0ff 9f9fff"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range strings.Fields(table.good) {
				b, err := hex.DecodeString(s)
				if err != nil {
					t.Fatal(s, err)
				}
				if got := table.skip(append(b[:len(b):len(b)], 0, 0, 0), 0, span.MaxDepth); got != len(b) {
					t.Errorf("%s: %d, want %d", s, got, len(b))
				}
			}
			for _, s := range strings.Fields(table.bad) {
				b, err := hex.DecodeString(s)
				if err != nil {
					t.Fatal(s, err)
				}
				if got := table.skip(b, 0, span.MaxDepth); got != -1 {
					t.Errorf("%s: %d, want -1", s, got)
				}
			}
		})
	}
}

// nested are n levels of lists or dictionaries around one value.
var nested = map[string]func(n int) (open, end string){
	"json list":     func(n int) (string, string) { return strings.Repeat("[", n), strings.Repeat("]", n) },
	"json dict":     func(n int) (string, string) { return strings.Repeat(`{"":`, n), strings.Repeat("}", n) },
	"msgpack list":  func(n int) (string, string) { return strings.Repeat("\x91", n), "" },
	"msgpack wide":  func(n int) (string, string) { return strings.Repeat("\xdd\x00\x00\x00\x01", n), "" },
	"msgpack dict":  func(n int) (string, string) { return strings.Repeat("\x81\x01", n), "" },
	"msgpack key":   func(n int) (string, string) { return strings.Repeat("\x81", n), strings.Repeat("\x01", n) },
	"cbor list":     func(n int) (string, string) { return strings.Repeat("\x81", n), "" },
	"cbor dict":     func(n int) (string, string) { return strings.Repeat("\xa1\x01", n), "" },
	"cbor open":     func(n int) (string, string) { return strings.Repeat("\x9f", n), strings.Repeat("\xff", n) },
	"cbor opendict": func(n int) (string, string) { return strings.Repeat("\xbf\x01", n), strings.Repeat("\xff", n) },
	"cbor tag":      func(n int) (string, string) { return strings.Repeat("\xc6", n), "" },
}

func TestDepthIsExact(t *testing.T) {
	leaves := map[string][]string{
		"json": {"1", "[]", "{}", `[1,[2]]`}, "msgpack": {"\x01", "\x90", "\x80", "\x92\x01\x91\x02"},
		"cbor": {"\x01", "\x80", "\xbf\xff", "\x82\x01\x81\x02"},
	}
	levels := []int{0, 1, 1, 2}
	for name, nest := range nested {
		serializer, _, _ := strings.Cut(name, " ")
		for k, leaf := range leaves[serializer] {
			for _, depth := range []int{2, span.MaxOptionsDepth, 64, 65, span.MaxDepth} {
				t.Run(fmt.Sprintf("%s/%d/%d", name, k, depth), func(t *testing.T) {
					open, end := nest(depth - levels[k])
					fits := []byte(open + leaf + end)
					open, end = nest(depth - levels[k] + 1)
					deeper := []byte(open + leaf + end)
					skip := skipOf(serializer)
					if got := skip(fits, 0, depth); got != len(fits) {
						t.Errorf("%d levels: %d, want %d", depth, got, len(fits))
					}
					if got := skip(deeper, 0, depth); got != -1 {
						t.Errorf("%d levels passed as %d", depth+1, depth)
					}
					if got := skip(deeper, 0, 1000); depth == span.MaxDepth && got != -1 {
						t.Errorf("more than MaxDepth passed")
					}
				})
			}
		}
	}
}

func skipOf(name string) func([]byte, int, int) int {
	for _, s := range serializers {
		if s.name == name {
			return s.skip
		}
	}
	panic(name)
}

func TestSkipDoesNotAllocate(t *testing.T) {
	for _, s := range serializers {
		for _, c := range cases {
			b, err := s.encode(message(c.kind, c.size))
			if err != nil {
				t.Fatal(err)
			}
			if n := testing.AllocsPerRun(10, func() { s.skip(b, 0, span.MaxDepth) }); n != 0 {
				t.Errorf("%s/%s%d: %v allocations", s.name, c.kind, c.size, n)
			}
		}
	}
}

// values draws what all three serializers can say.
func values(levels int) *rapid.Generator[any] {
	leaf := rapid.OneOf(
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Int64().AsAny(), rapid.Uint64().AsAny(),
		rapid.Float64Range(-1e300, 1e300).AsAny(), rapid.String().AsAny(), rapid.SliceOfN(rapid.Byte(), 0, 300).AsAny(),
	)
	if levels == 0 {
		return leaf
	}
	inner := values(levels - 1)
	return rapid.OneOf(leaf, rapid.SliceOfN(inner, 0, 20).AsAny(), rapid.MapOfN(rapid.String(), inner, 0, 20).AsAny())
}

// TestSkipIsExact: the whole value is skipped, whatever follows it; no part from
// its start is a value, unless it is a number in JSON.
func TestSkipIsExact(t *testing.T) {
	for _, s := range serializers {
		t.Run(s.name, rapid.MakeCheck(func(t *rapid.T) {
			v := values(3).Draw(t, "value")
			b, err := s.encode(v)
			if err != nil {
				t.Fatal(err)
			}
			tail := rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "tail")
			if s.name == "json" {
				tail = append([]byte(","), tail...)
			}
			if end := s.skip(append(b[:len(b):len(b)], tail...), 0, span.MaxDepth); end != len(b) {
				t.Fatalf("%x %x: %d", b, tail, end)
			}
			cut := rapid.IntRange(0, len(b)-1).Draw(t, "cut")
			if end := s.skip(b[:cut:cut], 0, span.MaxDepth); end >= 0 && !(s.name == "json" && strings.ContainsRune("-0123456789", rune(b[0]))) {
				t.Fatalf("%x: a part of %x is a value", b[:cut], b)
			}
		}))
	}
}
