package span_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"github.com/callboard-wamp/callboard/codec/span"
)

// TestTextEverywhere puts each interesting byte sequence at each offset of texts
// of many lengths: the word loops have no blind spot.
func TestTextEverywhere(t *testing.T) {
	parts := []string{"\"", "\\", "\x1f", "\x00", "\x7f", "\x80", "\xff", "é", "\xc3", "☃", "\xe2\x98", "😀", "\xed\xa0\x80", "\xc0\xaf", `\"`, `\u00e9`, "é\"", "\xff\""}
	for n := range 90 {
		for at := range n + 1 {
			for _, part := range parts {
				s := append(append(bytes.Repeat([]byte("a"), at), part...), bytes.Repeat([]byte("b"), n-at)...)
				if got, want := span.ValidText(s), utf8.Valid(s); got != want {
					t.Fatalf("ValidText(%q) = %v", s, got)
				}
				quoted := append(append([]byte{'"'}, s...), '"')
				agreeOnText(t, quoted)
			}
		}
	}
}

// agreeOnText compares TextJSON with one byte at a time.
func agreeOnText(t *testing.T, b []byte) {
	t.Helper()
	want, wantEscaped := -1, false
	for i := 1; i < len(b); i++ {
		if b[i] == '\\' {
			wantEscaped = true
			if i+1 < len(b) && bytes.IndexByte([]byte(`"\/bfnrtu`), b[i+1]) < 0 {
				break
			}
			i++
			continue
		}
		if b[i] < 0x20 {
			break
		}
		if b[i] == '"' {
			if utf8.Valid(b[1:i]) {
				want = i + 1
			}
			break
		}
	}
	if end, escaped := span.TextJSON(b, 0); end != want || escaped != wantEscaped {
		t.Fatalf("TextJSON(%q) = %d, %v, want %d, %v", b, end, escaped, want, wantEscaped)
	}
}

func TestValidTextTellsUTF8FromGrammar(t *testing.T) {
	for text, valid := range map[string]bool{
		`[16,1,{},"a",["\ud800"]]`: true, `[16,1,{},"é",`: true, "[16,1,{},\"\xff\"]": false, "[1]\xc3": false, "": true,
	} {
		if span.ValidText([]byte(text)) != valid {
			t.Errorf("%q: %v", text, !valid)
		}
	}
}

func TestHeadCBOR(t *testing.T) {
	for _, c := range []struct {
		b           string
		major, info byte
		n           uint64
		next        int
	}{
		{"\x00", 0, 0, 0, 1}, {"\x37", 1, 23, 23, 1}, {"\x58\xff", 2, 24, 255, 2}, {"\x79\x01\x00", 3, 25, 256, 3},
		{"\x9a\x00\x01\x00\x00", 4, 26, 65536, 5}, {"\xbb\x00\x00\x00\x01\x00\x00\x00\x00", 5, 27, 1 << 32, 9},
		{"\x9f", 4, span.Indefinite, 0, 1}, {"\xff", 7, span.Indefinite, 0, 1}, {"\xf8\x20", 7, 24, 32, 2},
		{"", 0, 0, 0, -1}, {"\xf8\x1f", 7, 24, 0, -1}, {"\x1c", 0, 28, 0, -1}, {"\x1f", 0, 31, 0, -1}, {"\xdf", 6, 31, 0, -1}, {"\x19\x00", 0, 25, 0, -1},
	} {
		major, info, n, next := span.HeadCBOR([]byte(c.b), 0)
		if major != c.major || info != c.info || n != c.n || next != c.next {
			t.Errorf("%x: %d %d %d %d", c.b, major, info, n, next)
		}
	}
}

func TestNumberJSON(t *testing.T) {
	for text, want := range map[string]struct {
		end     int
		integer bool
	}{
		"12]": {2, true}, "-0": {2, true}, "1.0": {3, false}, "1e5": {3, false}, "1E-5": {4, false}, "01": {-1, false}, "-": {-1, false}, "": {-1, false}, "1.e": {-1, false},
	} {
		if end, integer := span.NumberJSON([]byte(text), 0); end != want.end || integer != want.integer {
			t.Errorf("%q: %d, %v", text, end, integer)
		}
	}
}
