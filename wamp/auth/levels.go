package auth

// Levels are the trust levels of roles: what the router says of calls or
// publications of a session with this role (advanced profile, "Call Trust
// Levels", "Publication Trust Levels"). A role that is not among them has 0, the
// lowest trust. None at all say nothing of anybody.
type Levels map[string]int

// Of returns the level of a role.
func (l Levels) Of(role string) uint64 { return uint64(max(l[role], 0)) }

// Highest returns the level that no other exceeds: that of the router itself.
func (l Levels) Highest() uint64 {
	highest := 0
	for _, level := range l {
		highest = max(highest, level)
	}
	return uint64(highest)
}
