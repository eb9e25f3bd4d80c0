// Package auth says how a session proves who it is, and who it is then.
//
// Start with [Choose], which picks the authentication method, and [Identity],
// what a session is afterwards. Every session may do everything so far, and
// the one method is [Anonymous]. [Disclosures] say whether others are told who a
// caller or publisher is, [Levels] how far a role is trusted. The package has no
// state; randomness is an argument.
//
//	id, err := auth.Anonymous(hello, random) // err is for ABORT
package auth
