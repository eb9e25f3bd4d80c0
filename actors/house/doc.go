// Package house has no code, only the tests that hold the plan of the
// repository: which room may import which, which rooms are pure, how long files
// and functions may be, and that the documents name what is there.
//
// Start with the plan in plan_test.go; docs/architecture.md says why it is so.
package house
