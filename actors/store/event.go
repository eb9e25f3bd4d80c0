package store

import (
	"time"

	"github.com/callboard-wamp/callboard/wamp"
)

// Event is one publication, copied: nothing in it refers to the buffer that it
// was read into. It never changes and may be read by any number of goroutines.
type Event struct {
	Publication wamp.ID
	Topic       string
	// Time is when the router took it in, by its own clock.
	Time time.Time
	// Serializer is what the payload is encoded in, by the number of the RawSocket
	// handshake (advanced profile, "RawSocket Transport"): it does not change.
	Serializer uint8
	Payload    wamp.Payload
	// Details are what EVENT.Details say about the publisher, if it was disclosed,
	// and the attributes of payload passthru mode, if it is used.
	Details []wamp.Field
	// Trust is how far the publisher was trusted, for those who are told.
	Trust uint64
	// Audience is who may receive it.
	Audience wamp.Audience
}

// overhead is what an event counts for beside its texts and its payload.
const overhead = 256

// Size is what the event counts for, in octets, where bytes are bounded.
func (e *Event) Size() int {
	n := overhead + len(e.Topic) + len(e.Payload.Bytes)
	for i := range e.Details {
		n += len(e.Details[i].Key) + len(e.Details[i].Text) + 16
	}
	if r := e.Audience.Receivers; r != nil {
		n += 8 * (len(r.Exclude) + len(r.Eligible))
		for _, names := range [][]string{r.ExcludeAuthID, r.EligibleAuthID, r.ExcludeAuthRole, r.EligibleAuthRole} {
			for _, name := range names {
				n += len(name) + 16
			}
		}
	}
	return n
}

// Bounds are how much is kept; what is over them goes, the oldest first.
type Bounds struct {
	// Events is how many events are kept.
	Events int `yaml:"events" range:"0.."`
	// Bytes is how many octets they may have, by [Event.Size].
	Bytes int `yaml:"bytes" unit:"bytes" range:"0.."`
	// Age is how long an event is kept; zero means that age alone ends nothing.
	Age time.Duration `yaml:"age" range:"0s.."`
}

// Or returns the bounds with what is zero taken from the defaults.
func (b Bounds) Or(defaults Bounds) Bounds {
	if b.Events == 0 {
		b.Events = defaults.Events
	}
	if b.Bytes == 0 {
		b.Bytes = defaults.Bytes
	}
	if b.Age == 0 {
		b.Age = defaults.Age
	}
	return b
}

// Expired says whether the event is too old at this time.
func (b Bounds) Expired(e *Event, now time.Time) bool {
	return b.Age > 0 && now.Sub(e.Time) > b.Age
}
