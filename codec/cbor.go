package codec

import (
	"github.com/callboard-wamp/callboard/codec/span"
	"github.com/callboard-wamp/callboard/wamp"
)

// Major types and first octets of CBOR (RFC 8949, section 3.1).
const (
	cborUint = iota
	cborNegative
	cborBytes
	cborText
	cborList
	cborDict
	cborTag
	cborOther

	cborFalse     = 0xf4
	cborTrue      = 0xf5
	cborNull      = 0xf6
	cborUndefined = 0xf7
	cborFloat16   = 0xf9
	cborFloat32   = 0xfa
	cborFloat64   = 0xfb
	cborBreak     = 0xff
)

// fastCBOR parses a message as encoders usually write it. It returns false when
// anything is unusual or wrong; m is then undefined and b untouched.
func fastCBOR(b []byte, m *wamp.Message) bool {
	major, info, n, i := span.HeadCBOR(b, 0)
	if i < 0 || major != cborList || info == span.Indefinite || n > 8 {
		return false
	}
	major, _, t, i := span.HeadCBOR(b, i)
	if i < 0 || major != cborUint || t >= uint64(len(shapes)) {
		return false
	}
	s := &shapes[t]
	extra := int(n) - 1 - s.n
	if extra < 0 || extra > 2 || extra > 0 && !s.payload {
		return false
	}
	*m = wamp.Message{Type: wamp.MessageType(t)}
	for _, e := range s.elements[:s.n] {
		if i = fastElementCBOR(b, i, m, e); i < 0 {
			return false
		}
	}
	if extra > 0 {
		i = fastPayloadCBOR(b, i, extra, m)
	}
	return i == len(b)
}

func fastElementCBOR(b []byte, i int, m *wamp.Message, e element) int {
	major, info, v, next := span.HeadCBOR(b, i)
	if next < 0 {
		return -1
	}
	switch e {
	case elementURI:
		if major != cborText || info == span.Indefinite || v > uint64(len(b)-next) {
			return -1
		}
		end := next + int(v)
		m.URI = b[next:end:end]
		if !span.ValidText(m.URI) {
			return -1
		}
		return end
	case elementOptions, elementDetails:
		if b[i] == cborDict<<5 {
			return next
		}
		return fastDict(cborReader{}, b, i, m)
	}
	if major != cborUint {
		return -1
	}
	return setNumber(m, e, v, next)
}

func fastPayloadCBOR(b []byte, start, n int, m *wamp.Message) int {
	major, info, count, _ := span.HeadCBOR(b, start)
	if major != cborList || info == span.Indefinite {
		return -1
	}
	i := span.SkipCBOR(b, start, maxPayloadDepth)
	if i < 0 {
		return -1
	}
	if count > 0 {
		m.Payload = wamp.Payload{Bytes: b[start:i:i], N: 1}
	}
	if n == 1 {
		return i
	}
	return fastKeywords(cborReader{}, b, i, start, m)
}

// cborReader is the cursor over CBOR.
type cborReader struct{}

func (cborReader) name() string                { return "CBOR" }
func (cborReader) ended(b []byte, i int) bool  { return i >= len(b) }
func (cborReader) value(_ []byte, i int) int   { return i }
func (cborReader) skip(b []byte, i, d int) int { return span.SkipCBOR(b, i, d) }
func (cborReader) emptyList(b []byte, i int)   { b[i] = cborList << 5 }

// start goes past tags, which say nothing that concerns the router.
func (cborReader) start(b []byte, i int) int {
	for i < len(b) && b[i]>>5 == cborTag {
		_, _, _, next := span.HeadCBOR(b, i)
		if next < 0 {
			return i
		}
		i = next
	}
	return i
}

func (cborReader) kind(b []byte, i int) kind {
	if i >= len(b) {
		return kindBad
	}
	switch b[i] >> 5 {
	case cborUint, cborNegative:
		return kindNumber
	case cborBytes:
		return kindBinary
	case cborText:
		return kindText
	case cborList:
		return kindList
	case cborDict:
		return kindDict
	}
	switch b[i] {
	case cborFalse, cborTrue:
		return kindBool
	case cborNull, cborUndefined:
		return kindNull
	case cborFloat16, cborFloat32, cborFloat64:
		return kindNumber
	case cborBreak:
		return kindBad
	}
	return kindOther
}

func (cborReader) list(b []byte, i int) iter { return cborContainer(b, i, cborList) }
func (cborReader) dict(b []byte, i int) iter { return cborContainer(b, i, cborDict) }

func cborContainer(b []byte, i int, want byte) iter {
	major, info, n, next := span.HeadCBOR(b, i)
	switch {
	case next < 0 || major != want || n > uint64(len(b)):
		return malformed
	case info == span.Indefinite:
		return iter{i: next, left: untilEnd, end: cborBreak}
	}
	return iter{i: next, left: int(n)}
}

func (cborReader) next(b []byte, it iter) (iter, bool) {
	switch {
	case it.left != untilEnd:
		return it.count()
	case it.i >= len(b):
		return malformed, false
	case b[it.i] == cborBreak:
		it.i++
		return it, false
	}
	return it, true
}

// text reads a string; one of indefinite length is copied together, each chunk
// of which is UTF-8 by itself (RFC 8949, section 3.2.3).
func (cborReader) text(b []byte, i int) ([]byte, int) {
	text, next := cborString(b, i)
	if next < 0 || b[i]>>5 != cborText || span.SkipCBOR(b, i, 0) < 0 {
		return nil, -1
	}
	return text, next
}

// cborString returns the octets of a text or byte string.
func cborString(b []byte, i int) ([]byte, int) {
	_, info, n, i := span.HeadCBOR(b, i)
	if i < 0 {
		return nil, -1
	}
	if info != span.Indefinite {
		if n > uint64(len(b)-i) {
			return nil, -1
		}
		end := i + int(n)
		return b[i:end:end], end
	}
	joined := []byte{} // text that is empty is not absent
	for i < len(b) && b[i] != cborBreak {
		_, info, n, next := span.HeadCBOR(b, i)
		if next < 0 || info == span.Indefinite || n > uint64(len(b)-next) {
			return nil, -1
		}
		i = next + int(n)
		joined = append(joined, b[next:i]...)
	}
	return joined, i + 1
}
