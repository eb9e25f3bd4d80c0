// Package pattern says which prefix and wildcard patterns match a URI
// (advanced profile, "Pattern-based Subscriptions" and "Pattern-based
// Registrations"). Exact URIs need no pattern: they are looked up in a map.
//
// Start with [Set]. A Set never changes: With and Without return another one
// that shares all but the changed path. So one owner keeps the current set
// behind an atomic pointer, and any number of goroutines match against it
// without a lock. [Matches] is the rule for one single pattern.
//
//	var s *pattern.Set[int]
//	s = s.With("com.example.", wamp.Prefix, 1).With("com..created", wamp.Wildcard, 2)
//	s.Match([]byte("com.example.created"), func(uri string, m wamp.Match, v int) bool {
//		fmt.Println(uri, v)
//		return true
//	})
package pattern
