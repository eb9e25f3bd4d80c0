package pattern_test

import (
	"fmt"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/pattern"
)

func ExampleSet() {
	var s *pattern.Set[string]
	s = s.With("com.example.", wamp.Prefix, "everything of example")
	s = s.With("com..created", wamp.Wildcard, "whatever was created")
	s.Match([]byte("com.example.created"), func(uri string, m wamp.Match, v string) bool {
		fmt.Printf("%v %s: %s\n", m, uri, v)
		return true
	})
	// Output:
	// prefix com.example.: everything of example
	// wildcard com..created: whatever was created
}
