// Package span finds where one encoded value ends, and in doing so checks that
// the value is well-formed: grammar, lengths, depth and UTF-8. Nothing is
// decoded, copied or allocated.
//
// Start with [SkipJSON], [SkipMessagePack] and [SkipCBOR]. All three take the
// buffer, the index where the value starts and the levels of nesting that it may
// have, and return the index behind the value, or -1 when what stands there is
// not a value: malformed, truncated, or nested too deeply. A level is one list
// or dictionary, empty or not, and in CBOR one tag; a string, number or constant
// needs none.
//
// The functions own nothing and keep nothing: every one may be called
// concurrently, and the buffer stays the caller's.
//
//	end := span.SkipMessagePack(frame, i, span.MaxDepth)
//	if end < 0 {
//		return errMalformed
//	}
//	payload := frame[i:end]
package span

// MaxDepth is the deepest nesting that the functions look at, and what an
// application payload may have. A larger depth given to them means MaxDepth.
const MaxDepth = 128

// MaxOptionsDepth is the nesting that a dictionary of Options or Details may have.
const MaxOptionsDepth = 32
