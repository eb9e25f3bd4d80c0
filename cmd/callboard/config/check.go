package config

import (
	"fmt"
	"slices"

	"github.com/callboard-wamp/callboard/netio"
)

// check finds what only shows when the values are seen together. What stands at
// a key that a mistake was found at already is not judged again.
func (d *decoder) check(f *File) {
	if len(f.Listeners) == 0 {
		d.reject("listeners", "must not be empty: nobody could connect")
	}
	if len(f.Realms) == 0 {
		d.reject("realms", "must not be empty: there would be nothing to join")
	}
	var addresses []Address
	for i := range f.Listeners {
		key := fmt.Sprintf("listeners[%d]", i)
		if d.at[key] == (place{}) {
			key = "" // of the command line or the defaults, which are right
		}
		addresses = append(addresses, d.checkListener(key, &f.Listeners[i], addresses))
	}
	d.checkStore(&f.Store)
	for _, m := range f.Router().Mistakes() {
		if !d.unread(m.Key) {
			d.reject(m.Key, m.Text)
		}
	}
}

// checkStore finds a folder that is missing, and keys of another kind of store.
func (d *decoder) checkStore(s *Store) {
	switch {
	case d.unread("store.kind"):
	case s.Kind == "pebble":
		if s.Path == "" && !d.unread("store.path") {
			d.reject("store.path", "is missing: a store on disk needs a folder")
		}
	default:
		for _, key := range []string{"store.path", "store.reserve", "store.max_bytes"} {
			if _, given := d.at[key]; given && !d.unread(key) {
				d.reject(key, "is for a store on disk only, such as kind: pebble")
			}
		}
	}
}

// checkListener judges a listener beside those before it.
func (d *decoder) checkListener(key string, l *Listener, before []Address) Address {
	a, err := ParseAddress(l.URL)
	switch {
	case d.unread(key + ".url"):
		return Address{}
	case l.URL == "":
		d.reject(key+".url", "is missing")
		return Address{}
	case err != nil:
		d.reject(key+".url", fmt.Sprintf("%q is %s", l.URL, err))
		return Address{}
	}
	if i := slices.IndexFunc(before, a.Same); i >= 0 && a.Scheme != "" {
		d.reject(key+".url", fmt.Sprintf("is an address that is used twice: listeners[%d] has it too", i))
	}
	if local, known := a.Local(); known && !local && !l.InsecureRemote {
		d.reject(key+".url", "cannot be "+l.URL+": "+ErrRemote.Error())
	}
	if a.Scheme != "unix" && l.Mode != 0 {
		d.reject(key+".mode", "is for Unix sockets only")
	}
	if a.Scheme != "unix" && l.Owner != "" {
		d.reject(key+".owner", "is for Unix sockets only")
	}
	if !a.WebSocket() && l.Origins != nil {
		d.reject(key+".origins", "is for WebSocket only")
	}
	d.checkTLS(key, l, a)
	for i, o := range l.Origins {
		if _, err := netio.ParseOrigin(o); err != nil {
			d.reject(fmt.Sprintf("%s.origins[%d]", key, i), err.Error())
		}
	}
	return a
}

// Allowed returns what decides whether the page of an origin may connect:
// those of the same host, and those that the listener trusts.
func (l *Listener) Allowed() func(origin, host string) bool {
	var trusted []func(string) bool
	for _, o := range l.Origins {
		if matches, err := netio.ParseOrigin(o); err == nil {
			trusted = append(trusted, matches)
		}
	}
	return func(origin, host string) bool {
		return netio.SameOrigin(origin, host) ||
			slices.ContainsFunc(trusted, func(matches func(string) bool) bool { return matches(origin) })
	}
}
