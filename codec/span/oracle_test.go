package span_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"
	"github.com/tinylib/msgp/msgp"
)

// An oracle says where the value at the start of b ends and how deep it nests,
// or -1 if there is none. Oracles lean on other libraries and on the text of the
// specifications, and are written to be read, not to be fast.
type oracle func(b []byte) (end, depth int)

// jsonOracle takes all of b as one value.
func jsonOracle(b []byte) (end, depth int) {
	if !json.Valid(b) || !utf8.Valid(b) {
		return -1, 0
	}
	level := 0
	for d := json.NewDecoder(bytes.NewReader(b)); ; {
		token, err := d.Token()
		if err != nil {
			return len(b), depth
		}
		switch token {
		case json.Delim('['), json.Delim('{'):
			level++
			depth = max(depth, level)
		case json.Delim(']'), json.Delim('}'):
			level--
		}
	}
}

// messagePackOracle asks msgp where the value ends, and walks it with msgp's
// readers for depth and UTF-8.
func messagePackOracle(b []byte) (end, depth int) {
	rest, err := msgp.Skip(b)
	if err != nil {
		return -1, 0
	}
	after, depth, ok := walkMessagePack(b)
	if !ok || len(after) != len(rest) {
		return -1, 0
	}
	return len(b) - len(rest), depth
}

func walkMessagePack(b []byte) (rest []byte, depth int, ok bool) {
	var n uint32
	var err error
	switch msgp.NextType(b) {
	case msgp.StrType:
		var s []byte
		s, rest, err = msgp.ReadStringZC(b)
		return rest, 0, err == nil && utf8.Valid(s)
	case msgp.ArrayType:
		n, rest, err = msgp.ReadArrayHeaderBytes(b)
	case msgp.MapType:
		n, rest, err = msgp.ReadMapHeaderBytes(b)
		n *= 2
	default:
		rest, err = msgp.Skip(b)
		return rest, 0, err == nil
	}
	ok = err == nil
	for ; ok && n > 0; n-- {
		var d int
		rest, d, ok = walkMessagePack(rest)
		depth = max(depth, d)
	}
	return rest, depth + 1, ok
}

var wellformed, _ = cbor.DecOptions{
	MaxNestedLevels: 65535, MaxArrayElements: 2147483647, MaxMapPairs: 2147483647,
}.DecMode()

// cborOracle asks fxamacker where the data item ends, and the pseudocode of
// RFC 8949 appendix C for depth and UTF-8.
func cborOracle(b []byte) (end, depth int) {
	var more *cbor.ExtraneousDataError
	if err := wellformed.Wellformed(b); err != nil && !errors.As(err, &more) {
		return -1, 0
	}
	r := reader{b: b}
	depth = r.item()
	end = len(b) - len(r.b)
	if r.bad || wellformed.Wellformed(b[:end]) != nil {
		return -1, 0
	}
	return end, depth
}

type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.bad = true
		n = 0
	}
	s := r.b[:n:n]
	r.b = r.b[n:]
	return s
}

func (r *reader) stops() bool {
	stop := len(r.b) == 0 || r.b[0] == 0xff
	if stop && len(r.take(1)) == 0 {
		r.bad = true
	}
	return stop || r.bad
}

// item reads one data item whose well-formedness was checked before.
func (r *reader) item() (depth int) {
	c := append(r.take(1), 0)[0]
	n := uint64(c & 31)
	if n >= 24 && n <= 27 {
		n = binary.BigEndian.Uint64(append(make([]byte, 8), r.take(1<<(n-24))...)[1<<(n-24):])
	}
	switch major := c >> 5; {
	case major == 6:
		return 1 + r.item()
	case major < 2 || major > 5:
		return 0
	case c&31 == 31:
		for !r.stops() {
			depth = max(depth, r.item())
		}
		return depth + int(major>>2) // chunks are not a level
	case major == 2:
		r.take(n)
		return 0
	case major == 3:
		r.bad = r.bad || !utf8.Valid(r.take(n))
		return 0
	default:
		for n <<= major & 1; n > 0 && !r.bad; n-- {
			depth = max(depth, r.item())
		}
		return depth + 1
	}
}
