package benchmarks_test

import (
	"crypto/tls"
	"testing"

	"github.com/callboard-wamp/callboard/benchmarks"
	"github.com/callboard-wamp/callboard/benchmarks/ledger"
	"github.com/callboard-wamp/callboard/benchmarks/relay"
	"github.com/callboard-wamp/callboard/benchmarks/selfsigned"
	"github.com/callboard-wamp/callboard/codec"
)

// The relay brings everything to where a router would bring it.
func TestRelay(t *testing.T) {
	for _, s := range []codec.Serializer{codec.JSON, codec.MessagePack, codec.CBOR} {
		r := relay.New()
		l := listen(t)
		done := make(chan error, 1)
		go func() { done <- r.Serve(l) }()
		for _, tc := range []struct {
			o    benchmarks.Options
			want uint64
		}{
			{benchmarks.Options{Scenario: "pubsub", Clients: 3, Messages: 100}, 102},
			{benchmarks.Options{Scenario: "fanout", Clients: 10, Publishers: 2, Messages: 100, Size: 5000}, 1000},
			{benchmarks.Options{Scenario: "rpc", Clients: 5, Callees: 2, Messages: 1000, Size: 300}, 1000},
			{benchmarks.Options{Scenario: "rpc", Clients: 2, Callees: 2, Messages: 20, Size: 100_000}, 20},
			{benchmarks.Options{Scenario: "latency", Messages: 20}, 20},
		} {
			o := tc.o
			o.Relay, o.URL, o.Serializers = true, "tcp://"+l.Addr().String(), []codec.Serializer{s}
			res := run(t, o)
			if want := (ledger.Account{Sent: tc.want, Received: tc.want}); res.Ledger != want || res.Failed() != "" || res.Ops != tc.want {
				t.Errorf("%v %s: %+v, %v", s, o.Scenario, res.Ledger, res.Notes)
			}
		}
		r.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// Over WebSocket sessions join it and leave, and get nothing else.
func TestRelayGreets(t *testing.T) {
	r := relay.New()
	l := listen(t)
	done := make(chan error, 1)
	go func() { done <- r.Serve(l) }()
	for _, s := range []codec.Serializer{codec.JSON, codec.MessagePack, codec.CBOR} {
		res := run(t, benchmarks.Options{
			Scenario: "connect", Clients: 3, Messages: 100, URL: "ws://" + l.Addr().String() + "/", Serializers: []codec.Serializer{s},
		})
		if want := (ledger.Account{Sent: 100, Received: 100}); res.Ledger != want || res.Failed() != "" {
			t.Errorf("%v: %+v, %v", s, res.Ledger, res.Notes)
		}
	}
	if _, err := benchmarks.Run(t.Context(), benchmarks.Options{Scenario: "pubsub", Messages: 1, URL: "ws://" + l.Addr().String() + "/"}); err == nil {
		t.Error("there are subscriptions over WebSocket")
	}
	r.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// It does so over TLS.
func TestRelayTLS(t *testing.T) {
	folder := t.TempDir()
	cert, key, err := selfsigned.Write(folder)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	r := relay.New()
	l := listen(t)
	done := make(chan error, 1)
	go func() { done <- r.Serve(tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}})) }()
	for _, o := range []benchmarks.Options{
		{Scenario: "pubsub", Clients: 3, Messages: 99},
		{Scenario: "rpc", Clients: 3, Callees: 2, Messages: 99, Size: 50_000},
	} {
		o.Relay, o.URL, o.TLS = true, "tcps://"+l.Addr().String(), &tls.Config{InsecureSkipVerify: true}
		res := run(t, o)
		if want := (ledger.Account{Sent: 99, Received: 99}); res.Ledger != want || res.Failed() != "" {
			t.Errorf("%s: %+v, %v", o.Scenario, res.Ledger, res.Notes)
		}
	}
	r.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
