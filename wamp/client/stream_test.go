package client_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// hears expects this message, as it is written.
func (p *peer) hears(want string) {
	p.t.Helper()
	if f, err := p.frame(); err != nil || string(f.Data) != want {
		p.t.Errorf("got %s, %v, want %s", f.Data, err, want)
	}
}

// stream begins a call whose CALL the peer has heard.
func stream(t *testing.T, ctx context.Context, s *client.Session, p *peer, o ...wamp.Dict) *client.Stream {
	t.Helper()
	c := start(func() (*client.Stream, error) { return s.Stream(ctx, "a", []any{1}, nil, o...) })
	if m := p.expect(wamp.Call); m.Request != 1 || !m.Flags.Has(wamp.Progress) {
		t.Fatalf("%+v", m)
	}
	return c.must(t)
}

func TestStream(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		c := stream(t, t.Context(), s, p, wamp.Dict{"receive_progress": true})
		go func() {
			must(t, c.Send(t.Context(), []any{2}, nil))
			must(t, c.CloseSend(t.Context(), nil, wamp.Dict{"last": true}))
		}()
		p.hears(`[48,1,{"progress":true},"a",[2]]`)
		p.send(progress(p, 1))
		p.hears(`[48,1,{},"a",[],{"last":true}]`)
		p.send(&wamp.Message{Type: wamp.Result, Request: 1, Payload: p.payload(2)})
		n := int64(0)
		for r, err := range c.Results() {
			if n++; err != nil || r.Args[0] != n || r.Progress != (n < 2) {
				t.Errorf("%d: %+v, %v", n, r, err)
			}
		}
		if err := c.Send(t.Context(), nil, nil); n != 2 || err != client.ErrAnswered {
			t.Error(n, err)
		}
		c.Cancel()
		next := start(func() (*client.Result, error) { return s.Call(t.Context(), "b", nil, nil) })
		if m := p.expect(wamp.Call); m.Request != 2 { // and no CANCEL before it
			t.Errorf("%+v", m)
		}
		p.send(&wamp.Message{Type: wamp.Result, Request: 2})
		next.must(t)
	})
}

// The call ends with its context, with the loop over its results, and by Cancel: the
// router hears of it once, and who waits is told.
func TestStreamIsCanceled(t *testing.T) {
	for name, end := range map[string]func(*client.Stream, context.CancelFunc){
		"context": func(_ *client.Stream, cancel context.CancelFunc) { cancel() },
		"cancel":  func(c *client.Stream, _ context.CancelFunc) { c.Cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				c := stream(t, ctx, s, p)
				results := start(func() (*client.Result, error) {
					for r, err := range c.Results() {
						return r, err
					}
					return nil, nil
				})
				synctest.Wait()
				end(c, cancel)
				p.hears(`[49,1,{}]`)
				if o := <-results; !errors.Is(o.err, context.Canceled) {
					t.Error(o)
				}
				if err := c.Send(t.Context(), nil, nil); err != client.ErrAnswered {
					t.Error(err)
				}
				c.Cancel()
				p.sendBytes([]byte(`[8,48,1,{},"wamp.error.canceled"]`))
				_, err := s.Publish(t.Context(), "b", nil, nil)
				must(t, err)
				p.hears(`[16,2,{},"b"]`)
			})
		})
	}
	t.Run("nobody takes the results", func(t *testing.T) {
		in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
			ctx, cancel := context.WithCancel(t.Context())
			stream(t, ctx, s, p)
			cancel()
			p.hears(`[49,1,{}]`)
		})
	})
	t.Run("loop", func(t *testing.T) {
		in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
			c := stream(t, t.Context(), s, p)
			p.send(progress(p, 1))
			for range c.Results() {
				break
			}
			p.hears(`[49,1,{}]`)
		})
	})
}

// A router that takes no bytes holds the sender back, until its context ends; the call
// goes on.
func TestStreamBackpressure(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		c := stream(t, t.Context(), s, p)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		sent := 0
		var err error
		for ; err == nil && sent < 1000; sent++ {
			err = c.Send(ctx, []any{string(make([]byte, 64<<10))}, nil)
		}
		if err != context.DeadlineExceeded || sent < 2 {
			t.Fatal(sent, err)
		}
		for range sent - 1 {
			p.expect(wamp.Call)
		}
		must(t, c.CloseSend(t.Context(), nil, nil))
		p.hears(`[48,1,{},"a"]`)
		_ = s.Close()
		if err := c.Send(t.Context(), nil, nil); err != client.ErrClosed {
			t.Error(err)
		}
	})
}

func TestPassthru(t *testing.T) {
	own := wamp.Passthru{Scheme: "x_own", Serializer: "cbor", Cipher: "x", KeyID: "7"}
	const attributes = `"ppt_scheme":"x_own"`
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		_, err := s.Publish(t.Context(), "a", []any{[]byte{1}}, nil, client.Passthru(wamp.Passthru{Scheme: "x_own"}))
		must(t, err)
		p.hears(`[16,1,{` + attributes + `},"a",["\u0000AQ=="]]`)
		calling := start(func() (*client.Result, error) { return s.Call(t.Context(), "a", nil, nil, client.Passthru(own)) })
		if m := p.expect(wamp.Call); *m.Passthru() != own {
			t.Errorf("%+v", m.Passthru())
		}
		p.sendBytes([]byte(`[50,2,{` + attributes + `,"ppt_keyid":"7"},["\u0000AQ=="]]`))
		if r := calling.must(t); *r.Passthru != (wamp.Passthru{Scheme: "x_own", KeyID: "7"}) || string(r.Args[0].([]byte)) != "\x01" {
			t.Errorf("%+v", r)
		}
		register(t, s, p, 8, func(ctx context.Context, i *client.Invocation) (*client.Result, error) {
			if i.Passthru == nil {
				return nil, &client.Error{URI: "a.b", Details: client.Passthru(own)}
			}
			r := &client.Result{Args: i.Args, Passthru: &wamp.Passthru{Scheme: i.Passthru.Scheme}}
			return r, i.ProgressResult(ctx, r)
		})
		p.sendBytes([]byte(`[68,1,8,{` + attributes + `,"receive_progress":true},["\u0000AQ=="]]`))
		p.hears(`[70,1,{"progress":true,` + attributes + `},["\u0000AQ=="]]`)
		p.hears(`[70,1,{` + attributes + `},["\u0000AQ=="]]`)
		p.sendBytes([]byte(`[68,2,8,{}]`))
		if m := p.expect(wamp.ErrorMessage); *m.Passthru() != own {
			t.Errorf("%+v", m.Passthru())
		}
		events := make(chan *client.Event, 1)
		subscribe(t, s, p, 9, func(e *client.Event) { events <- e })
		p.sendBytes([]byte(`[36,9,1,{` + attributes + `},["\u0000AQ=="]]`))
		if e := <-events; e.Passthru == nil || e.Passthru.Scheme != "x_own" {
			t.Errorf("%+v", e)
		}
	})
}
