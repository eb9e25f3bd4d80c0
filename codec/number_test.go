package codec_test

import (
	"math"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// integers are encodings of integers; want 0 means that the value is no id.
var integers = []struct {
	name string
	v    literal
	want wamp.ID
}{
	{"one", literal{"1", "01", "01"}, 1},
	{"float of one", literal{"1.0", "cb3ff0000000000000", "fb3ff0000000000000"}, 1},
	{"float32", literal{"1e0", "ca3f800000", "fa3f800000"}, 1},
	{"float16", literal{"", "", "f93c00"}, 1},
	{"smallest float16 integer", literal{"", "", "f94000"}, 2},
	{"largest float16", literal{"", "", "f97bff"}, 65504},
	{"exponent", literal{"1e3", "", ""}, 1000},
	{"negative exponent", literal{"15000E-3", "", ""}, 15},
	{"point and exponent", literal{"1.50e1", "", ""}, 15},
	{"zeros behind the point", literal{"20.000000000000000000000000000", "", ""}, 20},
	{"zeros in front", literal{"0.00000000000000000000005e23", "", ""}, 5},
	{"plus", literal{"2E+00002", "", ""}, 200},
	{"not the shortest, 8 bit", literal{"", "cc01", "1801"}, 1},
	{"not the shortest, 16 bit", literal{"", "cd0001", "190001"}, 1},
	{"not the shortest, 32 bit", literal{"", "ce00000001", "1a00000001"}, 1},
	{"not the shortest, 64 bit", literal{"", "cf0000000000000001", "1b0000000000000001"}, 1},
	{"signed 8 bit", literal{"", "d001", ""}, 1},
	{"signed 16 bit", literal{"", "d10001", ""}, 1},
	{"signed 32 bit", literal{"", "d200000001", ""}, 1},
	{"signed 64 bit", literal{"", "d30000000000000001", ""}, 1},
	{"largest", literal{"9007199254740992", "cf0020000000000000", "1b0020000000000000"}, 1 << 53},
	{"largest as float", literal{"9007199254740992.0", "cb4340000000000000", "fb4340000000000000"}, 1 << 53},
	{"largest by exponent", literal{"9.007199254740992e15", "", ""}, 1 << 53},

	{"one too many", literal{"9007199254740993", "cf0020000000000001", "1b0020000000000001"}, 0},
	{"one too many as float", literal{"9007199254740993.0", "", ""}, 0},
	{"next float", literal{"9007199254740994.0", "cb4340000000000001", "fb4340000000000001"}, 0},
	{"a bit more than the largest", literal{"9007199254740992.0000000001", "", ""}, 0},
	{"zero", literal{"0", "00", "00"}, 0},
	{"float of zero", literal{"0.0", "cb0000000000000000", "f90000"}, 0},
	{"negative zero", literal{"-0", "cb8000000000000000", "f98000"}, 0},
	{"negative", literal{"-1", "ff", "20"}, 0},
	{"negative float", literal{"-1.0", "cbbff0000000000000", "f9bc00"}, 0},
	{"negative 8 bit", literal{"", "d0ff", "3800"}, 0},
	{"fraction", literal{"1.5", "cb3ff8000000000000", "f93e00"}, 0},
	{"small fraction", literal{"1.00000000000000000000000000001", "", ""}, 0},
	{"tiny", literal{"1e-1", "", ""}, 0},
	{"subnormal", literal{"1e-999999999999", "", "f90001"}, 0},
	{"uint64", literal{"18446744073709551615", "cfffffffffffffffff", "1bffffffffffffffff"}, 0},
	{"2^64+1", literal{"18446744073709551617", "", ""}, 0},
	{"2^64 times 10 + 1", literal{"184467440737095516161", "", ""}, 0},
	{"2^64 as float", literal{"", "cb43f0000000000000", "fb43f0000000000000"}, 0},
	{"1e400", literal{"1e400", "", ""}, 0},
	{"exponent of many digits", literal{"1e99999999999999999999999", "", ""}, 0},
	{"infinity", literal{"", "cb7ff0000000000000", "f97c00"}, 0},
	{"negative infinity", literal{"", "caff800000", "f9fc00"}, 0},
	{"NaN", literal{"", "cb7ff8000000000000", "f97e00"}, 0},
	{"bignum", literal{"", "", "c24101"}, 0},
}

func TestIntegers(t *testing.T) {
	for _, row := range integers {
		t.Run(row.name, func(t *testing.T) {
			for _, message := range []list{
				{17, row.v, 5}, {16, 5, dict{"eligible": list{row.v}}, "a"}, {16, 5, dict{"exclude": list{3, row.v, 4}}, "a"},
			} {
				eachSerializer(t, message, func(t *testing.T, s codec.Serializer, b []byte) {
					if row.want == 0 {
						refused(t, s, b)
						return
					}
					m := mustParse(t, s, b)
					got := m.Request
					if m.Options != nil && m.Options.Eligible != nil {
						got = m.Options.Eligible[0]
					} else if m.Options != nil {
						got = m.Options.Exclude[1]
					}
					if got != row.want {
						t.Errorf("%s: %d, want %d", show(s, b), got, row.want)
					}
				})
			}
		})
	}
}

// The timeout is any integer that is not negative; what is out of range
// saturates and the router clamps it.
func TestTimeout(t *testing.T) {
	for _, row := range []struct {
		v    any
		want uint64
		ok   bool
	}{
		{0, 0, true}, {1, 1, true}, {1500.0, 1500, true}, {nil, 0, true}, {uint64(1 << 60), 1 << 60, true},
		{literal{"1e400", "cb43f0000000000000", "fb43f0000000000000"}, math.MaxUint64, true},
		{literal{"18446744073709551616", "", ""}, math.MaxUint64, true},
		{literal{"-0.0", "cb8000000000000000", "f98000"}, 0, true},
		{-1, 0, false}, {1.5, 0, false}, {"1", 0, false}, {true, 0, false}, {list{}, 0, false}, {literal{"", "cb7ff0000000000000", "f97c00"}, 0, false},
	} {
		eachSerializer(t, list{48, 1, dict{"timeout": row.v}, "a"}, func(t *testing.T, s codec.Serializer, b []byte) {
			if !row.ok {
				if text := refused(t, s, b); !strings.Contains(text, "timeout") {
					t.Error(text)
				}
				return
			}
			m := mustParse(t, s, b)
			if m.Timeout != row.want || m.Flags.Has(wamp.HasTimeout) != (row.want > 0) || m.Options != nil {
				t.Errorf("%s: timeout %d, flags %b", show(s, b), m.Timeout, m.Flags)
			}
		})
	}
}
