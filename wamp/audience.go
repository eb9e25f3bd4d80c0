package wamp

// Audience is who may receive a publication: what PUBLISH said about it, kept
// beside an event that is delivered later (advanced profile, "Event Retention"
// and "Event History"). The zero value is everybody. It never changes.
type Audience struct {
	// Receivers are the six lists; nil narrows nothing.
	Receivers *Receivers
	// Publisher is excluded from its own event. Its Session is zero when the
	// event was published with exclude_me=false.
	Publisher Reader
}

// Reader is what decides whether a session belongs to an audience.
type Reader struct {
	Session  ID
	AuthID   string
	AuthRole string
}
