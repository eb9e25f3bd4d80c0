package netio

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// directRead is read(2) on a socket that does not block. A system call that is
// told to the scheduler may lose its processor to another goroutine meanwhile,
// and keeps the runtime's watchdog awake: for a call that never waits, both cost
// more than the telling itself. More than direct is read in the ordinary manner.
func directRead(fd int, b []byte) (int, error) {
	if len(b) == 0 || len(b) > direct {
		return syscall.Read(fd, b)
	}
	return directly(unix.SYS_READ, fd, b)
}

// directWrite is write(2) likewise.
func directWrite(fd int, b []byte) (int, error) {
	if len(b) == 0 || len(b) > direct {
		return syscall.Write(fd, b)
	}
	return directly(unix.SYS_WRITE, fd, b)
}

func directly(call uintptr, fd int, b []byte) (int, error) {
	n, _, errno := syscall.RawSyscall(call, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}

// nonblocking makes calls on the socket return at once. Package net has done so
// when it made the socket; whoever had its descriptor may have undone it.
func nonblocking(c syscall.RawConn) error {
	var err error
	if e := c.Control(func(fd uintptr) { err = syscall.SetNonblock(int(fd), true) }); e != nil {
		return e
	}
	return err
}
