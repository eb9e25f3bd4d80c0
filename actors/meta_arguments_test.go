package actors_test

import (
	"fmt"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// Every procedure of the meta API refuses arguments that are missing, too many,
// or of another type with wamp.error.invalid_argument; the session goes on.
func TestMetaArguments(t *testing.T) {
	for _, k := range kinds[:3] {
		t.Run(k.String(), func(t *testing.T) {
			t.Parallel()
			r := start(t, actors.Config{})
			p := enter(t, r, k)
			good := goodArguments(t, r, p)
			for uri, args := range good {
				for _, bad := range badArguments(uri, args) {
					p.refuses(t, uri, bad)
				}
			}
			if n := p.args(p.must(t, call("wamp.session.count", wamp.Payload{}), wamp.Result)); n[0] != 1 {
				t.Errorf("%d sessions", n[0])
			}
			p.silent(t)
		})
	}
}

// arguments are those of one call.
type arguments struct {
	what   string
	args   []any
	kwargs wamp.Dict
}

// takes says what a procedure takes.
type takes struct {
	args     []any // good ones
	least    int   // how many it needs
	keywords wamp.Dict
	// nullable are the positions at which null is as good as nothing.
	nullable []int
}

// goodArguments are those that each procedure takes, so that only what is made
// wrong about them is wrong.
func goodArguments(t *testing.T, r *actors.Router, p *peer) map[string]takes {
	t.Helper()
	reg := p.must(t, register("com.proc", "", ""), wamp.Registered).ID
	sub := p.must(t, subscribe("com.topic", ""), wamp.Subscribed).ID
	last := wamp.Dict{"reason": "com.reason", "message": "bye"}
	why := wamp.Dict{"reason": "com.reason"}
	roles := takes{args: []any{[]any{"anonymous"}}, nullable: []int{0}}
	lookup := takes{args: []any{"com.proc", wamp.Dict{"match": "exact"}}, least: 1, nullable: []int{1}}
	return map[string]takes{
		"wamp.session.count":            roles,
		"wamp.session.list":             roles,
		"wamp.session.get":              {args: []any{p.id}, least: 1},
		"wamp.session.kill":             {args: []any{p.id}, least: 1, keywords: last},
		"wamp.session.kill_by_authid":   {args: []any{"nobody"}, least: 1, keywords: last},
		"wamp.session.kill_by_authrole": {args: []any{"nobody"}, least: 1, keywords: last},
		"wamp.session.kill_all":         {keywords: last},
		"wamp.session.add_testament": {
			args: []any{"com.topic", []any{1}, wamp.Dict{"k": 1}}, least: 3, nullable: []int{1, 2},
			keywords: wamp.Dict{"scope": "detached", "publish_options": wamp.Dict{"exclude": []any{1}}},
		},
		"wamp.session.flush_testaments": {args: []any{"destroyed"}, nullable: []int{0}},

		"wamp.registration.list":          {},
		"wamp.registration.lookup":        lookup,
		"wamp.registration.match":         {args: []any{"com.proc"}, least: 1},
		"wamp.registration.get":           {args: []any{reg}, least: 1},
		"wamp.registration.list_callees":  {args: []any{reg}, least: 1},
		"wamp.registration.count_callees": {args: []any{reg}, least: 1},
		"wamp.registration.remove_callee": {args: []any{reg, p.id}, least: 2, keywords: why},

		"wamp.subscription.list":              {},
		"wamp.subscription.lookup":            lookup,
		"wamp.subscription.match":             {args: []any{"com.topic"}, least: 1},
		"wamp.subscription.get":               {args: []any{sub}, least: 1},
		"wamp.subscription.list_subscribers":  {args: []any{sub}, least: 1},
		"wamp.subscription.count_subscribers": {args: []any{sub}, least: 1},
		"wamp.subscription.remove_subscriber": {args: []any{sub, p.id}, least: 2, keywords: why},
	}
}

// badArguments makes one thing wrong at a time.
func badArguments(uri string, good takes) (bad []arguments) {
	add := func(what string, args []any, kwargs wamp.Dict) {
		bad = append(bad, arguments{fmt.Sprintf("%s: %s", uri, what), args, kwargs})
	}
	for n := range good.least {
		add(fmt.Sprintf("%d arguments", n), good.args[:n], good.keywords)
	}
	most := append([]any{}, good.args...)
	for range 2 { // the procedures that take a reason take it as an argument, too
		most = append(most, "com.reason")
	}
	add("too many arguments", most, nil)
	unknown := wamp.Dict{"unknown": nil}
	for k, v := range good.keywords {
		unknown[k] = v
	}
	add("an unknown keyword", good.args, unknown)
	for i := range good.args {
		for what, v := range wrongTypes(good.args[i]) {
			if v == nil && contains(good.nullable, i) {
				continue
			}
			args := append([]any{}, good.args...)
			args[i] = v
			add(fmt.Sprintf("argument %d is %s", i, what), args, good.keywords)
		}
	}
	for key, value := range good.keywords {
		for what, v := range wrongTypes(value) {
			if v == nil {
				continue
			}
			kwargs := wamp.Dict{}
			for k, v := range good.keywords {
				kwargs[k] = v
			}
			kwargs[key] = v
			add(key+" is "+what, good.args, kwargs)
		}
	}
	return bad
}

func contains(list []int, i int) bool {
	for _, v := range list {
		if v == i {
			return true
		}
	}
	return false
}

// wrongTypes are values of every other type than that of a good one, and those
// that are of its type and still no good.
func wrongTypes(good any) map[string]any {
	wrong := map[string]any{
		"null": nil, "a boolean": true, "a number": 1.5, "text": "x", "a list": []any{[]any{}}, "a dictionary": wamp.Dict{"match": 1},
		"negative": -1, "zero": 0, "2^53 + 1": 1<<53 + 1,
	}
	switch good := good.(type) {
	case string:
		delete(wrong, "text")
		if good == "detached" || good == "destroyed" {
			wrong["no scope"] = "attached"
		}
	case []any:
		if good[0] == 1 { // Arguments may be anything
			delete(wrong, "a list")
		}
	case wamp.Dict:
		switch {
		case good["k"] != nil: // ArgumentsKw may be anything
			delete(wrong, "a dictionary")
		case good["exclude"] != nil:
			wrong["a dictionary"] = wamp.Dict{"exclude": "x"}
			wrong["a dictionary with ids that are none"] = wamp.Dict{"eligible": []any{0}}
			wrong["a dictionary with null in a list"] = wamp.Dict{"eligible_authid": []any{nil}}
		default:
			wrong["a dictionary with a match that is none"] = wamp.Dict{"match": "suffix"}
		}
	}
	return wrong
}

func (p *peer) refuses(t *testing.T, uri string, bad arguments) {
	t.Helper()
	payload, err := p.serializer().AppendPayload(nil, bad.args, bad.kwargs)
	if err != nil {
		t.Fatal(err)
	}
	id, err := p.ask(call(uri, payload))
	if err != nil {
		t.Fatal(err)
	}
	m := p.next(t)
	if m.Type != wamp.ErrorMessage || m.Failed != wamp.Call || m.Request != id || string(m.URI) != string(wamp.ErrInvalidArgument) {
		t.Errorf("%s: got %v %s", bad.what, m.Type, m.URI)
	}
}

// Values that have no counterpart in Go are of no type that a procedure takes, but
// a testament carries them.
func TestMetaOpaqueArguments(t *testing.T) {
	opaque := map[codec.Serializer]string{
		codec.JSON: "1e400", codec.MessagePack: "\xd6\xff\x00\x00\x00\x00", codec.CBOR: "\xf8\x20",
	}
	for _, k := range kinds {
		t.Run(k.String(), func(t *testing.T) {
			t.Parallel()
			r := start(t, actors.Config{})
			p, s := enter(t, r, k), enter(t, r, k)
			value := []byte(opaque[k.serializer])
			s.must(t, subscribe("com.topic", ""), wamp.Subscribed)
			get := wamp.Payload{Bytes: k.serializer.AppendList(nil, value), N: 1}
			if m := p.must(t, call("wamp.session.get", get), wamp.ErrorMessage); string(m.URI) != string(wamp.ErrInvalidArgument) {
				t.Errorf("got %s", m.URI)
			}
			list := k.serializer.AppendList(nil, value)
			topic, _ := k.serializer.AppendValue(nil, "com.topic")
			dict, _ := k.serializer.AppendValue(nil, wamp.Dict{})
			add := wamp.Payload{Bytes: k.serializer.AppendList(nil, topic, list, dict), N: 1}
			p.must(t, call("wamp.session.add_testament", add), wamp.Result)
			p.cut()
			if m := s.expect(t, wamp.Event); string(m.Payload.Bytes) != string(list) {
				t.Errorf("the testament says %q instead of %q", m.Payload.Bytes, list)
			}
		})
	}
}
