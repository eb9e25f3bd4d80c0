package codec

// The deepest nesting of lists and dictionaries. The outermost list or
// dictionary of an element counts as one.
const (
	maxOptionDepth  = 32
	maxPayloadDepth = 128
)

// kind is what the value at a position is, by its first octet alone.
type kind uint8

const (
	kindBad  kind = iota
	kindNull      // also undefined: absent where an option is expected
	kindBool
	kindNumber
	kindText
	kindBinary
	kindList
	kindDict
	kindOther // well-formed, without a counterpart in Go
)

// iter is a position inside a list or a dictionary. A negative index means
// that the bytes are malformed.
type iter struct {
	i int
	// left is the number of elements left (a pair is one), or one of the
	// values below when the end is marked by an octet.
	left int
	// end is the octet that marks the end.
	end byte
}

const (
	untilEndFirst = -1
	untilEnd      = -2
)

var malformed = iter{i: -1}

// reader is a cursor over the bytes of one serializer. Implementations have no
// fields, so that calls through the interface do not allocate. Positions point
// at the first octet of a value; a returned index of -1 means malformed, or
// not of that type.
type reader interface {
	name() string
	// start goes from i to the value itself: past white space, past tags.
	start(b []byte, i int) int
	// ended says whether nothing stands at i and behind.
	ended(b []byte, i int) bool
	kind(b []byte, i int) kind
	// list and dict enter; next goes to the next element or key, or returns
	// false and the index behind the container.
	list(b []byte, i int) iter
	dict(b []byte, i int) iter
	next(b []byte, it iter) (iter, bool)
	// value goes from behind a key to its value.
	value(b []byte, i int) int
	// text reads a string, which may be a copy, and checks that it is UTF-8.
	text(b []byte, i int) ([]byte, int)
	boolean(b []byte, i int) (bool, int)
	// integer reads an integer that is not negative, also one that is
	// written as a float. Above the range of uint64 it saturates.
	integer(b []byte, i int) (uint64, int)
	// skip validates one value of at most depth levels.
	skip(b []byte, i, depth int) int
	// scalar decodes what is neither list nor dictionary.
	scalar(b []byte, i int) (any, int)
	// emptyList overwrites the null at i with an empty list of the same size.
	emptyList(b []byte, i int)
}

// count goes to the next of a known number of elements.
func (it iter) count() (iter, bool) {
	if it.i < 0 || it.left == 0 {
		return it, false
	}
	it.left--
	return it, true
}
