package interop_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/gammazero/nexus/v3/client"
	"github.com/gammazero/nexus/v3/transport/serialize"
	"github.com/gammazero/nexus/v3/wamp"
)

// The nexus client over both transports in its three serializers.
func TestNexus(t *testing.T) {
	at := addressesOf(t)
	serializers := map[string]serialize.Serialization{
		"json": serialize.JSON, "msgpack": serialize.MSGPACK, "cbor": serialize.CBOR,
	}
	for transport, url := range map[string]string{"websocket": at.ws, "rawsocket": at.tcp} {
		for name, serializer := range serializers {
			t.Run(transport+" "+name, func(t *testing.T) { nexusTests(t, peer{url: url, serializer: serializer}) })
		}
	}
	t.Run("websocket over TLS json", func(t *testing.T) { nexusTests(t, peer{over(t, at.wss), serialize.JSON, believed(t)}) })
	t.Run("rawsocket over TLS msgpack", func(t *testing.T) { nexusTests(t, peer{over(t, at.tcps), serialize.MSGPACK, believed(t)}) })
}

// over skips a test when there is no address over TLS.
func over(t *testing.T, url string) string {
	t.Helper()
	if url == "" {
		t.Skip("the router is not ours, and no address over TLS is known")
	}
	return url
}

// believed is what believes the certificate of the router.
func believed(t *testing.T) *tls.Config {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	return &tls.Config{RootCAs: pool}
}

func nexusTests(t *testing.T, p peer) {
	t.Run("events", p.events)
	t.Run("receivers", p.receivers)
	t.Run("patterns", p.patterns)
	t.Run("calls with keyword arguments only", p.keywords)
	t.Run("calls from 100 goroutines on one session", p.goroutines)
	t.Run("errors", p.errors)
	t.Run("shared registration", p.shared)
	t.Run("disclosure", p.disclosure)
	t.Run("no such realm", p.noSuchRealm)
}

// peer says how its sessions join.
type peer struct {
	url        string
	serializer serialize.Serialization
	tls        *tls.Config
}

func (p peer) config(realm string) client.Config {
	return client.Config{
		Realm: realm, Serialization: p.serializer, TlsCfg: p.tls,
		ResponseTimeout: patience, Logger: log.New(io.Discard, "", 0),
	}
}

// join joins; the session leaves at the end of the test.
func (p peer) join(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.ConnectNet(t.Context(), p.url, p.config("realm1"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil && !errors.Is(err, client.ErrAlreadyClosed) {
			t.Errorf("leave: %v", err)
		}
	})
	return c
}

func (p peer) events(t *testing.T) {
	alice, bob := p.join(t), p.join(t)
	gone, kept := subscribe(t, alice, "com.nexus.gone", nil), subscribe(t, alice, "com.nexus.kept", nil)
	publish(t, bob, "com.nexus.gone", nil, wamp.List{"hello", int64(1)}, wamp.Dict{"key": "value"})
	e := next(t, gone)
	if s, _ := wamp.AsString(e.Arguments[0]); s != "hello" || len(e.Arguments) != 2 {
		t.Errorf("arguments %v", e.Arguments)
	}
	if s, _ := wamp.AsString(e.ArgumentsKw["key"]); s != "value" {
		t.Errorf("keyword arguments %v", e.ArgumentsKw)
	}
	must(t, alice.Unsubscribe("com.nexus.gone"))
	publish(t, bob, "com.nexus.gone", nil, nil, nil)
	publish(t, bob, "com.nexus.kept", nil, nil, nil)
	next(t, kept)
	if len(gone) != 0 {
		t.Error("an event after UNSUBSCRIBED")
	}
}

func (p peer) receivers(t *testing.T) {
	alice, bob, carol := p.join(t), p.join(t), p.join(t)
	a, b := subscribe(t, alice, "com.nexus.lists", nil), subscribe(t, bob, "com.nexus.lists", nil)
	c := subscribe(t, carol, "com.nexus.lists", nil)
	publish(t, carol, "com.nexus.lists", wamp.Dict{"eligible": wamp.List{alice.ID()}}, wamp.List{"alice"}, nil)
	publish(t, carol, "com.nexus.lists", wamp.Dict{"exclude": wamp.List{alice.ID()}}, wamp.List{"others"}, nil)
	publish(t, carol, "com.nexus.lists", wamp.Dict{"exclude_me": false}, wamp.List{"all"}, nil)
	for want, got := range map[string]string{
		"alice all":  said(t, a) + " " + said(t, a),
		"others all": said(t, b) + " " + said(t, b),
		"all":        said(t, c),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func (p peer) patterns(t *testing.T) {
	alice, bob := p.join(t), p.join(t)
	prefix := subscribe(t, alice, "com.nexus.pat", wamp.Dict{"match": "prefix"})
	wildcard := subscribe(t, alice, "com.nexus..two", wamp.Dict{"match": "wildcard"})
	publish(t, bob, "com.nexus.pattern.two", nil, nil, nil)
	for _, events := range []chan *wamp.Event{prefix, wildcard} {
		if topic, _ := wamp.AsString(next(t, events).Details["topic"]); topic != "com.nexus.pattern.two" {
			t.Errorf("topic %q", topic)
		}
	}
	register(t, alice, "com.nexus.proc", wamp.Dict{"match": "prefix"}, func(_ context.Context, i *wamp.Invocation) client.InvokeResult {
		return client.InvokeResult{Args: wamp.List{i.Details["procedure"]}}
	})
	r, err := bob.Call(t.Context(), "com.nexus.procedure", nil, nil, nil, nil)
	must(t, err)
	if uri, _ := wamp.AsString(r.Arguments[0]); uri != "com.nexus.procedure" {
		t.Errorf("procedure %q", uri)
	}
}

// The client sends a null for arguments that are not there.
func (p peer) keywords(t *testing.T) {
	caller, callee := p.join(t), p.join(t)
	register(t, callee, "com.nexus.keywords", nil, func(_ context.Context, i *wamp.Invocation) client.InvokeResult {
		return client.InvokeResult{Args: wamp.List{len(i.Arguments)}, Kwargs: i.ArgumentsKw}
	})
	r, err := caller.Call(t.Context(), "com.nexus.keywords", nil, nil, wamp.Dict{"key": "value"}, nil)
	must(t, err)
	if n, _ := wamp.AsInt64(r.Arguments[0]); n != 0 {
		t.Errorf("the callee saw %d arguments", n)
	}
	if !reflect.DeepEqual(wamp.NormalizeDict(r.ArgumentsKw), wamp.Dict{"key": "value"}) {
		t.Errorf("keyword arguments %v", r.ArgumentsKw)
	}
}

// Requests are numbered in one goroutine and sent by another: ids arrive out of sequence.
func (p peer) goroutines(t *testing.T) {
	const goroutines, calls = 100, 20
	caller, callee := p.join(t), p.join(t)
	register(t, callee, "com.nexus.echo", nil, func(_ context.Context, i *wamp.Invocation) client.InvokeResult {
		return client.InvokeResult{Args: i.Arguments}
	})
	var all sync.WaitGroup
	failures := make(chan error, goroutines*calls)
	for g := range goroutines {
		all.Go(func() {
			for n := range calls {
				want := int64(g*calls + n)
				r, err := caller.Call(t.Context(), "com.nexus.echo", nil, wamp.List{want}, nil, nil)
				if err != nil {
					failures <- err
				} else if got, _ := wamp.AsInt64(r.Arguments[0]); got != want {
					failures <- fmt.Errorf("called with %d, answered %d", want, got)
				}
			}
		})
	}
	all.Wait()
	close(failures)
	for err := range failures {
		t.Error(err)
	}
}

func (p peer) errors(t *testing.T) {
	caller, callee := p.join(t), p.join(t)
	register(t, callee, "com.nexus.fail", nil, func(context.Context, *wamp.Invocation) client.InvokeResult {
		return client.InvokeResult{Err: "com.nexus.error", Args: wamp.List{"why"}, Kwargs: wamp.Dict{"tray": "two"}}
	})
	_, err := caller.Call(t.Context(), "com.nexus.fail", nil, nil, nil, nil)
	failed := wantError(t, err, "com.nexus.error")
	if len(failed.Arguments) != 1 || len(failed.ArgumentsKw) != 1 {
		t.Errorf("payload %v %v", failed.Arguments, failed.ArgumentsKw)
	}
	_, err = caller.Call(t.Context(), "com.nexus.nothing", nil, nil, nil, nil)
	wantError(t, err, wamp.ErrNoSuchProcedure)
	if err := caller.Register("com.nexus.fail", nil, nil); err == nil {
		t.Error("registered what is registered already")
	}
	must(t, callee.Unregister("com.nexus.fail"))
	_, err = caller.Call(t.Context(), "com.nexus.fail", nil, nil, nil, nil)
	wantError(t, err, wamp.ErrNoSuchProcedure)
}

func (p peer) shared(t *testing.T) {
	caller := p.join(t)
	for i := range 3 {
		register(t, p.join(t), "com.nexus.shared", wamp.Dict{"invoke": "roundrobin"}, func(context.Context, *wamp.Invocation) client.InvokeResult {
			return client.InvokeResult{Args: wamp.List{i}}
		})
	}
	answered := ""
	for range 6 {
		r, err := caller.Call(t.Context(), "com.nexus.shared", nil, nil, nil, nil)
		must(t, err)
		n, _ := wamp.AsInt64(r.Arguments[0])
		answered += fmt.Sprint(n)
	}
	if answered != "012012" {
		t.Errorf("answered by %s", answered)
	}
}

func (p peer) disclosure(t *testing.T) {
	alice, bob := p.join(t), p.join(t)
	register(t, alice, "com.nexus.caller", nil, func(_ context.Context, i *wamp.Invocation) client.InvokeResult {
		return client.InvokeResult{Args: wamp.List{i.Details["caller"]}}
	})
	r, err := bob.Call(t.Context(), "com.nexus.caller", wamp.Dict{"disclose_me": true}, nil, nil, nil)
	must(t, err)
	if id, _ := wamp.AsID(r.Arguments[0]); id != bob.ID() {
		t.Errorf("disclosed %v, the caller is %v", r.Arguments[0], bob.ID())
	}
	r, err = bob.Call(t.Context(), "com.nexus.caller", nil, nil, nil, nil)
	must(t, err)
	if len(r.Arguments) != 1 || r.Arguments[0] != nil {
		t.Errorf("disclosed %v without being asked to", r.Arguments)
	}
}

func (p peer) noSuchRealm(t *testing.T) {
	c, err := client.ConnectNet(t.Context(), p.url, p.config("com.callboard.nowhere"))
	if err == nil {
		t.Error("joined a realm that is not there", c.Close())
	}
}

func subscribe(t *testing.T, c *client.Client, topic string, options wamp.Dict) chan *wamp.Event {
	t.Helper()
	events := make(chan *wamp.Event, 16)
	must(t, c.SubscribeChan(topic, events, options))
	return events
}

func publish(t *testing.T, c *client.Client, topic string, options wamp.Dict, args wamp.List, kwargs wamp.Dict) {
	t.Helper()
	all := wamp.Dict{"acknowledge": true}
	for k, v := range options {
		all[k] = v
	}
	must(t, c.Publish(topic, all, args, kwargs))
}

func register(t *testing.T, c *client.Client, procedure string, options wamp.Dict, f client.InvocationHandler) {
	t.Helper()
	must(t, c.Register(procedure, f, options))
}

func next(t *testing.T, events chan *wamp.Event) *wamp.Event {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(patience):
		t.Fatal("no event")
		return nil
	}
}

// said is the first argument of the next event.
func said(t *testing.T, events chan *wamp.Event) string {
	t.Helper()
	s, _ := wamp.AsString(next(t, events).Arguments[0])
	return s
}

func wantError(t *testing.T, err error, uri wamp.URI) *wamp.Error {
	t.Helper()
	var failed client.RPCError
	if !errors.As(err, &failed) || failed.Err.Error != uri {
		t.Fatalf("got %v, want %s", err, uri)
	}
	return failed.Err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
