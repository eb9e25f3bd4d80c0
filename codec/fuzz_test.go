package codec_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

func FuzzParseJSON(f *testing.F)        { fuzzParse(f, codec.JSON) }
func FuzzParseMessagePack(f *testing.F) { fuzzParse(f, codec.MessagePack) }
func FuzzParseCBOR(f *testing.F)        { fuzzParse(f, codec.CBOR) }

// fuzzParse: whatever is accepted, another decoder takes for well-formed; both
// ways through the parser agree, and say what the other decoder reads; and decode,
// encode, decode gives the same.
func fuzzParse(f *testing.F, s codec.Serializer) {
	for _, seed := range seeds(f, s) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m, slow wamp.Message
		original := bytes.Clone(b)
		err := s.Parse(b, &m)
		if other := s.ParseSlowly(bytes.Clone(original), &slow); (other == nil) != (err == nil) {
			t.Fatalf("%q: %v, slowly %v", original, err, other)
		}
		if err != nil {
			checkError(t, s, original, m, err)
			return
		}
		checkOracle(t, s, original)
		checkOracle(t, s, b)
		checkMeaning(t, s, original, m)
		if !reflect.DeepEqual(m, slow) {
			t.Fatalf("%q:\n fast %+v\nslow %+v", original, m, slow)
		}
		checkAgain(t, s, m)
	})
}

// seeds are one message of every type, and what the tables of the tests have.
func seeds(t testing.TB, s codec.Serializer) (all [][]byte) {
	add := func(message list) {
		if b, ok := wire(t, s, message); ok {
			all = append(all, b)
		}
	}
	for _, row := range every {
		add(row.message)
	}
	for _, row := range integers {
		add(list{17, row.v, 5})
	}
	for _, row := range payloads {
		add(list{16, 7, dict{}, "a", row.args, row.kwargs})
	}
	add(list{16, 7, dict{"acknowledge": true, "exclude": list{1, 2.0}, "eligible_authid": list{"é"}, "ppt_scheme": "x", "retain": undefined}, "a", list{1}})
	add(list{48, 7, dict{"rkey": "user-17"}, "a"})
	add(list{48, 7, dict{"rkey": 17.0}, "a", list{1}})
	add(list{48, 7, dict{"timeout": 1.5e3, "x": list{dict{"y": nil}}}, "a", list{1}, dict{"k": list{-1, "\x00"}}})
	add(list{64, 7, dict{"match": "prefix", "invoke": "last"}, "a.b."})
	add(list{16, 7, dict{}, literal{`"\ud83d\ude00\n"`, "d903612e62", "7f6161622e62ff"}})
	return all
}

func checkError(t *testing.T, s codec.Serializer, b []byte, m wamp.Message, err error) {
	var violation *wamp.Error
	if !errors.As(err, &violation) || violation.URI != wamp.ErrProtocolViolation || len(violation.Message) > 300 {
		t.Fatalf("%q: error %#v", b, err)
	}
	if !reflect.DeepEqual(m, wamp.Message{Type: m.Type}) {
		t.Fatalf("%q: after an error %+v", b, m)
	}
	if s != codec.JSON && errors.Is(err, codec.ErrUTF8) {
		t.Fatalf("%q: error %v", b, err)
	}
}

// checkAgain writes the message and reads it again.
func checkAgain(t *testing.T, s codec.Serializer, m wamp.Message) {
	out := m
	out.Fields = optionFields(m)
	if m.Options != nil {
		options, err := s.AppendValue(nil, optionDict(m))
		if err != nil {
			t.Fatal(err)
		}
		out.Dict = options
	}
	b := s.Append(nil, &out)
	if len(b) != s.Size(&out) {
		t.Fatalf("Size is %d, appended %q", s.Size(&out), b)
	}
	if parts[m.Type] == "" {
		return
	}
	checkOracle(t, s, b)
	var again wamp.Message
	if err := s.Parse(b, &again); err != nil {
		t.Fatalf("%q: %v", b, err)
	}
	if !reflect.DeepEqual(m, again) {
		t.Fatalf("%q:\n got %+v\nwant %+v", b, again, m)
	}
	if _, _, err := s.DecodePayload(m.Payload); err != nil && !strings.Contains(err.Error(), "decoded") {
		t.Fatal(err)
	}
}

// optionFields are the options of a request as it is sent, none for messages
// whose dictionary is kept.
func optionFields(m wamp.Message) (fields []wamp.Field) {
	if !has(m.Type, "options") || m.Options != nil {
		return nil
	}
	for key, v := range optionDict(m) {
		switch v := v.(type) {
		case string:
			fields = append(fields, wamp.Text(key, v))
		case bool:
			kind := wamp.FieldFalse
			if v {
				kind = wamp.FieldTrue
			}
			fields = append(fields, wamp.Field{Key: key, Kind: kind})
		case uint64:
			fields = append(fields, wamp.Int(key, v))
		}
	}
	return fields
}

// optionDict is the dictionary that a request with these options has.
func optionDict(m wamp.Message) wamp.Dict {
	d := wamp.Dict{}
	for _, row := range booleans {
		if row.mt == m.Type && row.flag != 0 && m.Flags.Has(row.flag) {
			d[row.key] = !row.not
		}
	}
	if m.Match != wamp.Exact {
		d["match"] = m.Match.String()
	}
	if m.Invoke != wamp.Single {
		d["invoke"] = m.Invoke.String()
	}
	if m.Mode != wamp.KillNoWait {
		d["mode"] = m.Mode.String()
	}
	if m.Flags.Has(wamp.UnknownMode) {
		d["mode"] = "whatever"
	}
	if m.Timeout > 0 {
		d["timeout"] = m.Timeout
	}
	if o := m.Options; o != nil {
		addOptions(d, o)
	}
	return d
}

func addOptions(d wamp.Dict, o *wamp.Options) {
	for key, ids := range map[string][]wamp.ID{"exclude": o.Exclude, "eligible": o.Eligible} {
		if ids != nil {
			d[key] = ids
		}
	}
	for key, names := range map[string][]string{
		"exclude_authid": o.ExcludeAuthID, "eligible_authid": o.EligibleAuthID,
		"exclude_authrole": o.ExcludeAuthRole, "eligible_authrole": o.EligibleAuthRole,
	} {
		if names != nil {
			d[key] = names
		}
	}
	for key, text := range map[string]string{
		"ppt_scheme": o.Scheme, "ppt_serializer": o.Serializer, "ppt_cipher": o.Cipher, "ppt_keyid": o.KeyID, "reason": o.Reason, "rkey": o.RoutingKey,
	} {
		if text != "" {
			d[key] = text
		}
	}
}
