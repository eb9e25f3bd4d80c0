package codec

import (
	"slices"
	"strings"
	"unsafe"

	"github.com/callboard-wamp/callboard/wamp"
)

// writer is the grammar of one serializer, for writing. Implementations have no
// fields, so that calls through the interface do not allocate. The sizes are
// exactly what the appending methods append.
type writer interface {
	// list opens a list of n elements; sizeList is the size of everything
	// about it but the elements. The same for dict, with n pairs.
	list(dst []byte, n int) []byte
	sizeList(n int) int
	endList(dst []byte) []byte
	dict(dst []byte, n int) []byte
	sizeDict(n int) int
	endDict(dst []byte) []byte
	// comma stands between elements, colon between key and value.
	comma(dst []byte) []byte
	colon(dst []byte) []byte

	integer(dst []byte, v uint64) []byte
	sizeInteger(v uint64) int
	text(dst []byte, s string) []byte
	sizeText(s string) int
	boolean(dst []byte, v bool) []byte
	sizeBoolean(v bool) int

	// What only values of the control path need. float returns false when
	// the serializer has no such number.
	null(dst []byte) []byte
	negative(dst []byte, v int64) []byte
	float(dst []byte, v float64) ([]byte, bool)
	binary(dst []byte, v []byte) []byte
}

// writer returns the grammar of the serializer. Another value than the three
// is a mistake of ours.
func (s Serializer) writer() writer {
	switch s {
	case JSON:
		return jsonWriter{}
	case MessagePack:
		return messagePackWriter{}
	case CBOR:
		return cborWriter{}
	}
	panic("codec: no such serializer")
}

// Size is the exact number of octets that Append appends for m.
func (s Serializer) Size(m *wamp.Message) int {
	if s == JSON {
		if b, ok := bareOf(m); ok {
			return b.size(m.Payload)
		}
	}
	return s.size(m)
}

func (s Serializer) size(m *wamp.Message) int {
	w, sh := s.writer(), shapeOf(m.Type)
	n := countElements(m, sh)
	size := w.sizeList(n) + w.sizeInteger(uint64(m.Type))
	for _, e := range sh.elements[:n-1] {
		switch e {
		case elementURI:
			size += w.sizeText(textOf(m.URI))
		case elementOptions, elementDetails, elementLast:
			size += sizeFields(w, m)
		default:
			size += w.sizeInteger(number(m, e))
		}
	}
	if !sh.payload || m.Payload.N == 0 {
		return size
	}
	size += len(m.Payload.Bytes)
	if s == JSON {
		size++ // a comma; the second one is in the payload
	}
	return size // no message has so many elements that the head would grow
}

// Append appends the message: ids and lengths in their shortest form, m.Dict as
// it is or else m.Fields, the payload as it is, which must be in serializer s.
// What Parse decodes, m.Options and m.Flags, is not looked at. A message of an
// unknown type appends as its type alone.
func (s Serializer) Append(dst []byte, m *wamp.Message) []byte {
	if s == JSON {
		if b, ok := bareOf(m); ok {
			return b.append(dst, m.Payload)
		}
	}
	return s.append(dst, m)
}

func (s Serializer) append(dst []byte, m *wamp.Message) []byte {
	w, sh := s.writer(), shapeOf(m.Type)
	n := countElements(m, sh)
	if sh.payload {
		dst = w.list(dst, n+int(m.Payload.N))
	} else {
		dst = w.list(dst, n)
	}
	dst = w.integer(dst, uint64(m.Type))
	for _, e := range sh.elements[:n-1] {
		dst = w.comma(dst)
		switch e {
		case elementURI:
			dst = w.text(dst, textOf(m.URI))
		case elementOptions, elementDetails, elementLast:
			dst = appendFields(w, dst, m)
		default:
			dst = w.integer(dst, number(m, e))
		}
	}
	if sh.payload && m.Payload.N > 0 {
		dst = append(w.comma(dst), m.Payload.Bytes...)
	}
	return w.endList(dst)
}

// countElements counts the elements of m, its type included, its payload not.
// A dictionary that may be left out is when it is empty.
func countElements(m *wamp.Message, sh *shape) int {
	if sh.elements[sh.n] == elementLast && (m.Dict != nil || len(m.Fields) > 0) {
		return sh.n + 2
	}
	return sh.n + 1
}

// number is the integer at an element.
func number(m *wamp.Message, e element) uint64 {
	switch e {
	case elementID:
		return uint64(m.ID)
	case elementFailed:
		return uint64(m.Failed)
	}
	return uint64(m.Request)
}

func sizeFields(w writer, m *wamp.Message) int {
	if m.Dict != nil {
		return len(m.Dict)
	}
	size := w.sizeDict(len(m.Fields))
	for k := range m.Fields {
		f := &m.Fields[k]
		size += w.sizeText(f.Key)
		switch f.Kind {
		case wamp.FieldString:
			size += w.sizeText(f.Text)
		case wamp.FieldInt:
			size += w.sizeInteger(f.Int)
		case wamp.FieldEncoded:
			size += len(f.Text)
		default:
			size += w.sizeBoolean(f.Kind == wamp.FieldTrue)
		}
	}
	return size
}

func appendFields(w writer, dst []byte, m *wamp.Message) []byte {
	if m.Dict != nil {
		return append(dst, m.Dict...)
	}
	dst = w.dict(dst, len(m.Fields))
	for k := range m.Fields {
		f := &m.Fields[k]
		if k > 0 {
			dst = w.comma(dst)
		}
		dst = w.colon(w.text(dst, f.Key))
		switch f.Kind {
		case wamp.FieldString:
			dst = w.text(dst, f.Text)
		case wamp.FieldInt:
			dst = w.integer(dst, f.Int)
		case wamp.FieldEncoded:
			dst = append(dst, f.Text...)
		default:
			dst = w.boolean(dst, f.Kind == wamp.FieldTrue)
		}
	}
	return w.endDict(dst)
}

// textOf is b as a string without a copy; it must not outlive the call that it
// is an argument of.
func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// sortedKeys returns the keys of a dictionary in an order that does not change
// from run to run.
func sortedKeys(dict wamp.Dict) []string {
	keys := make([]string, 0, len(dict))
	for key := range dict {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, strings.Compare)
	return keys
}
