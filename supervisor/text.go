package supervisor

import (
	"fmt"
	"slices"
	"time"
)

// Duration is a time.Duration that is written like "1m30s".
type Duration time.Duration

// String returns d as MarshalText does.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText returns d as in "1m30s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("must be a duration such as 10s: %w", err)
	}
	*d = Duration(v)
	return nil
}

var (
	scopeNames  = []string{"one-for-one", "all-for-one"}
	actionNames = []string{"stop", "restart", "resume", "escalate"}
)

// String returns the scope as it is written in a configuration.
func (s Scope) String() string { return nameOf(scopeNames, int(s), "scope") }

// MarshalText returns String, or an error for a value that is none of the constants.
func (s Scope) MarshalText() ([]byte, error) { return marshal(scopeNames, int(s), "scope") }

// UnmarshalText reads "one-for-one" or "all-for-one".
func (s *Scope) UnmarshalText(b []byte) error {
	i, err := unmarshal(scopeNames, b)
	if err == nil {
		*s = Scope(i)
	}
	return err
}

// String returns the action as it is written in a configuration.
func (a Action) String() string {
	if a == Ignore {
		return "ignore"
	}
	return nameOf(actionNames, int(a), "action")
}

// MarshalText returns String, or an error for what cannot be configured.
func (a Action) MarshalText() ([]byte, error) { return marshal(actionNames, int(a), "action") }

// UnmarshalText reads "stop", "restart", "resume" or "escalate".
func (a *Action) UnmarshalText(b []byte) error {
	i, err := unmarshal(actionNames, b)
	if err == nil {
		*a = Action(i)
	}
	return err
}

func nameOf(names []string, i int, what string) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s %d", what, i)
}

func marshal(names []string, i int, what string) ([]byte, error) {
	if i >= len(names) {
		return nil, fmt.Errorf("supervisor: %s has no text", nameOf(names, i, what))
	}
	return []byte(names[i]), nil
}

func unmarshal(names []string, b []byte) (int, error) {
	i := slices.Index(names, string(b))
	if i < 0 {
		return 0, fmt.Errorf("must be one of %q, not %q", names, b)
	}
	return i, nil
}
