package config

import (
	"net/netip"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/supervisor"
)

// File is what stands in a configuration file.
type File struct {
	Listeners []Listener           `yaml:"listeners"`
	Realms    []actors.RealmConfig `yaml:"realms"`
	Limits    actors.Limits        `yaml:"limits"`
	// Supervision is the policy of each kind of actor; a key that is left out
	// has its value in [supervisor.Defaults].
	Supervision supervisor.Table `yaml:"supervision"`
	Store       Store            `yaml:"store"`
	Log         Log              `yaml:"log"`
}

// Listener is one address that the router accepts connections on.
type Listener struct {
	// URL is of the form that [ParseAddress] reads.
	URL string `yaml:"url"`
	// TLS is for those schemes that are over it.
	TLS TLS `yaml:"tls"`
	// MaxMessage replaces the limit of the same name; 0 leaves it.
	MaxMessage int `yaml:"max_message" unit:"bytes" range:"4KiB..16MiB"`
	// Origins are those whose pages may connect, besides pages of the same host;
	// [netio.ParseOrigin] says how they are written.
	Origins []string `yaml:"origins"`
	// Mode and Owner are those of a Unix socket; the zero values leave them to
	// the process.
	Mode  Mode  `yaml:"mode"`
	Owner Owner `yaml:"owner"`
	// InsecureRemote lets an address be one that other machines reach.
	InsecureRemote bool `yaml:"insecure_remote"`
	// Exempt are networks from which any number of connections may be without a
	// session.
	Exempt []netip.Prefix `yaml:"exempt"`
}

// Store is what keeps histories and, where it outlives the process, retained
// events.
type Store struct {
	// Kind is where events are kept; those in memory end with the process.
	Kind string `yaml:"kind" values:"memory, pebble"`
	// Path is the folder of a store on disk, which nobody else uses. It is made if
	// it is missing.
	Path string `yaml:"path"`
	// Reserve is how many octets of the disk a store on disk leaves alone; 0 is
	// the default of the store.
	Reserve int64 `yaml:"reserve" unit:"bytes" range:"0.."`
	// MaxBytes is how large the folder may become; 0 is as large as there is room.
	MaxBytes int64 `yaml:"max_bytes" unit:"bytes" range:"64MiB.."`
}

// Log is what the router logs, and how.
type Log struct {
	Level  string `yaml:"level" values:"trace, debug, info, warn, error, disabled"`
	Format string `yaml:"format" values:"auto, json, console"`
}

// Default is the configuration without a file.
func Default() *File {
	router := actors.Default()
	return &File{
		Listeners:   []Listener{{URL: "ws://127.0.0.1:8080/ws"}, {URL: "tcp://127.0.0.1:8081"}},
		Realms:      router.Realms,
		Limits:      router.Limits,
		Supervision: router.Policies,
		Store:       Store{Kind: "memory"},
		Log:         Log{Level: "info", Format: "auto"},
	}
}

// Router is the file's part of the router's configuration, without the store,
// which is to be opened first.
func (f *File) Router() actors.Config {
	return actors.Config{Realms: f.Realms, Limits: f.Limits, Policies: f.Supervision}
}

// MaxMessageOf is the longest message that a listener takes.
func (f *File) MaxMessageOf(l *Listener) int {
	if l.MaxMessage != 0 {
		return l.MaxMessage
	}
	return f.Limits.MaxMessage
}
