package client_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// joining runs a test of the handshake, which the peer serves.
func joining(t *testing.T, ctx context.Context, o client.Options, router func(p *peer)) (*client.Session, error) {
	t.Helper()
	r, p := pipe(t, netio.RawSocket, codec.JSON)
	served := make(chan struct{})
	go func() {
		defer close(served)
		router(p)
	}()
	s, err := client.Join(ctx, r, o)
	if err == nil {
		t.Cleanup(func() { _ = s.Close() })
	}
	<-served
	return s, err
}

func TestHello(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := client.Options{
			Realm: "com.example.realm", AuthID: "joe", Auth: []client.Auth{client.Ticket("secret")},
			Details: wamp.Dict{"authextra": wamp.Dict{"a": 1}},
		}
		_, err := joining(t, t.Context(), o, func(p *peer) {
			m := p.expect(wamp.Hello)
			d, err := p.serializer.DecodeDict(m.Dict)
			if err != nil || string(m.URI) != "com.example.realm" || d["authid"] != "joe" || d["authextra"] == nil {
				t.Errorf("%q %v, %v", m.URI, d, err)
			}
			if methods := fmt.Sprint(d["authmethods"]); methods != "[ticket]" {
				t.Errorf("authmethods %v", methods)
			}
			_, features, wrong := p.serializer.DecodeHello(m.Dict)
			if wrong != nil || !features.Has(wamp.RoleCaller|wamp.RoleCallee|wamp.RolePublisher|wamp.RoleSubscriber|wamp.CalleeCanceling|wamp.SubscriberRevocation) {
				t.Errorf("features %b, %v", features, wrong)
			}
			p.send(&wamp.Message{Type: wamp.Challenge, URI: []byte("ticket")})
			if m := p.expect(wamp.Authenticate); string(m.URI) != "secret" {
				t.Errorf("signature %q", m.URI)
			}
			p.send(&wamp.Message{Type: wamp.Welcome, Request: 1})
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestJoinFails(t *testing.T) {
	broken := errors.New("no key")
	tests := []struct {
		name   string
		auth   []client.Auth
		router func(p *peer)
		check  func(err error) bool
	}{
		{"ABORT", nil, func(p *peer) {
			p.send(&wamp.Message{Type: wamp.Abort, URI: []byte(wamp.ErrNoSuchRealm), Fields: []wamp.Field{wamp.Text("message", "no realm")}})
		}, func(err error) bool {
			e, ok := errors.AsType[*client.Error](err)
			return ok && e.Error() == "wamp.error.no_such_realm: no realm"
		}},
		{"another message", nil, func(p *peer) {
			p.send(&wamp.Message{Type: wamp.Published, Request: 1, ID: 1})
			p.expect(wamp.Abort)
		}, func(err error) bool {
			e, ok := errors.AsType[*wamp.Error](err)
			return ok && e.URI == wamp.ErrProtocolViolation
		}},
		{"unannounced method", nil, func(p *peer) {
			p.send(&wamp.Message{Type: wamp.Challenge, URI: []byte("ticket")})
			p.expect(wamp.Abort)
		}, func(err error) bool { return err != nil }},
		{"no answer", []client.Auth{{Method: "key", Answer: func(wamp.Dict) (string, wamp.Dict, error) { return "", nil, broken }}}, func(p *peer) {
			p.send(&wamp.Message{Type: wamp.Challenge, URI: []byte("key")})
			p.expect(wamp.Abort)
		}, func(err error) bool { return errors.Is(err, broken) }},
		{"malformed", nil, func(p *peer) { p.sendBytes([]byte("[2,0,{}]")) }, func(err error) bool {
			_, ok := errors.AsType[*wamp.Error](err)
			return ok
		}},
		{"end", nil, func(p *peer) { _ = p.conn.Close() }, func(err error) bool { return err != nil && err.Error() == "client: join: EOF" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := joining(t, t.Context(), client.Options{Auth: tt.auth}, func(p *peer) {
					p.expect(wamp.Hello)
					tt.router(p)
				})
				if !tt.check(err) {
					t.Error(err)
				}
			})
		})
	}
}

func TestJoinIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := joining(t, ctx, client.Options{}, func(p *peer) {
			p.expect(wamp.Hello)
			p.expectEnd()
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func TestHandshakeOverPipe(t *testing.T) {
	for _, url := range []string{"ws://host/ws", "tcp://host:1"} {
		t.Run(url, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := netio.Pipe(0)
				accepting := start(func() (netio.Handshake, error) {
					return netio.Accept(theirs, netio.AcceptOptions{Subprotocols: []string{"wamp.2.cbor"}, MaxMessage: 1 << 20})
				})
				r, err := client.Handshake(t.Context(), ours, url, client.Options{Serializer: codec.CBOR, MaxMessage: 1 << 16})
				if err != nil {
					t.Fatal(err)
				}
				h := accepting.must(t)
				if got := r.Transport(); got.Framing != h.Framing || got.Serializer != codec.CBOR || got.MaxMessage != 1<<16 {
					t.Errorf("%+v, %+v", got, h)
				}
				_ = r.Close()
			})
		})
	}
}

func TestHandshakeIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := netio.Pipe(0)
		defer theirs.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := client.Handshake(ctx, ours, "ws://host/ws", client.Options{}); err != context.DeadlineExceeded {
			t.Error(err)
		}
	})
}

func TestDialErrors(t *testing.T) {
	for url, o := range map[string]client.Options{
		"http://127.0.0.1/":        {},
		"ws://127.0.0.1:1/ws":      {},
		"unix:///no/such/socket":   {},
		"ws://127.0.0.1:1/ws?bad=": {Serializer: 9},
	} {
		if _, err := client.Dial(t.Context(), url, o); err == nil {
			t.Errorf("%s: no error", url)
		}
	}
}
