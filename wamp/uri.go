package wamp

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// MaxURILength and MaxURIComponents are the limits of a URI or pattern in a
// request, in octets and in components. A URI above them is invalid, not a
// protocol violation.
const (
	MaxURILength     = 1024
	MaxURIComponents = 64
)

// URIMode says which of the two rules for URIs of the basic profile holds in a
// realm ("URIs"); loose is the default.
type URIMode uint8

// The rules: loose forbids white space, `#` and empty components; strict
// allows lower case letters, digits and `_` only.
const (
	Loose URIMode = iota
	Strict
)

// String returns "loose" or "strict".
func (m URIMode) String() string { return [...]string{"loose", "strict"}[m] }

// ParseURIMode returns the mode of this name.
func ParseURIMode(s string) (URIMode, bool) {
	switch s {
	case "loose":
		return Loose, true
	case "strict":
		return Strict, true
	}
	return 0, false
}

// MarshalText returns String.
func (m URIMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what ParseURIMode does.
func (m *URIMode) UnmarshalText(text []byte) error {
	mode, ok := ParseURIMode(string(text))
	if !ok {
		return fmt.Errorf("must be loose or strict, not %q", text)
	}
	*m = mode
	return nil
}

// ValidURI says whether uri names one topic, procedure, error or realm: valid
// characters, no empty component. White space is what Unicode calls so
// (White_Space), and text that is not UTF-8 is never valid. It does not
// allocate and does not look at the length; see [CheckLength].
func ValidURI(uri []byte, mode URIMode) bool {
	return validChars(uri, mode) && !hasEmptyComponent(uri)
}

// ValidPattern says whether uri is valid in a SUBSCRIBE or REGISTER with this
// matching policy (advanced profile, "Pattern-based Subscriptions"). A wildcard
// may have empty components anywhere, down to the empty pattern, which is one
// empty component. A prefix may end in a dot or be empty, which covers every
// URI; its other components are not empty.
func ValidPattern(uri []byte, m Match, mode URIMode) bool {
	switch {
	case m == Wildcard:
		return validChars(uri, mode)
	case m == Prefix && len(uri) == 0:
		return true
	case m == Prefix:
		return ValidURI(bytes.TrimSuffix(uri, dot), mode)
	}
	return ValidURI(uri, mode)
}

// Reserved says whether the first component is `wamp`, which belongs to the
// protocol (basic profile, "Reserved URIs"), or `callboard`, which belongs to
// this router.
func Reserved(uri []byte) bool {
	return begins(uri, "wamp") || begins(uri, "callboard")
}

func begins(uri []byte, first string) bool {
	n := len(first)
	return len(uri) >= n && string(uri[:n]) == first && (len(uri) == n || uri[n] == '.')
}

// FirstComponent is the part of uri up to its first dot, or all of it. It
// aliases uri.
func FirstComponent(uri []byte) []byte {
	if i := bytes.IndexByte(uri, '.'); i >= 0 {
		return uri[:i]
	}
	return uri
}

// CheckLength says whether uri stays within [MaxURILength] and
// [MaxURIComponents].
func CheckLength(uri []byte) bool {
	return len(uri) <= MaxURILength && bytes.Count(uri, dot) < MaxURIComponents
}

// CheckURI returns the error for the peer when uri is too long or not valid as
// a pattern of this kind, and nil when it is fine. [Exact] asks for a URI that
// names one thing. It allocates only when it refuses.
func CheckURI(uri []byte, m Match, mode URIMode) *Error {
	if !CheckLength(uri) {
		return &Error{URI: ErrInvalidURI, Message: "URI has more than 1024 octets or 64 components"}
	}
	if !ValidPattern(uri, m, mode) {
		return &Error{URI: ErrInvalidURI, Message: "not a valid URI by the " + mode.String() + " rules, match " + m.String()}
	}
	return nil
}

// Reaches says whether a prefix or wildcard pattern that matches uri may be
// used for it. A reserved URI is reached only by patterns that start with its
// first component and a dot: whoever asks for everything does not ask for the
// router's own.
func Reaches(pattern string, uri []byte) bool {
	if !Reserved(uri) {
		return true
	}
	n := len(FirstComponent(uri))
	return len(pattern) > n && pattern[:n] == string(uri[:n]) && pattern[n] == '.'
}

var dot, dots = []byte{'.'}, []byte("..")

// hasEmptyComponent says whether two dots meet or a dot is first or last; the
// empty URI is one empty component.
func hasEmptyComponent(uri []byte) bool {
	return len(uri) == 0 || uri[0] == '.' || uri[len(uri)-1] == '.' || bytes.Contains(uri, dots)
}

// Bits of the table: which mode admits an ASCII character. A dot is valid in
// both, being the separator.
const (
	looseChar  = 1 << Loose
	strictChar = 1 << Strict
)

var asciiChars = func() (table [utf8.RuneSelf]uint8) {
	for c := range rune(utf8.RuneSelf) {
		if c != '#' && !unicode.IsSpace(c) {
			table[c] |= looseChar
		}
		if '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || c == '_' || c == '.' {
			table[c] |= strictChar
		}
	}
	return table
}()

func validChars(uri []byte, mode URIMode) bool {
	allowed := uint8(1) << mode
	for i := 0; i < len(uri); {
		if c := uri[i]; c < utf8.RuneSelf {
			if asciiChars[c]&allowed == 0 {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(uri[i:])
		if mode == Strict || r == utf8.RuneError && size == 1 || unicode.IsSpace(r) {
			return false
		}
		i += size
	}
	return true
}
