package client_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// subscribe subscribes to "topic7" or the like while the peer answers with this
// subscription id.
func subscribe(t *testing.T, s *client.Session, p *peer, id wamp.ID, h func(*client.Event)) *client.Subscription {
	t.Helper()
	topic := wamp.URI(fmt.Sprint("topic", id))
	r := start(func() (*client.Subscription, error) { return s.Subscribe(t.Context(), topic, h) })
	m := p.expect(wamp.Subscribe)
	p.send(&wamp.Message{Type: wamp.Subscribed, Request: m.Request, ID: id})
	return r.must(t)
}

func TestHandlersShareASubscription(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		var got []string
		a := subscribe(t, s, p, 7, func(e *client.Event) { got = append(got, "first") })
		b := subscribe(t, s, p, 7, func(e *client.Event) { got = append(got, "second") })
		event := &wamp.Message{Type: wamp.Event, ID: 7, Request: 1}
		p.send(event)
		synctest.Wait()
		if err := a.Unsubscribe(t.Context()); err != nil { // sends nothing
			t.Error(err)
		}
		p.send(event)
		synctest.Wait()
		leaving := start(func() (any, error) { return nil, b.Unsubscribe(t.Context()) })
		m := p.expect(wamp.Unsubscribe)
		p.send(event)
		p.send(&wamp.Message{Type: wamp.Unsubscribed, Request: m.Request})
		leaving.must(t)
		synctest.Wait()
		if fmt.Sprint(got) != "[first second second]" {
			t.Error(got)
		}
		if err := b.Unsubscribe(t.Context()); err != nil {
			t.Error(err)
		}
		<-b.Done()
		if a.Err() != nil || b.Err() != nil || a.Topic() != "topic7" || b.ID() != 7 {
			t.Errorf("%v %v", a, b)
		}
	})
}

// Whoever is about to share a subscription must not lose it to another one who
// leaves.
func TestUnsubscribeWhileSubscribing(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		var events atomic.Int32
		a := subscribe(t, s, p, 7, func(*client.Event) {})
		subscribing := start(func() (*client.Subscription, error) {
			return s.Subscribe(t.Context(), "topic7", func(*client.Event) { events.Add(1) })
		})
		m := p.expect(wamp.Subscribe)
		if err := a.Unsubscribe(t.Context()); err != nil { // would wait if it had sent UNSUBSCRIBE
			t.Error(err)
		}
		p.send(&wamp.Message{Type: wamp.Subscribed, Request: m.Request, ID: 7})
		p.send(&wamp.Message{Type: wamp.Event, ID: 7, Request: 1})
		subscribing.must(t)
		synctest.Wait()
		if events.Load() != 1 {
			t.Error("no event")
		}
	})
}

func TestSubscribeIsRefused(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		r := start(func() (*client.Subscription, error) { return s.Subscribe(t.Context(), "a..b", func(*client.Event) {}) })
		p.expect(wamp.Subscribe)
		p.send(&wamp.Message{Type: wamp.ErrorMessage, Failed: wamp.Subscribe, Request: 1, URI: []byte(wamp.ErrInvalidURI), Payload: p.payload("no")})
		if o := <-r; o.err == nil || o.err.Error() != "wamp.error.invalid_uri: no" {
			t.Error(o.err)
		}
	})
}

// A SUBSCRIBED that nobody waits for any more is undone.
func TestSubscribeIsGivenUp(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Subscribe(ctx, "a", func(*client.Event) {}); err != context.DeadlineExceeded {
			t.Error(err)
		}
		p.expect(wamp.Subscribe)
		p.send(&wamp.Message{Type: wamp.Subscribed, Request: 1, ID: 7})
		if m := p.expect(wamp.Unsubscribe); m.ID != 7 || m.Request != 2 {
			t.Errorf("%+v", m)
		}
		p.send(&wamp.Message{Type: wamp.Unsubscribed, Request: 2})
	})
}

func TestSubscriptionIsRevoked(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		sub := subscribe(t, s, p, 7, func(*client.Event) {})
		p.sendBytes([]byte(`[35,0,{"subscription":7,"reason":"wamp.error.not_authorized"}]`))
		<-sub.Done()
		if e, ok := errors.AsType[*client.Error](sub.Err()); !ok || e.URI != wamp.ErrNotAuthorized {
			t.Error(sub.Err())
		}
	})
}

func TestSubscriptionEndsWithSession(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		sub := subscribe(t, s, p, 7, func(*client.Event) {})
		_ = p.conn.Close()
		<-sub.Done()
		if sub.Err() == nil || sub.Err() != s.Err() {
			t.Error(sub.Err())
		}
	})
}

// Events of several topics reach their handlers in the order of arrival, also
// those that had not been handled when the connection was lost.
func TestEventsInOrder(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		var got []wamp.ID
		all, gate := make(chan struct{}), make(chan struct{})
		h := func(e *client.Event) {
			<-gate
			if got = append(got, e.Publication); len(got) == 300 {
				close(all)
			}
		}
		for id := wamp.ID(1); id <= 3; id++ {
			subscribe(t, s, p, id, h)
		}
		for n := wamp.ID(1); n <= 300; n++ {
			p.send(&wamp.Message{Type: wamp.Event, ID: n%3 + 1, Request: n})
		}
		_ = p.conn.Close()
		<-s.Done()
		close(gate)
		<-all
		for i, id := range got {
			if id != wamp.ID(i+1) {
				t.Fatalf("event %d at %d", id, i)
			}
		}
	})
}

func TestNoHandlerAfterClose(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		gate, calls := make(chan struct{}), 0
		subscribe(t, s, p, 7, func(*client.Event) { calls++; <-gate })
		for range 10 {
			p.send(&wamp.Message{Type: wamp.Event, ID: 7, Request: 1})
		}
		synctest.Wait()
		_ = s.Close()
		close(gate)
		synctest.Wait()
		if calls != 1 {
			t.Error(calls)
		}
	})
}

// The router feels that handlers are slow; handlers that call are served.
func TestSlowHandlers(t *testing.T) {
	in(t, client.Options{EventQueue: 4}, func(t *testing.T, s *client.Session, p *peer) {
		gate := make(chan struct{})
		var handled atomic.Int32
		subscribe(t, s, p, 7, func(*client.Event) {
			<-gate
			if handled.Add(1) == 1 {
				if _, err := s.Call(t.Context(), "b", nil, nil); err != nil {
					t.Error(err)
				}
			}
		})
		payload := p.payload(string(make([]byte, 1000)))
		var sent atomic.Int32
		go func() {
			for n := range 400 {
				p.send(&wamp.Message{Type: wamp.Event, ID: 7, Request: wamp.ID(n + 1), Payload: payload})
				sent.Add(1)
			}
			p.send(&wamp.Message{Type: wamp.Result, Request: 2})
		}()
		synctest.Wait()
		if n := sent.Load(); n > 200 {
			t.Errorf("%d events were read while nobody handled them", n)
		}
		close(gate)
		p.expect(wamp.Call)
		synctest.Wait()
		if n := handled.Load(); n != 400 {
			t.Errorf("%d handled", n)
		}
	})
}

// A handler that cannot send, since the router reads nothing, learns that the
// connection is lost, though its events fill the queue.
func TestHandlerIsStuckInPublish(t *testing.T) {
	in(t, client.Options{EventQueue: 2}, func(t *testing.T, s *client.Session, p *peer) {
		stuck := make(chan error, 10)
		subscribe(t, s, p, 7, func(*client.Event) {
			for {
				if _, err := s.Publish(t.Context(), "b", []any{string(make([]byte, 64<<10))}, nil); err != nil {
					stuck <- err
					return
				}
			}
		})
		for n := range wamp.ID(10) {
			p.send(&wamp.Message{Type: wamp.Event, ID: 7, Request: n + 1})
		}
		synctest.Wait()
		_ = p.conn.Close()
		if err := <-stuck; err != s.Err() {
			t.Error(err)
		}
	})
}

// Values without a counterpart in Go do not end the session.
func TestEventWithForeignValues(t *testing.T) {
	over(t, netio.RawSocket, codec.MessagePack, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		got := make(chan *client.Event, 2)
		subscribe(t, s, p, 7, func(e *client.Event) { got <- e })
		p.send(&wamp.Message{Type: wamp.Event, ID: 7, Request: 1, Payload: wamp.Payload{N: 1, Bytes: []byte{0x91, 0x81, 1, 2}}})
		p.send(&wamp.Message{Type: wamp.Event, ID: 7, Request: 2})
		if e := <-got; e.Err == nil || e.Args != nil {
			t.Errorf("%+v", e)
		}
		if e := <-got; e.Err != nil || e.Topic != "topic7" {
			t.Errorf("%+v", e)
		}
	})
}

func TestPublishUnencodable(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		for _, err := range []error{
			second(s.Publish(t.Context(), "a", []any{make(chan int)}, nil)),
			second(s.Publish(t.Context(), "a", nil, nil, wamp.Dict{"x": struct{}{}})),
			second(s.Call(t.Context(), "a", nil, wamp.Dict{"x": struct{}{}})),
			second(s.Subscribe(t.Context(), "a", nil, wamp.Dict{"x": struct{}{}})),
			second(s.Register(t.Context(), "a", nil, wamp.Dict{"x": struct{}{}})),
		} {
			if e, ok := errors.AsType[*wamp.Error](err); !ok || e.URI != wamp.ErrInvalidArgument {
				t.Error(err)
			}
		}
		r := start(func() (any, error) { return s.Publish(t.Context(), "a", nil, nil) })
		if m := p.expect(wamp.Publish); m.Request != 1 {
			t.Errorf("request %d: ids of refused requests are used again", m.Request)
		}
		r.must(t)
	})
}

func second[T any](_ T, err error) error { return err }
