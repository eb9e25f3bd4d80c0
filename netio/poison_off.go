//go:build !poison

package netio

// Poisoned says that released chunks are overwritten: tests with the build tag
// poison find whoever looks at bytes without holding a reference.
const Poisoned = false

func poison([]byte) {}
