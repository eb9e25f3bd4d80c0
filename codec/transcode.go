package codec

import (
	"math/bits"
	"slices"

	"github.com/callboard-wamp/callboard/codec/span"
	"github.com/callboard-wamp/callboard/wamp"
)

// Transcode appends the payload p, which is in serializer from, to dst in
// serializer to. The payload that was appended has p.N elements. Between equal
// serializers the bytes are copied. Nothing is allocated but a larger dst; p is
// only read, and the result never aliases it.
//
// Integers stay integers and keep all digits, floats stay floats. Binary becomes
// a JSON string of U+0000 and base64, and such a string becomes binary when the
// base64 is the one that an encoder writes (advanced profile, "Binary conversion
// of JSON Strings"); keys stay text. Lone surrogates become U+FFFD, undefined
// becomes null, tags are left out, lengths become definite and shortest.
//
// A payload that is [wamp.Payload.Opaque] is one binary item in Arguments, and
// nothing else has a counterpart.
//
// What has no counterpart is an error, a *wamp.Error with
// wamp.error.invalid_argument and the result dst as it was: NaN, infinities and
// keys that are not text in JSON; JSON floats beyond float64; integers beyond 64
// bits in MessagePack, beyond 1024 between JSON and CBOR; extension types; CBOR
// tags whose content means something else without them; simple values;
// payloads that are malformed or deeper than [span.MaxDepth].
func Transcode(dst []byte, from, to Serializer, p wamp.Payload) ([]byte, error) {
	if from == to {
		return append(dst, p.Bytes...), nil
	}
	t := transcoder{in: p.Bytes, out: slices.Grow(dst, len(p.Bytes)), to: to, w: to.writer()}
	i := 0
	for k := range int(p.N) {
		if i = t.element(from, i, k); i < 0 {
			return dst, t.err
		}
	}
	if i < len(p.Bytes) {
		return dst, errMalformed
	}
	if p.Opaque && !t.oneBinary(from, p, t.out[len(dst):]) {
		return dst, errOpaque
	}
	return t.out, nil
}

// transcoder is the state of one Transcode: what is read, what was written. Its
// methods that read take the index where a value starts and return the index
// behind it, or -1 after they have set err.
type transcoder struct {
	in, out []byte
	to      Serializer
	w       writer
	err     *wamp.Error
}

var (
	errMalformed  = unencodable("payload is malformed")
	errDeep       = unencodable("payload is nested too deeply")
	errNotFinite  = unencodable("JSON has no NaN and no infinities")
	errFloat      = unencodable("number is beyond the range of float64")
	errInteger    = unencodable("integer is beyond the range of the receiver's serializer")
	errKey        = unencodable("JSON has text keys only")
	errExtension  = unencodable("MessagePack extension type has no counterpart in the receiver's serializer")
	errTag        = unencodable("CBOR tag has no counterpart in the receiver's serializer")
	errSimple     = unencodable("CBOR simple value has no counterpart in the receiver's serializer")
	errSerializer = unencodable("no such serializer")
	errOpaque     = unencodable("the payload is not one binary item, and must not be changed")
)

func (t *transcoder) fail(err *wamp.Error) int {
	t.err = err
	return -1
}

// element transcodes the k-th element of the payload.
func (t *transcoder) element(from Serializer, i, k int) int {
	if k > 0 && t.to == JSON {
		t.out = append(t.out, ',')
	}
	switch from {
	case MessagePack:
		return t.messagePack(i, span.MaxDepth)
	case CBOR:
		return t.cbor(i, span.MaxDepth)
	case JSON:
		i = span.SpaceJSON(t.in, i)
		if k > 0 {
			if i >= len(t.in) || t.in[i] != ',' {
				return t.fail(errMalformed)
			}
			i = span.SpaceJSON(t.in, i+1)
		}
		if i = t.json(i, span.MaxDepth); i < 0 {
			return -1
		}
		return span.SpaceJSON(t.in, i)
	}
	return t.fail(errSerializer)
}

// container is a list or dictionary that is being written before the number of
// its elements is known.
type container struct {
	kind     kind
	start    int // of its head in out
	reserved int // bytes for its head; 0 when the head needs no number
}

// What is read of a container decides how many bytes its head reserves. A head
// that turns out longer moves the content, so that counts are always shortest;
// only where content could be moved too often it reserves the longest head.
const (
	longHead     = 5
	movedLevels  = 8
	movedContent = 256 << 10
)

// open begins a list or dictionary whose elements start at in[i], and which may
// have depth levels.
func (t *transcoder) open(k kind, i, depth int) container {
	c := container{kind: k, start: len(t.out)}
	switch {
	case t.to == JSON:
		t.head(k, 0)
	case depth <= span.MaxDepth-movedLevels && len(t.in)-i > movedContent:
		t.out = append(t.out, 0, 0, 0, 0, 0)
	default:
		t.out = append(t.out, 0)
	}
	c.reserved = len(t.out) - c.start
	return c
}

// close ends a container of n elements or pairs.
func (t *transcoder) close(c container, n int) {
	if t.to == JSON {
		t.end(c.kind)
		return
	}
	size := max(t.w.sizeList(n), c.reserved) // a dictionary's is the same
	if more := size - c.reserved; more > 0 {
		content := c.start + c.reserved
		t.out = append(t.out, "\x00\x00\x00\x00\x00\x00\x00\x00"[:more]...)
		copy(t.out[content+more:], t.out[content:])
	}
	t.putHead(t.out[c.start:c.start+size], c.kind, n)
}

// putHead fills head with the head of a container of n elements or pairs, which
// may be shorter than that.
func (t *transcoder) putHead(head []byte, k kind, n int) {
	dict := byte(k - kindList) // a dictionary's first byte is a list's and one of these
	switch {
	case t.to == CBOR && len(head) == 1:
		head[0] = (cborList+dict)<<5 | byte(n)
	case t.to == CBOR:
		head[0] = (cborList+dict)<<5 | byte(24+bits.Len(uint(len(head)-2)))
	case len(head) == 1:
		head[0] = msgpackFixList - dict<<4 | byte(n)
	default:
		head[0] = msgpackList16 + dict<<1 + byte(len(head)>>2)
	}
	for k := len(head) - 1; k > 0; k-- {
		head[k] = byte(n)
		n >>= 8
	}
}

// head begins a container of n elements or pairs, end ends it.
func (t *transcoder) head(k kind, n int) {
	if k == kindDict {
		t.out = t.w.dict(t.out, n)
	} else {
		t.out = t.w.list(t.out, n)
	}
}

func (t *transcoder) end(k kind) {
	if k == kindDict {
		t.out = t.w.endDict(t.out)
	} else {
		t.out = t.w.endList(t.out)
	}
}

// separate writes what stands in front of the n-th element or key.
func (t *transcoder) separate(n int) {
	if n > 0 && t.to == JSON {
		t.out = append(t.out, ',')
	}
}

// colon writes what stands between key and value.
func (t *transcoder) colon() {
	if t.to == JSON {
		t.out = append(t.out, ':')
	}
}
