package config

import (
	"fmt"
	"io/fs"
	"os/user"
	"strconv"
	"strings"
)

// Mode is who may use a Unix socket, in octal as chmod has it: "0660". Zero
// leaves it to the process's umask.
type Mode fs.FileMode

// UnmarshalText reads up to four octal digits.
func (m *Mode) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(strings.TrimPrefix(string(text), "0o"), 8, 32)
	if err != nil || n == 0 || n > 0o777 {
		return fmt.Errorf("must be octal and from 0001 to 0777, such as 0660, not %q", text)
	}
	*m = Mode(n)
	return nil
}

// MarshalText returns four octal digits.
func (m Mode) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%04o", uint32(m)), nil }

// Owner is "user", "user:group" or ":group", by name or number, that a Unix
// socket is given to. Empty leaves it with the process.
type Owner string

// UnmarshalText reads an Owner whose user and group there are.
func (o *Owner) UnmarshalText(text []byte) error {
	if _, _, err := Owner(text).IDs(); err != nil {
		return fmt.Errorf("must be user, user:group or :group, not %q: %w", text, err)
	}
	*o = Owner(text)
	return nil
}

// IDs looks the owner up; −1 leaves one of the two as it is.
func (o Owner) IDs() (uid, gid int, err error) {
	name, group, _ := strings.Cut(string(o), ":")
	uid, err = lookUp(name, func(s string) (string, error) {
		u, err := user.Lookup(s)
		if err != nil {
			return "", err
		}
		return u.Uid, nil
	})
	if err != nil {
		return 0, 0, err
	}
	gid, err = lookUp(group, func(s string) (string, error) {
		g, err := user.LookupGroup(s)
		if err != nil {
			return "", err
		}
		return g.Gid, nil
	})
	return uid, gid, err
}

// lookUp returns the number of a name, which may be a number itself.
func lookUp(name string, find func(string) (string, error)) (int, error) {
	if name == "" {
		return -1, nil
	}
	if n, err := strconv.ParseUint(name, 10, 31); err == nil {
		return int(n), nil
	}
	id, err := find(name)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(id)
}
