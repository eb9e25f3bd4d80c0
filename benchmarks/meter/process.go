package meter

import (
	"errors"
	"time"
)

// Usage is what a process has used so far.
type Usage struct {
	User, System time.Duration
	// RSS is the memory that it holds now, in bytes.
	RSS uint64
}

// CPU is user and system time together.
func (u Usage) CPU() time.Duration { return u.User + u.System }

// ErrUnsupported says that this operating system does not tell what another
// process uses.
var ErrUnsupported = errors.New("meter: processor time of another process is known on Linux only")
