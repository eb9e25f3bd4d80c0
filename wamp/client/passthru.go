package client

import "github.com/callboard-wamp/callboard/wamp"

// Passthru returns the options of a call or publication, and the Details of an
// [*Error], whose payload the router does not look into (advanced profile, "Payload
// Passthru Mode"). That payload is one []byte as the only argument, which the program
// has made and understands; only where it is native it may have values.
//
//	s.Publish(ctx, topic, []any{sealed}, nil, client.Passthru(wamp.Passthru{Scheme: "x_own"}))
func Passthru(p wamp.Passthru) wamp.Dict {
	d := wamp.Dict{}
	for _, f := range p.Append(nil) {
		d[f.Key] = f.Text
	}
	return d
}

// passthruOf returns the attributes that stand in Details, or nil.
func passthruOf(d wamp.Dict) *wamp.Passthru {
	text := func(key string) string {
		s, _ := d[key].(string)
		return s
	}
	if text("ppt_scheme") == "" {
		return nil
	}
	return &wamp.Passthru{
		Scheme: text("ppt_scheme"), Serializer: text("ppt_serializer"), Cipher: text("ppt_cipher"), KeyID: text("ppt_keyid"),
	}
}
