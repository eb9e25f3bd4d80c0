//go:build !unix

package main

import "io/fs"

// restrict has nothing to do where a process has no mask.
func restrict(fs.FileMode) (restore func()) { return func() {} }
