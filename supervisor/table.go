package supervisor

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Kind is a kind of actor, as it is written in a configuration.
type Kind string

// The kinds of actors of a router.
const (
	Router       Kind = "router" // the root; its policy is the one at the top
	Realm        Kind = "realm"
	Directory    Kind = "directory"
	Session      Kind = "session"
	Topic        Kind = "topic"
	Registration Kind = "registration"
	Meta         Kind = "meta"
	Retention    Kind = "retention"
	Archive      Kind = "archive"
	Auth         Kind = "auth"
	Connection   Kind = "connection"
	Listener     Kind = "listener"
	Shard        Kind = "shard" // a plural node: it holds children and nothing worth losing
	Timers       Kind = "timers"
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{Router, Realm, Directory, Session, Topic, Registration, Meta, Retention, Archive, Auth, Connection, Listener, Shard, Timers}
}

// plural are the kinds with so many actors that the Registry only counts them.
func (k Kind) plural() bool {
	return k == Session || k == Topic || k == Registration || k == Connection
}

// Table is the policy of each kind. A kind that is missing is stopped.
type Table map[Kind]Policy

// Defaults returns a new table with the policies of a router that nobody has
// configured.
func Defaults() Table {
	const second = Duration(time.Second)
	restart := Policy{OnPanic: Restart, Max: 5, Within: 10 * second, OnExceeded: Escalate}
	alone := restart
	alone.OnExceeded = Stop
	patient := Policy{OnPanic: Restart, Max: -1, Within: 60 * second,
		Backoff: Backoff{Min: second / 10, Max: 5 * second, Jitter: 0.2}}
	return Table{
		Router:       {OnPanic: Restart, Max: 5, Within: 60 * second, OnExceeded: Stop},
		Realm:        {OnPanic: Restart, Max: 3, Within: 60 * second, OnExceeded: Stop},
		Directory:    restart,
		Session:      {OnPanic: Stop},
		Topic:        alone,
		Registration: alone,
		Meta:         patient,
		Retention:    patient,
		Archive:      patient,
		Auth:         patient,
		Connection:   {OnPanic: Stop},
		Listener:     patient,
		Shard:        restart,
		Timers:       restart,
	}
}

// Validate tells what is wrong with the table, all of it, or returns nil.
func (t Table) Validate() error {
	var errs []error
	for _, k := range slices.Sorted(maps.Keys(t)) {
		if err := t.Check(k); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", k, err))
		}
	}
	return errors.Join(errs...)
}

// Check tells what is wrong with the policy of one kind, all of it, or returns
// nil. Each error begins with the key that it speaks of.
func (t Table) Check(k Kind) error {
	switch {
	case !slices.Contains(Kinds(), k):
		return errors.New("no such kind of actor")
	case k == Router:
		return t[k].ValidateTop()
	}
	return t[k].Validate()
}
