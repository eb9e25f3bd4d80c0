package wamp

// Passthru are the attributes of payload passthru mode, which say what a payload
// is that the router does not look into (advanced profile, "Payload Passthru
// Mode"). It is in use if Scheme is not empty; the others may be.
type Passthru struct {
	Scheme, Serializer, Cipher, KeyID string
}

// Passthru returns the attributes of a message that uses payload passthru mode, or
// nil. They belong to the message's Options, do not alias its buffer, and are not
// changed.
func (m *Message) Passthru() *Passthru {
	if !m.Flags.Has(HasPassthru) {
		return nil
	}
	return &m.Options.Passthru
}

// Opaque says whether the payload is none of the router's business: one binary item,
// which no serializer changes. Where the payload is native, values stand in it as in
// any other message; that is also what the scheme mqtt means without a serializer
// (advanced profile, "Payload Passthru Mode", "MQTT Predefined Scheme"). It is false
// for nil.
func (p *Passthru) Opaque() bool {
	switch {
	case p == nil || p.Scheme == "":
		return false
	case p.Serializer == "":
		return p.Scheme != "mqtt"
	}
	return p.Serializer != "native"
}

// Append appends the attributes that are there to the entries of Details, none
// for nil.
func (p *Passthru) Append(f []Field) []Field {
	if p == nil {
		return f
	}
	for _, a := range [...]Field{
		Text("ppt_scheme", p.Scheme), Text("ppt_serializer", p.Serializer), Text("ppt_cipher", p.Cipher), Text("ppt_keyid", p.KeyID),
	} {
		if a.Text != "" {
			f = append(f, a)
		}
	}
	return f
}

// Size is how many octets the attributes have, 0 for nil.
func (p *Passthru) Size() int {
	if p == nil {
		return 0
	}
	return len(p.Scheme) + len(p.Serializer) + len(p.Cipher) + len(p.KeyID)
}
