// Package lane is what one actor may know of another: the handles of
// sessions, topics, registrations, realms and transports, the memberships that
// bind them, the snapshots that publishers and callers route by, and the items
// that travel between mailboxes.
//
// Start with [Item], [Session] and [Topic]. A handle outlives its actor: what
// must survive a crash stands in it, written by one owner, which the comment of
// each field names. Everything else about an actor is its own business, so the
// kinds of actors import this package and never each other.
//
//	topic.Box.Post(x, lane.Item{Op: lane.OpJoin, Member: m})
package lane
