package client_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// Every message type once, over every framing and serializer.
func TestAllTransports(t *testing.T) {
	for _, tt := range []struct {
		framing    netio.Framing
		serializer codec.Serializer
	}{
		{netio.WebSocketText, codec.JSON},
		{netio.WebSocketBinary, codec.MessagePack},
		{netio.WebSocketBinary, codec.CBOR},
		{netio.RawSocket, codec.JSON},
		{netio.RawSocket, codec.MessagePack},
		{netio.RawSocket, codec.CBOR},
		{netio.WebSocketTextBatched, codec.JSON},
		{netio.WebSocketBinaryBatched, codec.MessagePack},
		{netio.WebSocketBinaryBatched, codec.CBOR},
	} {
		t.Run(tt.framing.String()+"/"+tt.serializer.String(), func(t *testing.T) {
			over(t, tt.framing, tt.serializer, client.Options{}, conversation)
		})
	}
}

func conversation(t *testing.T, s *client.Session, p *peer) {
	ctx := t.Context()
	if s.ID() != 4711 || s.Details()["realm"] != "realm1" {
		t.Errorf("session %d, %v", s.ID(), s.Details())
	}
	events := make(chan *client.Event, 1)
	subscribing := start(func() (*client.Subscription, error) {
		return s.Subscribe(ctx, "com.example.", func(e *client.Event) { events <- e }, wamp.Dict{"match": "prefix"})
	})
	m := p.expect(wamp.Subscribe)
	if m.Request != 1 || m.Match != wamp.Prefix || string(m.URI) != "com.example." {
		t.Errorf("SUBSCRIBE %+v", m)
	}
	p.send(&wamp.Message{Type: wamp.Subscribed, Request: 1, ID: 7})
	p.send(&wamp.Message{
		Type: wamp.Event, ID: 7, Request: 99, Fields: []wamp.Field{wamp.Text("topic", "com.example.x")}, Payload: p.payload("news", 5),
	})
	sub := subscribing.must(t)
	e := <-events
	if e.Topic != "com.example.x" || e.Publication != 99 || e.Subscription != 7 || e.Args[0] != "news" || e.Args[1] != int64(5) {
		t.Errorf("event %+v", e)
	}
	publishing := start(func() (wamp.ID, error) {
		return s.Publish(ctx, "com.example.y", []any{1}, wamp.Dict{"k": true}, wamp.Dict{"acknowledge": true})
	})
	if m := p.expect(wamp.Publish); m.Request != 2 || !m.Flags.Has(wamp.Acknowledge) || m.Payload.N != 2 {
		t.Errorf("PUBLISH %+v", m)
	}
	p.send(&wamp.Message{Type: wamp.Published, Request: 2, ID: 1234})
	if id := publishing.must(t); id != 1234 {
		t.Errorf("publication %d", id)
	}
	calling := start(func() (*client.Result, error) { return s.Call(ctx, "com.example.add", []any{2, 3}, nil) })
	p.expect(wamp.Call)
	p.send(&wamp.Message{Type: wamp.Result, Request: 3, Payload: p.payload(5)})
	if r := calling.must(t); r.Args[0] != int64(5) || r.Progress {
		t.Errorf("result %+v", r)
	}
	serve(t, s, p)
	leaving := start(func() (any, error) { return nil, sub.Unsubscribe(ctx) })
	p.expect(wamp.Unsubscribe)
	p.send(&wamp.Message{Type: wamp.Unsubscribed, Request: 5})
	leaving.must(t)
	leave(t, s, p)
}

func serve(t *testing.T, s *client.Session, p *peer) {
	registering := start(func() (*client.Registration, error) {
		return s.Register(t.Context(), "com.example.twice", func(_ context.Context, i *client.Invocation) (*client.Result, error) {
			return &client.Result{Args: []any{i.Args[0], i.Args[0]}}, nil
		}, wamp.Dict{"invoke": "random"})
	})
	if m := p.expect(wamp.Register); m.Request != 4 || m.Invoke != wamp.Random {
		t.Errorf("REGISTER %+v", m)
	}
	p.send(&wamp.Message{Type: wamp.Registered, Request: 4, ID: 8})
	p.send(&wamp.Message{Type: wamp.Invocation, Request: 1, ID: 8, Payload: p.payload("x")})
	registering.must(t)
	m := p.expect(wamp.Yield)
	if args, _, err := p.serializer.DecodePayload(m.Payload); m.Request != 1 || err != nil || len(args) != 2 || args[1] != "x" {
		t.Errorf("YIELD %d %v, %v", m.Request, args, err)
	}
}

func leave(t *testing.T, s *client.Session, p *peer) {
	leaving := start(func() (any, error) { return nil, s.Leave(t.Context()) })
	if m := p.expect(wamp.Goodbye); string(m.URI) != "wamp.close.close_realm" {
		t.Errorf("reason %q", m.URI)
	}
	p.send(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseGoodbyeAndOut)})
	p.expectEnd()
	_ = p.conn.Close()
	leaving.must(t)
	if err := s.Err(); err != client.ErrClosed {
		t.Error(err)
	}
}

func TestLeaveIsNotAnswered(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := s.Leave(ctx); err != context.DeadlineExceeded {
			t.Error(err)
		}
		<-s.Done()
	})
}

func TestGoodbyeOfRouter(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		calling := start(func() (*client.Result, error) { return s.Call(t.Context(), "a", nil, nil) })
		p.expect(wamp.Call)
		p.send(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseSystemShutdown)})
		if m := p.expect(wamp.Goodbye); string(m.URI) != "wamp.close.goodbye_and_out" {
			t.Errorf("reason %q", m.URI)
		}
		p.expectEnd()
		<-s.Done()
		if e, ok := errors.AsType[*client.Error](s.Err()); !ok || e.URI != wamp.CloseSystemShutdown {
			t.Error(s.Err())
		}
		if o := <-calling; o.err != s.Err() {
			t.Error(o.err)
		}
		if _, err := s.Call(t.Context(), "a", nil, nil); err != s.Err() {
			t.Error(err)
		}
	})
}

func TestConnectionIsLost(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		_ = p.conn.Close()
		<-s.Done()
		if err := s.Err(); err == nil || err.Error() != "client: connection lost: EOF" {
			t.Error(err)
		}
		if err := s.Leave(t.Context()); err != s.Err() {
			t.Error(err)
		}
	})
}

func TestClosedWithCode(t *testing.T) {
	over(t, netio.WebSocketText, codec.JSON, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		p.write(netio.AppendPing(nil, p.framing, netio.Server, []byte("ok?")))
		if f, err := p.frame(); err != nil || f.Kind != netio.Pong || string(f.Data) != "ok?" {
			t.Errorf("%v %q, %v", f.Kind, f.Data, err)
		}
		p.write(netio.AppendClose(nil, netio.Server, netio.CloseTooBig, "too big"))
		p.expectEnd()
		<-s.Done()
		if e, ok := errors.AsType[*client.CloseError](s.Err()); !ok || e.Code != netio.CloseTooBig || e.Reason != "too big" {
			t.Error(s.Err())
		}
	})
}

func TestViolationsOfRouter(t *testing.T) {
	for _, line := range []string{`[50,`, `[50,1]`, `[1,"realm1",{}]`, `[48,1,{},"a"]`, `{}`, `[9999,1]`} {
		t.Run(line, func(t *testing.T) {
			in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
				p.sendBytes([]byte(line))
				if m := p.expect(wamp.Abort); string(m.URI) != "wamp.error.protocol_violation" {
					t.Errorf("ABORT %q", m.URI)
				}
				p.expectEnd()
				<-s.Done()
				if e, ok := errors.AsType[*wamp.Error](s.Err()); !ok || e.URI != wamp.ErrProtocolViolation {
					t.Error(s.Err())
				}
			})
		})
	}
}

func TestRepliesThatNobodyExpects(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		for _, line := range []string{
			`[17,5,6]`, `[33,5,6]`, `[35,5]`, `[65,5,6]`, `[67,5]`, `[50,5,{}]`, `[8,48,5,{},"a.b"]`, `[36,5,6,{}]`,
			`[69,5,{}]`, `[35,0,{}]`, `[67,0,{"registration":3}]`, `[35,0,{"subscription":3}]`,
		} {
			p.sendBytes([]byte(line))
		}
		calling := start(func() (*client.Result, error) { return s.Call(t.Context(), "a", nil, nil) })
		p.expect(wamp.Call)
		p.send(&wamp.Message{Type: wamp.Published, Request: 1, ID: 3}) // not the reply to a CALL
		p.send(&wamp.Message{Type: wamp.Result, Request: 1})
		if r := calling.must(t); r == nil {
			t.Error("PUBLISHED was taken for a result")
		}
	})
}

func TestCloseEndsEverything(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		calling := start(func() (*client.Result, error) { return s.Call(t.Context(), "a", nil, nil) })
		p.expect(wamp.Call)
		_ = s.Close()
		if o := <-calling; o.err != client.ErrClosed {
			t.Error(o.err)
		}
		_ = s.Close()
		synctest.Wait()
		if _, err := s.Publish(t.Context(), "a", nil, nil); err != client.ErrClosed {
			t.Error(err)
		}
	})
}
