package codec_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

func role(features ...string) wamp.Dict {
	on := wamp.Dict{}
	for _, f := range features {
		on[f] = true
	}
	return wamp.Dict{"features": on}
}

// hello decodes details that were encoded with s.
func hello(t testing.TB, s codec.Serializer, details wamp.Dict) (wamp.Dict, wamp.Features, *wamp.Error) {
	t.Helper()
	b, err := s.AppendValue(nil, details)
	if err != nil {
		t.Fatal(err)
	}
	return s.DecodeHello(b)
}

func TestDecodeHello(t *testing.T) {
	tests := []struct {
		name  string
		roles any
		want  wamp.Features
	}{
		{"role without features", wamp.Dict{"caller": wamp.Dict{}}, wamp.RoleCaller},
		{"features null", wamp.Dict{"caller": wamp.Dict{"features": nil}}, wamp.RoleCaller},
		{"all roles",
			wamp.Dict{"caller": role(), "callee": role(), "publisher": role(), "subscriber": role()},
			wamp.RoleCaller | wamp.RoleCallee | wamp.RolePublisher | wamp.RoleSubscriber},
		{"both spellings of canceling", wamp.Dict{"caller": role("call_cancelling"), "callee": role("call_canceling")},
			wamp.RoleCaller | wamp.RoleCallee | wamp.CallerCanceling | wamp.CalleeCanceling},
		{"same feature, two roles", wamp.Dict{"caller": role("progressive_call_results"), "callee": role()},
			wamp.RoleCaller | wamp.RoleCallee | wamp.CallerProgressiveResults},
		{"callee features", wamp.Dict{"callee": role("call_timeout", "call_reroute", "registration_revocation", "payload_passthru_mode")},
			wamp.RoleCallee | wamp.CalleeTimeout | wamp.CalleeReroute | wamp.CalleeRevocation | wamp.CalleePassthru},
		{"feature of another role", wamp.Dict{"publisher": role("call_timeout")}, wamp.RolePublisher},
		{"unknown feature", wamp.Dict{"publisher": role("x_levitation")}, wamp.RolePublisher},
		{"unknown role ignored", wamp.Dict{"publisher": role(), "stage_hand": 7}, wamp.RolePublisher},
		{"feature false", wamp.Dict{"caller": wamp.Dict{"features": wamp.Dict{"call_canceling": false}}}, wamp.RoleCaller},
		{"feature not boolean", wamp.Dict{"caller": wamp.Dict{"features": wamp.Dict{"call_canceling": int64(1)}}}, wamp.RoleCaller},
		{"beside features", wamp.Dict{"caller": wamp.Dict{"x": []any{wamp.Dict{"features": 1}}}}, wamp.RoleCaller},
	}
	for _, tt := range tests {
		for _, s := range serializers {
			rest, got, err := hello(t, s, wamp.Dict{"authid": "joe", "roles": tt.roles, "authmethods": []any{"ticket"}})
			if err != nil || got != tt.want || !reflect.DeepEqual(rest, wamp.Dict{"authid": "joe", "authmethods": []any{"ticket"}}) {
				t.Errorf("%s, %v: got %b, %v, %v, want %b", tt.name, s, got, rest, err, tt.want)
			}
		}
	}
}

func TestDecodeHelloRefuses(t *testing.T) {
	tests := []struct {
		name    string
		details wamp.Dict
		says    string
	}{
		{"no roles", wamp.Dict{"authid": "joe"}, "HELLO.Details.roles is not a dictionary"},
		{"empty", wamp.Dict{}, "HELLO.Details.roles is not a dictionary"},
		{"roles null", wamp.Dict{"roles": nil}, "HELLO.Details.roles is not a dictionary"},
		{"roles a list", wamp.Dict{"roles": []any{"caller"}}, "HELLO.Details.roles is not a dictionary"},
		{"roles empty", wamp.Dict{"roles": wamp.Dict{}}, "HELLO.Details.roles names none of caller, callee, publisher, subscriber"},
		{"unknown role only", wamp.Dict{"roles": wamp.Dict{"broker": wamp.Dict{}}}, "HELLO.Details.roles names none of caller, callee, publisher, subscriber"},
		{"role null", wamp.Dict{"roles": wamp.Dict{"caller": nil}}, "HELLO.Details.roles.caller is not a dictionary"},
		{"role a boolean", wamp.Dict{"roles": wamp.Dict{"callee": true}}, "HELLO.Details.roles.callee is not a dictionary"},
		{"features a list", wamp.Dict{"roles": wamp.Dict{"publisher": wamp.Dict{"features": []any{}}}}, "HELLO.Details.roles.publisher.features is not a dictionary"},
	}
	for _, tt := range tests {
		for _, s := range serializers {
			d, f, err := hello(t, s, tt.details)
			if err == nil || err.URI != wamp.ErrProtocolViolation || err.Message != tt.says || f != 0 || d != nil {
				t.Errorf("%s, %v: got %v, %b, %v", tt.name, s, d, f, err)
			}
		}
	}
	for _, s := range serializers {
		for _, b := range [][]byte{nil, oneList.octets(t, s)} {
			if _, _, err := s.DecodeHello(b); err == nil || err.URI != wamp.ErrProtocolViolation {
				t.Errorf("%v: %q: %v", s, b, err)
			}
		}
	}
}

// features says what roles announce, from the decoded dictionaries: slowly, and so
// that it can be read.
func features(details wamp.Dict) (f wamp.Features, ok bool) {
	roles, ok := details["roles"].(wamp.Dict)
	for name, v := range roles {
		bit, known := wamp.RoleNamed([]byte(name))
		if !known {
			continue
		}
		role, isDict := v.(wamp.Dict)
		list, areDict := role["features"].(wamp.Dict)
		ok = ok && isDict && (areDict || role["features"] == nil)
		f |= bit
		for feature, on := range list {
			if on == true {
				f |= bit.FeatureNamed([]byte(feature))
			}
		}
	}
	return f, ok && f.AnyRole()
}

// What DecodeHello reads is what stands in the dictionaries, whatever they are.
func TestDecodeHelloReadsWhatIsThere(t *testing.T) {
	odd := rapid.SampledFrom([]any{nil, true, false, int64(1), "x", []any{}, wamp.Dict{}})
	flags := rapid.MapOfN(rapid.SampledFrom([]string{"call_canceling", "call_cancelling", "call_timeout", "payload_passthru_mode", "x"}), odd, 0, 5)
	dict := func(m map[string]any) any { return wamp.Dict(m) }
	mostly := func(g *rapid.Generator[any]) *rapid.Generator[any] { return rapid.OneOf(g, g, g, g, odd) }
	role := rapid.MapOfN(rapid.SampledFrom([]string{"features", "features", "y"}), mostly(rapid.Map(flags, dict)), 0, 2)
	roles := rapid.MapOfN(rapid.SampledFrom([]string{"caller", "callee", "publisher", "subscriber", "z"}), mostly(rapid.Map(role, dict)), 0, 5)
	details := rapid.MapOfN(rapid.SampledFrom([]string{"roles", "roles", "authid", "authextra"}), mostly(rapid.Map(roles, dict)), 0, 3)
	for _, s := range serializers {
		t.Run(s.String(), func(t *testing.T) {
			accepted := 0
			rapid.Check(t, func(rt *rapid.T) {
				in := wamp.Dict(details.Draw(rt, "details"))
				rest, got, err := hello(t, s, in)
				want, ok := features(in)
				if ok != (err == nil) || ok && got != want {
					rt.Fatalf("%v: got %b, %v, want %b, %v", in, got, err, want, ok)
				}
				if !ok {
					return
				}
				accepted++
				delete(in, "roles")
				if !reflect.DeepEqual(rest, in) {
					rt.Fatalf("rest %v, want %v", rest, in)
				}
			})
			if accepted == 0 {
				t.Error("nothing was accepted")
			}
		})
	}
}

// FuzzDecodeHello: nothing panics, and what is accepted is what the dictionaries
// say, where they can be decoded.
func FuzzDecodeHello(f *testing.F) {
	for i, s := range serializers {
		b, err := s.AppendValue(nil, wamp.Dict{"authid": "joe", "roles": wamp.Dict{"caller": role("call_canceling"), "callee": role()}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(i), b)
	}
	f.Fuzz(func(t *testing.T, i byte, b []byte) {
		s := serializers[int(i)%len(serializers)]
		_, got, refused := s.DecodeHello(b)
		d, err := s.DecodeDict(b)
		if err != nil {
			return
		}
		if want, ok := features(d); ok != (refused == nil) || ok && got != want {
			t.Fatalf("%v %q: got %b, %v, want %b, %v", s, b, got, refused, want, ok)
		}
	})
}
