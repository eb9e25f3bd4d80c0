package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// Join opens a session on a transport that has none, and takes the transport
// over. ctx and errors are as for [Dial].
func Join(ctx context.Context, r *Raw, o Options) (*Session, error) {
	welcome, err := join(ctx, r, o)
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	details, err := r.agreed.Serializer.DecodeDict(welcome.Dict)
	if err != nil {
		_ = r.Close()
		return nil, fmt.Errorf("client: WELCOME: %w", err)
	}
	return open(r, welcome.Request, details, o.EventQueue), nil
}

// join goes from HELLO to WELCOME (basic profile, "Session Establishment").
func join(ctx context.Context, r *Raw, o Options) (*wamp.Message, error) {
	o.Serializer = r.agreed.Serializer
	if err := o.validate(); err != nil {
		return nil, err
	}
	hello := wamp.Message{Type: wamp.Hello, URI: []byte(o.Realm)}
	if err := r.setDict(&hello, o.hello()); err != nil {
		return nil, err
	}
	if err := r.Send(&hello); err != nil {
		return nil, err
	}
	for {
		m, err := r.Receive(ctx)
		if err != nil {
			return nil, fmt.Errorf("client: join: %w", err)
		}
		switch m.Type {
		case wamp.Welcome:
			return m, nil
		case wamp.Challenge:
			err = o.authenticate(r, m)
		case wamp.Abort:
			err = r.errorOf(m)
		default:
			err = r.abort(m.Type.String() + " before WELCOME")
		}
		if err != nil {
			return nil, err
		}
	}
}

// hello is HELLO.Details.
func (o *Options) hello() wamp.Dict {
	details := wamp.Dict{"roles": o.Roles}
	if len(o.Auth) > 0 {
		var methods []string
		for _, a := range o.Auth {
			methods = append(methods, a.Method)
		}
		details["authmethods"] = methods
	}
	if o.AuthID != "" {
		details["authid"] = o.AuthID
	}
	for key, value := range o.Details {
		details[key] = value
	}
	return details
}

// authenticate answers a CHALLENGE.
func (o *Options) authenticate(r *Raw, m *wamp.Message) error {
	extra, err := r.agreed.Serializer.DecodeDict(m.Dict)
	if err != nil {
		return fmt.Errorf("client: CHALLENGE: %w", err)
	}
	for _, a := range o.Auth {
		if a.Method != string(m.URI) || a.Answer == nil {
			continue
		}
		signature, reply, err := a.Answer(extra)
		if err != nil {
			return errors.Join(fmt.Errorf("client: %s: %w", a.Method, err), r.abort("cannot answer the challenge"))
		}
		answer := wamp.Message{Type: wamp.Authenticate, URI: []byte(signature)}
		if err := r.setDict(&answer, reply); err != nil {
			return err
		}
		return r.Send(&answer)
	}
	return r.abort("CHALLENGE with a method that was not announced: " + string(m.URI))
}

// abort tells the router what it did wrong, and is the error for the program.
func (r *Raw) abort(text string) error {
	m := wamp.Message{
		Type: wamp.Abort, URI: []byte(wamp.ErrProtocolViolation),
		Fields: []wamp.Field{wamp.Text("message", text)},
	}
	_ = r.append(&m)
	r.finish(netio.CloseProtocolError, "")
	return wamp.Violation(text)
}

// setDict sets Options or Details of a message to be sent.
func (r *Raw) setDict(m *wamp.Message, d wamp.Dict) (err error) {
	if len(d) > 0 {
		m.Dict, err = r.agreed.Serializer.AppendValue(nil, d)
	}
	return err
}

// setPayload sets Arguments and ArgumentsKw of a message to be sent.
func (r *Raw) setPayload(m *wamp.Message, args []any, kwargs wamp.Dict) (err error) {
	m.Payload, err = r.agreed.Serializer.AppendPayload(nil, args, kwargs)
	return err
}

// errorOf is ERROR, ABORT or GOODBYE as a Go error.
func (r *Raw) errorOf(m *wamp.Message) error {
	e := &Error{URI: wamp.URI(m.URI)}
	var err error
	if e.Details, err = r.agreed.Serializer.DecodeDict(m.Dict); err != nil {
		return errors.Join(e, err)
	}
	if e.Args, e.Kwargs, err = r.agreed.Serializer.DecodePayload(m.Payload); err != nil {
		return errors.Join(e, err)
	}
	return e
}
