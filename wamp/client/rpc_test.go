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

func TestCallFails(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		calling := start(func() (*client.Result, error) { return s.Call(t.Context(), "a", nil, nil) })
		p.expect(wamp.Call)
		p.sendBytes([]byte(`[8,48,1,{"d":1},"com.example.error",["bad",2],{"k":"v"}]`))
		o := <-calling
		e, ok := errors.AsType[*client.Error](o.err)
		if !ok || e.URI != "com.example.error" || e.Args[1] != int64(2) || e.Kwargs["k"] != "v" || e.Details["d"] != int64(1) {
			t.Errorf("%+v", o.err)
		}
		if o.value != nil || e.Error() != "com.example.error: bad" {
			t.Error(o.value, e)
		}
	})
}

func TestCallIsCanceled(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		calling := start(func() (*client.Result, error) { return s.Call(ctx, "a", nil, nil) })
		p.expect(wamp.Call)
		if o := <-calling; o.err != context.DeadlineExceeded || o.value != nil {
			t.Error(o)
		}
		if m := p.expect(wamp.Cancel); m.Request != 1 {
			t.Errorf("%+v", m)
		}
		p.sendBytes([]byte(`[8,48,1,{},"wamp.error.canceled"]`))
		next := start(func() (*client.Result, error) { return s.Call(t.Context(), "a", nil, nil) })
		p.expect(wamp.Call)
		p.send(&wamp.Message{Type: wamp.Result, Request: 1, Payload: p.payload("late")})
		p.send(&wamp.Message{Type: wamp.Result, Request: 2, Payload: p.payload("next")})
		if r := next.must(t); r.Args[0] != "next" {
			t.Error(r)
		}
	})
}

func TestCallWithEndedContext(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("why")
		cancel(why)
		if _, err := s.Call(ctx, "a", nil, nil); err != why {
			t.Error(err)
		}
	})
}

func progress(p *peer, value any) *wamp.Message {
	return &wamp.Message{Type: wamp.Result, Request: 1, Fields: []wamp.Field{wamp.True("progress")}, Payload: p.payload(value)}
}

func TestProgressiveResults(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		go func() {
			if m := p.expect(wamp.Call); !m.Flags.Has(wamp.ReceiveProgress | wamp.HasTimeout) {
				t.Errorf("%+v", m)
			}
			p.send(progress(p, 1))
			p.send(progress(p, 2))
			p.send(&wamp.Message{Type: wamp.Result, Request: 1, Payload: p.payload(3)})
		}()
		n := int64(0)
		for r, err := range s.CallProgress(t.Context(), "a", nil, nil, wamp.Dict{"timeout": 5}) {
			n++
			if err != nil || r.Args[0] != n || r.Progress != (n < 3) {
				t.Errorf("%d: %+v, %v", n, r, err)
			}
		}
		if n != 3 {
			t.Error(n)
		}
		synctest.Wait()
	})
}

func TestProgressIsGivenUp(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		go func() {
			p.expect(wamp.Call)
			p.send(progress(p, 1))
		}()
		for range s.CallProgress(t.Context(), "a", nil, nil) {
			break
		}
		p.expect(wamp.Cancel)
		p.send(progress(p, 2))
		p.sendBytes([]byte(`[8,48,1,{},"wamp.error.canceled"]`))
		for _, err := range s.CallProgress(t.Context(), "a", []any{struct{}{}}, nil) {
			if err == nil {
				t.Error("no error")
			}
		}
	})
}

// register registers while the peer answers with this registration id.
func register(t *testing.T, s *client.Session, p *peer, id wamp.ID, h client.Handler) *client.Registration {
	t.Helper()
	r := start(func() (*client.Registration, error) { return s.Register(t.Context(), "a", h) })
	m := p.expect(wamp.Register)
	p.send(&wamp.Message{Type: wamp.Registered, Request: m.Request, ID: id})
	return r.must(t)
}

func TestAnswersOfHandlers(t *testing.T) {
	own := &client.Error{URI: "com.example.error", Args: []any{"own"}, Kwargs: wamp.Dict{"k": 1}, Details: wamp.Dict{"d": 1}}
	tests := []struct {
		name   string
		result *client.Result
		err    error
		want   string
	}{
		{"nothing", nil, nil, `[70,1,{}]`},
		{"values", &client.Result{Args: []any{1}, Kwargs: wamp.Dict{"k": "v"}}, nil, `[70,1,{},[1],{"k":"v"}]`},
		{"own error", nil, own, `[8,68,1,{"d":1},"com.example.error",["own"],{"k":1}]`},
		{"any error", nil, errors.New("oops"), `[8,68,1,{},"wamp.error.runtime_error",["oops"]]`},
		{"rule", nil, &wamp.Error{URI: wamp.ErrInvalidArgument, Message: "no"}, `[8,68,1,{},"wamp.error.invalid_argument",["no"]]`},
		{"unencodable", &client.Result{Args: []any{struct{}{}}}, nil, `[8,68,1,{},"wamp.error.invalid_argument",["no encoding for struct {}"]]`},
		{"unencodable error", nil, &client.Error{URI: "a.b", Args: []any{struct{}{}}}, `[8,68,1,{},"a.b"]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
				register(t, s, p, 8, func(context.Context, *client.Invocation) (*client.Result, error) { return tt.result, tt.err })
				p.send(&wamp.Message{Type: wamp.Invocation, Request: 1, ID: 8})
				if f, err := p.frame(); err != nil || string(f.Data) != tt.want {
					t.Errorf("%s, %v", f.Data, err)
				}
			})
		})
	}
}

func TestResultIsTooLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := netio.Pipe(0)
		r := client.NewRaw(ours, client.Transport{Framing: netio.RawSocket, MaxSend: 4096})
		p := &peer{t: t, conn: theirs, framing: netio.RawSocket, serializer: codec.JSON, reader: netio.NewReader(theirs, netio.ReaderOptions{Framing: netio.RawSocket})}
		go p.welcome()
		s, err := client.Join(t.Context(), r, client.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		big := string(make([]byte, 5000))
		register(t, s, p, 8, func(context.Context, *client.Invocation) (*client.Result, error) {
			return &client.Result{Args: []any{big}}, nil
		})
		p.send(&wamp.Message{Type: wamp.Invocation, Request: 1, ID: 8})
		if m := p.expect(wamp.ErrorMessage); string(m.URI) != "wamp.error.payload_size_exceeded" || m.Request != 1 {
			t.Errorf("%s", m.URI)
		}
		_, err = s.Call(t.Context(), "a", []any{big}, nil)
		if e, ok := errors.AsType[*client.Error](err); !ok || e.URI != wamp.ErrPayloadSizeExceeded {
			t.Error(err)
		}
	})
}

func TestInvocationEnds(t *testing.T) {
	waits := func(ctx context.Context, _ *client.Invocation) (*client.Result, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		reg := register(t, s, p, 8, waits)
		p.sendBytes([]byte(`[68,1,8,{}]`))
		p.sendBytes([]byte(`[68,2,8,{"timeout":50}]`))
		if m := p.expect(wamp.ErrorMessage); m.Request != 2 || string(m.URI) != "wamp.error.timeout" {
			t.Errorf("%d %s", m.Request, m.URI)
		}
		p.sendBytes([]byte(`[69,1,{"mode":"kill"}]`))
		if m := p.expect(wamp.ErrorMessage); m.Request != 1 || string(m.URI) != "wamp.error.canceled" {
			t.Errorf("%d %s", m.Request, m.URI)
		}
		p.sendBytes([]byte(`[68,3,8,{}]`))
		p.sendBytes([]byte(`[67,0,{"registration":8,"reason":"wamp.close.killed"}]`))
		<-reg.Done()
		if e, ok := errors.AsType[*client.Error](reg.Err()); !ok || e.URI != wamp.CloseKilled {
			t.Error(reg.Err())
		}
		p.sendBytes([]byte(`[68,4,8,{}]`))
		if m := p.expect(wamp.ErrorMessage); m.Request != 4 || string(m.URI) != "wamp.error.unavailable" {
			t.Errorf("%d %s", m.Request, m.URI)
		}
		_ = s.Close() // ends the handler of invocation 3
	})
}

func TestInvocationDetails(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		register(t, s, p, 8, func(ctx context.Context, i *client.Invocation) (*client.Result, error) {
			if !i.WantsProgress() {
				return &client.Result{Args: []any{i.Procedure}}, i.Progress(ctx, []any{"dropped"}, nil)
			}
			return nil, i.Progress(ctx, []any{i.Procedure, i.Kwargs["k"]}, nil)
		})
		p.sendBytes([]byte(`[68,1,8,{"procedure":"a.b","receive_progress":true},[],{"k":2}]`))
		for _, want := range []string{`[70,1,{"progress":true},["a.b",2]]`, `[70,1,{}]`} {
			if f, err := p.frame(); err != nil || string(f.Data) != want {
				t.Errorf("%s, %v", f.Data, err)
			}
		}
		p.sendBytes([]byte(`[68,2,8,{}]`))
		if f, err := p.frame(); err != nil || string(f.Data) != `[70,2,{},["a"]]` {
			t.Errorf("%s, %v", f.Data, err)
		}
	})
}

func TestUnregister(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		reg := register(t, s, p, 8, func(context.Context, *client.Invocation) (*client.Result, error) { return nil, nil })
		leaving := start(func() (any, error) { return nil, reg.Unregister(t.Context()) })
		m := p.expect(wamp.Unregister)
		p.sendBytes([]byte(`[68,1,8,{}]`)) // crosses
		p.expect(wamp.Yield)
		p.send(&wamp.Message{Type: wamp.Unregistered, Request: m.Request})
		leaving.must(t)
		<-reg.Done()
		if reg.Err() != nil || reg.ID() != 8 || m.ID != 8 || reg.Procedure() != "a" {
			t.Error(reg.Err(), reg.ID())
		}
	})
}

func TestWaitForHandlers(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		gate := make(chan struct{})
		reg := register(t, s, p, 8, func(context.Context, *client.Invocation) (*client.Result, error) {
			<-gate
			return nil, nil
		})
		must(t, reg.Wait(t.Context()))
		p.sendBytes([]byte(`[68,1,8,{}]`))
		p.sendBytes([]byte(`[68,2,8,{}]`))
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := reg.Wait(ctx); err != context.DeadlineExceeded {
			t.Error(err)
		}
		waiting := start(func() (any, error) { return nil, reg.Wait(t.Context()) })
		close(gate)
		waiting.must(t)
		p.expect(wamp.Yield)
		p.expect(wamp.Yield)
	})
}

func TestRegisterIsGivenUp(t *testing.T) {
	in(t, client.Options{}, func(t *testing.T, s *client.Session, p *peer) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Register(ctx, "a", nil); err != context.DeadlineExceeded {
			t.Error(err)
		}
		p.expect(wamp.Register)
		p.send(&wamp.Message{Type: wamp.Registered, Request: 1, ID: 7})
		if m := p.expect(wamp.Unregister); m.ID != 7 {
			t.Errorf("%+v", m)
		}
	})
}
