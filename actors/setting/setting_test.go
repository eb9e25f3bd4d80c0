package setting_test

import (
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors/setting"
	"pgregory.net/rapid"
)

type all struct {
	On       bool              `yaml:"on"`
	Count    int               `yaml:"count" range:"-1..10"`
	Small    uint8             `yaml:"small"`
	Part     float64           `yaml:"part" range:"0..1"`
	Size     int               `yaml:"size" unit:"bytes" range:"1KiB..1GiB"`
	Wait     time.Duration     `yaml:"wait" range:"1ms.."`
	Word     word              `yaml:"word" values:"a, b"`
	Text     string            `yaml:"text"`
	Network  netip.Prefix      `yaml:"network"`
	List     []inner           `yaml:"list"`
	Levels   map[string]int    `yaml:"levels" range:"0..5"`
	Inner    inner             `yaml:"inner"`
	Unnamed  int               // no key
	Excluded map[string]string `yaml:"-"`
}

type inner struct {
	Count int `yaml:"count" range:"1..2"`
}

type word string

func (w *word) UnmarshalText(text []byte) error { *w = word(text); return nil }

func field(t *testing.T, key string) setting.Field {
	t.Helper()
	for _, f := range setting.Fields(reflect.TypeFor[all]()) {
		if f.Key == key {
			return f
		}
	}
	t.Fatalf("no field %s", key)
	panic("unreachable")
}

func TestFields(t *testing.T) {
	var keys []string
	for _, f := range setting.Fields(reflect.TypeFor[all]()) {
		keys = append(keys, f.Key)
	}
	if got := strings.Join(keys, " "); got != "on count small part size wait word text network list levels inner" {
		t.Error(got)
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		key, text string
		want      any
		err       string
	}{
		{"on", "true", true, ""},
		{"on", "yes", nil, `must be true or false, not "yes"`},
		{"count", "-1", -1, ""},
		{"count", "10", 10, ""},
		{"count", "11", nil, "must be from -1 to 10"},
		{"count", "1e3", nil, `must be an integer, not "1e3"`},
		{"count", "99999999999999999999", nil, "must be from -1 to 10"},
		{"small", "255", uint8(255), ""},
		{"small", "256", nil, "is out of range"},
		{"small", "-1", nil, "is out of range"},
		{"part", "0.5", 0.5, ""},
		{"part", "1.01", nil, "must be from 0 to 1"},
		{"part", "NaN", nil, `must be a number, not "NaN"`},
		{"part", "+Inf", nil, `must be a number, not "+Inf"`},
		{"part", "1e999", nil, "must be from 0 to 1"},
		{"size", "4MiB", 4 << 20, ""},
		{"size", "1024", 1024, ""},
		{"size", "1024B", 1024, ""},
		{"size", "1GiB", 1 << 30, ""},
		{"size", "1023", nil, "must be from 1KiB to 1GiB"},
		{"size", "9999999999GiB", nil, "must be from 1KiB to 1GiB"},
		{"size", "-4MiB", nil, "must be from 1KiB to 1GiB"},
		{"size", "4MB", nil, `must be a size such as 4MiB, not "4MB"`},
		{"size", "MiB", nil, `must be a size such as 4MiB, not "MiB"`},
		{"size", "1.5MiB", nil, `must be a size such as 4MiB, not "1.5MiB"`},
		{"wait", "1m30s", 90 * time.Second, ""},
		{"wait", "1us", nil, "must be at least 1ms"},
		{"wait", "10", nil, `must be a duration such as 10s, not "10"`},
		{"wait", "9999999h", nil, `must be a duration such as 10s, not "9999999h"`},
		{"word", "b", word("b"), ""},
		{"word", "c", nil, `must be one of a, b, not "c"`},
		{"text", "", "", ""},
		{"network", "10.0.0.0/8", netip.MustParsePrefix("10.0.0.0/8"), ""},
		{"network", "10.0.0.0", nil, `must be a network such as 10.0.0.0/8, not "10.0.0.0"`},
	} {
		v, err := field(t, c.key).Parse(c.text)
		if c.err != "" {
			if err == nil || err.Error() != c.err {
				t.Errorf("%s %q: got %v, %v, want %s", c.key, c.text, v, err, c.err)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(v.Interface(), c.want) {
			t.Errorf("%s %q: got %v, %v, want %v", c.key, c.text, v, err, c.want)
		}
	}
}

// What is written is read as the same, over the whole range.
func TestFormatRoundTrip(t *testing.T) {
	size, wait := field(t, "size"), field(t, "wait")
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1024, 1<<30).Draw(r, "size")
		if rapid.Bool().Draw(r, "round") {
			n &^= 1<<10 - 1
		}
		d := time.Duration(rapid.Int64Range(int64(time.Millisecond), math.MaxInt64>>2).Draw(r, "wait"))
		if rapid.Bool().Draw(r, "whole") {
			d = max(d.Truncate(time.Minute), time.Minute)
		}
		for f, v := range map[*setting.Field]any{&size: n, &wait: d} {
			text := f.Format(reflect.ValueOf(v))
			if back, err := f.Parse(text); err != nil || back.Interface() != v {
				r.Fatalf("%v became %s became %v, %v", v, text, back, err)
			}
		}
	})
}

func TestFormat(t *testing.T) {
	for want, f := range map[string]struct {
		key string
		v   any
	}{
		"16MiB": {"size", 16 << 20}, "1500": {"size", 1500}, "0": {"size", 0},
		"10s": {"wait", 10 * time.Second}, "1m": {"wait", time.Minute}, "2h": {"wait", 2 * time.Hour},
		"1h30m": {"wait", 90 * time.Minute}, "1m10s": {"wait", 70 * time.Second}, "10m": {"wait", 10 * time.Minute},
		"20h": {"wait", 20 * time.Hour}, "0s": {"wait", time.Duration(0)},
	} {
		if f.key == "size" && f.v == 1500 {
			want = "1500B"
		}
		if got := field(t, f.key).Format(reflect.ValueOf(f.v)); got != want {
			t.Errorf("%v: got %s, want %s", f.v, got, want)
		}
	}
}

func TestCheckFindsAll(t *testing.T) {
	s := all{Count: 11, Part: 2, Size: 1 << 10, Wait: time.Second, List: []inner{{1}, {3}}, Inner: inner{0}}
	want := "[x.count: must be from -1 to 10 x.part: must be from 0 to 1 x.list[1].count: must be from 1 to 2 x.inner.count: must be from 1 to 2]"
	if got := fmt.Sprint(setting.Check("x", s)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestFill(t *testing.T) {
	s := all{Count: 3}
	setting.Fill(&s, all{Count: 4, Size: 5, Text: "x"})
	if !reflect.DeepEqual(s, all{Count: 3, Size: 5, Text: "x"}) {
		t.Errorf("got %+v", s)
	}
}

// A tag that nobody can read is our own mistake.
func TestWrongTagPanics(t *testing.T) {
	type wrong struct {
		Size int `yaml:"size" unit:"bytes" range:"1KB..2KB"`
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	setting.Check("x", wrong{5})
}
