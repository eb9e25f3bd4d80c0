package client

import (
	"crypto/tls"
	"errors"
	"net/http"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// DefaultEventQueue is how many events wait for their handlers at most, before
// the session reads no further.
const DefaultEventQueue = 16384

// Options say which session is wanted. The zero value of everything but Realm
// is the default.
type Options struct {
	// Realm to join; needed by [Dial] and [Join].
	Realm wamp.URI
	// Serializer of all messages; zero means [codec.JSON].
	Serializer codec.Serializer
	// Batched chooses the batched subprotocol of the serializer (advanced profile,
	// "Message Batching"): for WebSocket alone. What leaves in one
	// write is one batch of up to 64 KiB; batches of any length are received.
	Batched bool
	// AuthID is who the session says it is; empty means that the router chooses.
	AuthID string
	// Auth are the ways in which the session can prove that, in order of
	// preference; none means anonymous.
	Auth []Auth
	// Roles is HELLO.Details.roles; nil means [DefaultRoles].
	Roles wamp.Dict
	// Details are further entries of HELLO.Details, for example authextra.
	Details wamp.Dict
	// MaxMessage is the longest message in bytes that is accepted; zero means
	// [netio.DefaultMaxMessage].
	MaxMessage int
	// EventQueue is how many events may wait for their handlers; zero means
	// [DefaultEventQueue]. While as many wait, nothing is read, unless a request
	// of the session has no answer yet: handlers may call.
	EventQueue int
	// Header has further fields for the request of a WebSocket, such as Origin.
	Header http.Header
	// TLS is for wss and tcps; nil means the defaults.
	TLS *tls.Config
}

func (o *Options) validate() error {
	if o.Serializer == 0 {
		o.Serializer = codec.JSON
	}
	if _, ok := codec.ByName(o.Serializer.String()); !ok {
		return errors.New("client: no such serializer")
	}
	if o.Roles == nil {
		o.Roles = DefaultRoles()
	}
	if o.EventQueue <= 0 {
		o.EventQueue = DefaultEventQueue
	}
	return nil
}

func (o *Options) netio(url string) netio.ClientOptions {
	subprotocol := o.Serializer.Subprotocol()
	if o.Batched {
		subprotocol = o.Serializer.BatchedSubprotocol()
	}
	return netio.ClientOptions{
		URL:          url,
		Subprotocols: []string{subprotocol},
		Header:       o.Header,
		MaxMessage:   o.MaxMessage,
		TLS:          o.TLS,
	}
}

// DefaultRoles returns the four roles with all features that a [Session]
// serves (advanced profile, "Feature Announcement"). The caller may change it.
func DefaultRoles() wamp.Dict {
	return wamp.Dict{
		"caller":     features("caller_identification", "call_canceling", "call_timeout", "progressive_call_results", "progressive_call_invocations", "payload_passthru_mode"),
		"callee":     features("caller_identification", "call_canceling", "call_timeout", "progressive_call_results", "pattern_based_registration", "shared_registration", "registration_revocation", "call_trustlevels", "payload_passthru_mode"),
		"publisher":  features("publisher_identification", "publisher_exclusion", "subscriber_blackwhite_listing", "payload_passthru_mode"),
		"subscriber": features("publisher_identification", "pattern_based_subscription", "subscription_revocation", "event_retention", "publication_trustlevels", "payload_passthru_mode"),
	}
}

func features(names ...string) wamp.Dict {
	announced := wamp.Dict{}
	for _, name := range names {
		announced[name] = true
	}
	return wamp.Dict{"features": announced}
}

// Auth is one method of authentication.
type Auth struct {
	// Method is its name in HELLO.Details.authmethods.
	Method string
	// Answer returns Signature and Extra of the AUTHENTICATE that answers a
	// CHALLENGE with this Extra. An error ends the handshake.
	Answer func(extra wamp.Dict) (signature string, reply wamp.Dict, err error)
}

// Ticket proves the session by a secret that is sent as it is (advanced
// profile, "Ticket-based Authentication"): over TLS only.
func Ticket(secret string) Auth {
	return Auth{Method: "ticket", Answer: func(wamp.Dict) (string, wamp.Dict, error) {
		return secret, nil, nil
	}}
}
