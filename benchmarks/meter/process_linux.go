package meter

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"syscall"
	"time"
)

// tick is the unit of times in /proc/PID/stat: USER_HZ, which is 100 wherever
// Go runs.
const tick = 10 * time.Millisecond

// Process returns what a process has used, without its children.
func Process(pid int) (Usage, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if errors.Is(err, fs.ErrNotExist) {
		return Usage{}, fmt.Errorf("meter: no process with the id %d", pid)
	}
	if err != nil {
		return Usage{}, fmt.Errorf("meter: %w", err)
	}
	u, ok := parseStat(b)
	if !ok {
		return Usage{}, fmt.Errorf("meter: cannot read /proc/%d/stat", pid)
	}
	return u, nil
}

// parseStat reads user and system time and the resident pages (proc_pid_stat(5),
// fields 14, 15 and 24). The name, field 2, may hold spaces and parentheses.
func parseStat(b []byte) (u Usage, ok bool) {
	i := bytes.LastIndexByte(b, ')')
	if i < 0 {
		return u, false
	}
	fields := bytes.Fields(b[i+1:])
	if len(fields) < 22 {
		return u, false
	}
	number := func(field int) int64 {
		n, err := strconv.ParseInt(string(fields[field-3]), 10, 64)
		if err != nil {
			i = -1
		}
		return n
	}
	u.User, u.System = time.Duration(number(14))*tick, time.Duration(number(15))*tick
	u.RSS = uint64(number(24)) * uint64(os.Getpagesize())
	return u, i >= 0
}

// Self returns what this process has used.
func Self() Usage {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return Usage{}
	}
	return Usage{User: time.Duration(r.Utime.Nano()), System: time.Duration(r.Stime.Nano())}
}
