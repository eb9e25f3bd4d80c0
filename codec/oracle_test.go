package codec_test

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"
	"github.com/tinylib/msgp/msgp"

	"github.com/callboard-wamp/callboard/codec"
)

// reporter is what testing.TB and rapid.T have in common.
type reporter interface {
	Fatalf(format string, args ...any)
}

var wellFormed = func() cbor.DecMode {
	mode, err := cbor.DecOptions{MaxNestedLevels: 1024, MaxArrayElements: 1 << 30, MaxMapPairs: 1 << 30}.DecMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

// checkOracle fails unless a decoder that is not ours takes b for one
// well-formed value.
func checkOracle(t reporter, s codec.Serializer, b []byte) {
	switch s {
	case codec.JSON:
		if !json.Valid(b) || !utf8.Valid(b) {
			t.Fatalf("encoding/json refuses %q", b)
		}
	case codec.MessagePack:
		if rest, err := msgp.Skip(b); err != nil || len(rest) > 0 {
			t.Fatalf("msgp refuses %x: %v, %d octets left", b, err, len(rest))
		}
	case codec.CBOR:
		if err := wellFormed.Wellformed(b); err != nil {
			t.Fatalf("fxamacker/cbor refuses %x: %v", b, err)
		}
	}
}
