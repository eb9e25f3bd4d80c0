//go:build unix

package main

import (
	"io/fs"
	"syscall"
)

// restrict makes the sockets that the process creates from now on have no more
// than this mode, so that there is no moment in which others may connect. Zero
// changes nothing. The mask is the whole process's: nothing else creates files
// meanwhile.
func restrict(mode fs.FileMode) (restore func()) {
	if mode == 0 {
		return func() {}
	}
	old := syscall.Umask(int(fs.ModePerm &^ mode))
	return func() { syscall.Umask(old) }
}
