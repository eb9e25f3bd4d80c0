package session

import "github.com/rs/zerolog"

// notice is a mistake of a peer that ends nothing. Whoever makes one makes it over
// and over: each is counted, and only the first of a session is logged.
type notice uint8

const (
	outOfStep notice = 1 << iota
	unknownMode
	badError
	unreadable
)

// first returns a line of the log for the first mistake of this kind in the session,
// and nil for others, which zerolog takes for a line that is not wanted.
func (s *session) first(n notice) *zerolog.Event {
	if s.noticed&n != 0 {
		return nil
	}
	s.noticed |= n
	return s.env.Log.Info().Uint64("session", uint64(s.ID)).Str("logged", "once per session")
}
