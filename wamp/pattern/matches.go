package pattern

import (
	"bytes"

	"github.com/callboard-wamp/callboard/wamp"
)

// Matches says whether a single pattern matches a URI. A prefix matches
// characters, not components: com.example.emergency matches
// com.example.emergency-low. A wildcard has as many components as the URI, and
// its empty ones match any: the empty wildcard matches every URI of one
// component. It does not allocate.
func Matches(pattern []byte, m wamp.Match, uri []byte) bool {
	switch m {
	case wamp.Prefix:
		return bytes.HasPrefix(uri, pattern)
	case wamp.Wildcard:
		return matchesWildcard(pattern, uri)
	}
	return bytes.Equal(pattern, uri)
}

func matchesWildcard(pattern, uri []byte) bool {
	for {
		p, patternRest, patternMore := bytes.Cut(pattern, dot)
		u, uriRest, uriMore := bytes.Cut(uri, dot)
		if patternMore != uriMore || len(p) > 0 && !bytes.Equal(p, u) {
			return false
		}
		if !uriMore {
			return true
		}
		pattern, uri = patternRest, uriRest
	}
}

var dot = []byte{'.'}
