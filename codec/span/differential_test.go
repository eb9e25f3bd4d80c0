package span_test

import (
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/codec/span"
)

// agree fails unless skip and oracle say the same about b.
func agree(t *testing.T, skip func([]byte, int, int) int, o oracle, b []byte) {
	t.Helper()
	want, depth := o(b)
	if depth > span.MaxDepth {
		want = -1
	}
	if got := skip(b, 0, span.MaxDepth); got != want {
		t.Fatalf("end %d, want %d (depth %d): %q %x", got, want, depth, b, b)
	}
	if want >= 0 && depth > 0 && skip(b, 0, depth-1) != -1 {
		t.Fatalf("depth %d passed with one level less: %q %x", depth, b, b)
	}
	if want >= 0 && skip(b, 0, depth) != want {
		t.Fatalf("depth %d refused with that many levels: %q %x", depth, b, b)
	}
}

// skipWholeJSON is SkipJSON for a text with white space around the value.
func skipWholeJSON(b []byte, i, depth int) int {
	if i = span.SkipJSON(b, span.SpaceJSON(b, i), depth); i < 0 || span.SpaceJSON(b, i) < len(b) {
		return -1
	}
	return len(b)
}

var jsonSeeds = []string{
	`[16,1,{},"a",["x\u00e9\n",1.5e-3,-0,true,false,null,{"k":"ünïcode ☃ long text here 12345678","z":[]}]]`,
	`{"a":{"b":[1,2,{"c":""}]}}`, `"\ud800"`, `[1 , 2 ]`, ` {"aaaaaaaaaaaaaaaaaa\\aaaaaaaaaaaaaaaa\"": 12 }`,
	`[[[[{"k":[{},[],{"a":1e+9}]}]]],-1.0E9,"012345678901234567890123456789012345678901234567"]`,
	strings.Repeat("[", 128) + strings.Repeat("]", 128),
	strings.Repeat(`{"":[`, 65) + strings.Repeat("]}", 65),
}

var messagePackSeeds = unhex(
	"9510ce0001e24080b4636f6d2e6578616d706c652e746f7069632e613191b06162636465666768696a6b6c6d6e6f70",
	"84a26964cd03e8a57072696365cb4059500000000000a46e616d65a873656e736f722d37a26f6bc3",
	"dc0003d903c3a961c40301ff03c70305010203de0001a16bd60501020304",
	"9cc0c2c3ccffcdffffceffffffffcfffffffffffffffffd0ffd1ffffd2ffffffffd3ffffffffffffffffca3f800000",
	"dd00000002df00000001c0da0002c3a9c500020102", "d80100000000000000000000000000000000",
	strings.Repeat("91", 128)+"90", strings.Repeat("81c0", 128)+"c0",
)

var cborSeeds = unhex(
	"85101a0001e240a074636f6d2e6578616d706c652e746f7069632e613181706162636465666768696a6b6c6d6e6f70",
	"9f017f6161ffbf6162f93c00ffc11a00000000ff", "a4626964182a657072696365fb40595000000000006161f6f5f4",
	"5f42010243030405ff", "9b0000000000000001d9d9f7c249010000000000000000", "f8fff820e0f7fa3f800000",
	"7f62c3a960ff", "7f61c361a9ff", strings.Repeat("81", 128)+"80", strings.Repeat("9f", 128)+strings.Repeat("ff", 128),
	strings.Repeat("c1", 129)+"00",
)

func unhex(lines ...string) []string {
	for i, l := range lines {
		b, err := hex.DecodeString(l)
		if err != nil {
			panic(err)
		}
		lines[i] = string(b)
	}
	return lines
}

// TestMutatedAgree changes, inserts, removes and cuts off bytes of valid values.
func TestMutatedAgree(t *testing.T) {
	anyByte := make([]byte, 256)
	for i := range anyByte {
		anyByte[i] = byte(i)
	}
	for _, c := range []struct {
		name  string
		skip  func([]byte, int, int) int
		o     oracle
		seeds []string
		likes string // bytes that mutations prefer
	}{
		{"json", skipWholeJSON, jsonOracle, jsonSeeds, "\"\\{}[],:0123456789eE+-. tfnu\xc3\xa9\xed\xa0"},
		{"msgpack", span.SkipMessagePack, messagePackOracle, messagePackSeeds, "\x80\x90\x91\xa1\xc0\xc1\xc4\xc7\xd9\xdc\xdd\xde\xdf\x00\xff"},
		{"cbor", span.SkipCBOR, cborOracle, cborSeeds, "\x5f\x7f\x9f\xbf\xff\xf8\x1c\x1b\x80\x81\xa1\xc1\x61\xc3\xa9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(1, uint64(len(c.name))))
			n, accepted := 0, 0
			for stop := time.Now().Add(600 * time.Millisecond); time.Now().Before(stop) && n < 300_000; n++ {
				b := []byte(c.seeds[rnd.IntN(len(c.seeds))])
				for k := rnd.IntN(4); k > 0 && len(b) > 0; k-- {
					b = mutate(rnd, b, c.likes, string(anyByte))
				}
				agree(t, c.skip, c.o, b)
				if c.skip(b, 0, span.MaxDepth) >= 0 {
					accepted++
				}
			}
			t.Logf("%d texts, %d accepted", n, accepted)
		})
	}
}

func mutate(rnd *rand.Rand, b []byte, likes, all string) []byte {
	from := likes
	if rnd.IntN(3) == 0 {
		from = all
	}
	c, i := from[rnd.IntN(len(from))], rnd.IntN(len(b))
	switch rnd.IntN(5) {
	case 0, 1:
		b[i] = c
	case 2:
		b = append(b[:i], b[i+1:]...)
	case 3:
		b = append(b[:i], append([]byte{c}, b[i:]...)...)
	case 4:
		if rnd.IntN(4) == 0 {
			b = b[:i]
		}
	}
	return b
}

func FuzzSkipJSON(f *testing.F) {
	for _, s := range jsonSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		agree(t, skipWholeJSON, jsonOracle, b)
		if json := skipWholeJSON(b, 0, span.MaxDepth); json >= 0 && !span.ValidText(b) {
			t.Fatalf("valid JSON is not UTF-8: %q", b)
		}
	})
}

func FuzzSkipMessagePack(f *testing.F) {
	for _, s := range messagePackSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { agree(t, span.SkipMessagePack, messagePackOracle, b) })
}

func FuzzSkipCBOR(f *testing.F) {
	for _, s := range cborSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { agree(t, span.SkipCBOR, cborOracle, b) })
}
