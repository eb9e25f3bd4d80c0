package codec

import "github.com/callboard-wamp/callboard/wamp"

// DecodeHello decodes HELLO.Details: the roles as features (advanced profile,
// "Feature Announcement"), without the dictionaries that they come in, and the
// other entries as strictly as [Serializer.DecodeDict].
//
// There is at least one of the four roles, each a dictionary whose `features` is an
// optional dictionary. Anything else is a protocol violation.
func (s Serializer) DecodeHello(b []byte) (rest wamp.Dict, f wamp.Features, err *wamp.Error) {
	h := hello{r: s.reader(), b: b, rest: wamp.Dict{}}
	if len(b) > 0 {
		end := h.each(h.r.start(b, 0), h.detail)
		if h.err == nil && (end < 0 || !h.r.ended(b, end)) {
			h.err = wamp.Violation("HELLO.Details: " + undecodable(s).Message)
		}
	}
	switch {
	case h.err != nil:
	case !h.roles:
		h.err = wamp.Violation("HELLO.Details.roles is not a dictionary")
	case !h.f.AnyRole():
		h.err = wamp.Violation("HELLO.Details.roles names none of caller, callee, publisher, subscriber")
	}
	if h.err != nil {
		return nil, 0, h.err
	}
	return h.rest, h.f, nil
}

// hello is what was read of HELLO.Details so far.
type hello struct {
	r     reader
	b     []byte
	rest  wamp.Dict
	f     wamp.Features
	roles bool
	role  wamp.Features // the one that is being read
	name  []byte
	err   *wamp.Error
}

// each visits the entries of the dictionary at i, whose keys are unique. Where visit
// refuses a value, err says why.
func (h *hello) each(i int, visit func(key []byte, at int) (end int)) (end int) {
	var seen keys
	return entries(h.r, h.b, i, func(key []byte, at int) (end int) {
		if !seen.add(key) {
			return -1
		}
		return visit(key, at)
	})
}

func (h *hello) detail(key []byte, at int) (end int) {
	if string(key) == "roles" {
		h.roles = true
		return h.dict(at, "HELLO.Details.roles", h.oneRole)
	}
	v, end := decode(h.r, h.b, at, maxOptionDepth-1)
	h.rest[string(key)] = v
	return end
}

func (h *hello) oneRole(key []byte, at int) (end int) {
	role, known := wamp.RoleNamed(key)
	if !known {
		return h.skip(at)
	}
	h.f |= role
	h.role, h.name = role, key
	return h.dict(at, "", h.ofRole)
}

func (h *hello) ofRole(key []byte, at int) (end int) {
	if string(key) != "features" || h.r.kind(h.b, at) == kindNull {
		return h.skip(at)
	}
	return h.dict(at, ".features", h.feature)
}

func (h *hello) feature(key []byte, at int) (end int) {
	if h.r.kind(h.b, at) != kindBool {
		return h.skip(at)
	}
	on, end := h.r.boolean(h.b, at)
	if on {
		h.f |= h.role.FeatureNamed(key)
	}
	return end
}

// dict is each for what has to be a dictionary. Without a whole name it is something
// of the role that is being read.
func (h *hello) dict(at int, what string, visit func(key []byte, at int) (end int)) (end int) {
	if h.r.kind(h.b, at) == kindDict {
		return h.each(at, visit)
	}
	if what == "" || what[0] == '.' {
		what = "HELLO.Details.roles." + string(h.name) + what
	}
	h.err = wamp.Violation(what + " is not a dictionary")
	return -1
}

func (h *hello) skip(at int) (end int) { return h.r.skip(h.b, at, maxOptionDepth-1) }
