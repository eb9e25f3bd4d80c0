package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

func TestRawOctets(t *testing.T) {
	for _, f := range []netio.Framing{netio.WebSocketText, netio.RawSocket} {
		t.Run(f.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, p := pipe(t, f, codec.JSON)
				must(t, r.SendBytes([]byte("not [ WAMP")))
				if f, err := p.frame(); err != nil || string(f.Data) != "not [ WAMP" {
					t.Errorf("%q, %v", f.Data, err)
				}
				must(t, r.Send(&wamp.Message{Type: wamp.Published, Request: 1, ID: 2}, &wamp.Message{Type: wamp.Unsubscribed}))
				p.expect(wamp.Published)
				p.expect(wamp.Unsubscribed)
				must(t, r.Ping([]byte("x")))
				if f, err := p.frame(); err != nil || f.Kind != netio.Ping || string(f.Data) != "x" {
					t.Errorf("%v %q, %v", f.Kind, f.Data, err)
				}
				must(t, second(r.Write([]byte{0xff, 0, 0, 0, 0, 0})))
				if _, err := p.frame(); err == nil {
					t.Error("the octets did not arrive as they were")
				}
			})
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRawReceives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := pipe(t, netio.WebSocketText, codec.JSON)
		p.write(netio.AppendPing(nil, p.framing, netio.Server, []byte("1")))
		if f, err := r.ReceiveFrame(t.Context()); err != nil || f.Kind != netio.Ping || string(f.Data) != "1" {
			t.Errorf("%+v, %v", f, err)
		}
		p.write(netio.AppendPing(nil, p.framing, netio.Server, []byte("2")))
		p.write(netio.AppendPong(nil, p.framing, netio.Server, nil))
		p.sendBytes([]byte(`[33,1,2]`))
		if m, err := r.Receive(t.Context()); err != nil || m.Type != wamp.Subscribed || m.ID != 2 {
			t.Errorf("%+v, %v", m, err)
		}
		if f, err := p.frame(); err != nil || f.Kind != netio.Pong || string(f.Data) != "2" {
			t.Errorf("%v %q, %v", f.Kind, f.Data, err)
		}
		p.sendBytes([]byte(`[33]`))
		if _, err := r.Receive(t.Context()); err == nil {
			t.Error("no error for a malformed message")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.Receive(ctx); err != context.DeadlineExceeded {
			t.Error(err)
		}
		p.write(netio.AppendClose(nil, netio.Server, netio.CloseProtocolError, "bad"))
		_, err := r.Receive(t.Context())
		if e, ok := errors.AsType[*client.CloseError](err); !ok || e.Error() != "client: closed by the peer with 1002: bad" {
			t.Error(err)
		}
		if _, err := r.Receive(t.Context()); err != io.EOF {
			t.Error(err)
		}
		must(t, r.SendClose(netio.CloseNormal, ""))
		if f, err := p.frame(); err != nil || f.Kind != netio.Close || f.Code != netio.CloseNormal {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

func TestRawAfterClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := pipe(t, netio.RawSocket, codec.JSON)
		must(t, r.SendClose(netio.CloseNormal, "RawSocket has none"))
		must(t, r.Close())
		if err := r.SendBytes([]byte("x")); err != client.ErrClosed {
			t.Error(err)
		}
		if _, err := r.Receive(t.Context()); err == nil {
			t.Error("no error")
		}
		p.expectEnd()
	})
}

// Whoever sends faster than the peer reads waits, and nothing is lost.
func TestSendersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := pipe(t, netio.RawSocket, codec.JSON)
		const senders, each = 4, 10
		var all sync.WaitGroup
		done := make(chan struct{})
		for range senders {
			all.Go(func() {
				for range each {
					must(t, r.SendBytes(make([]byte, 64<<10)))
				}
			})
		}
		go func() { all.Wait(); close(done) }()
		synctest.Wait()
		select {
		case <-done:
			t.Error("nobody waited")
		default:
		}
		for range senders * each {
			if f, err := p.frame(); err != nil || len(f.Data) != 64<<10 {
				t.Fatalf("%d, %v", len(f.Data), err)
			}
		}
		<-done
	})
}

// Headers of batches do not open the window further and further.
func TestSendersWaitInBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		admitted := map[netio.Framing]int{}
		for _, f := range []netio.Framing{netio.WebSocketText, netio.WebSocketTextBatched} {
			r, p := pipe(t, f, codec.JSON)
			for range 20_000 {
				must(t, r.Send(&wamp.Message{Type: wamp.Published, Request: 1, ID: 2}))
				p.expect(wamp.Published)
			}
			go func() {
				text := wamp.Message{Type: wamp.Goodbye, URI: make([]byte, 64<<10)}
				for r.Send(&text) == nil {
					admitted[f]++
				}
			}()
			synctest.Wait()
			must(t, r.Close())
			synctest.Wait()
		}
		if one, many := admitted[netio.WebSocketText], admitted[netio.WebSocketTextBatched]; one < 2 || one != many {
			t.Errorf("%d messages alone and %d in batches were admitted", one, many)
		}
	})
}

func TestPublishersWait(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		text := string(make([]byte, 64<<10))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		n := 0
		for ; n < 1000; n++ {
			if _, err := s.Publish(ctx, "a", []any{text}, nil); err != nil {
				break
			}
		}
		if n == 1000 || ctx.Err() == nil {
			t.Fatal("nobody waited")
		}
		waiting := start(func() (any, error) { return s.Publish(t.Context(), "a", []any{text}, nil) })
		synctest.Wait()
		_ = p.conn.Close()
		if o := <-waiting; o.err == nil || o.err != s.Err() {
			t.Error(o.err, s.Err())
		}
	})
}

// Request ids leave in order, whoever sends.
func TestRequestIDs(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		const senders, each = 8, 50
		for n := range senders {
			go func() {
				for i := range each {
					must(t, second(s.Publish(t.Context(), wamp.URI(fmt.Sprint("t", n)), []any{i}, nil)))
				}
			}()
		}
		for id := wamp.ID(1); id <= senders*each; id++ {
			if m := p.expect(wamp.Publish); m.Request != id {
				t.Fatalf("request %d, want %d", m.Request, id)
			}
		}
	})
}
