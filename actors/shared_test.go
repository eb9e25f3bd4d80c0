package actors_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

const (
	sharedProcedure = "com.shared"
	sharedCallers   = 4
	sharedWindow    = 8 // calls of a caller that are open at a time
	sharedCalls     = 75
)

// staff are the callees of one shared registration, and what is known of them.
type staff struct {
	t      *testing.T
	router *actors.Router
	policy wamp.Invoke
	limit  int64           // of each callee, 0 for none
	open   [2]atomic.Int64 // calls that those who stay have
	served [3]atomic.Int64 // by who: two that stay, and whoever comes and goes
	byKey  sync.Map        // of the two that stay: who serves a key
	died   atomic.Int64    // calls whose callee did
	over   atomic.Bool
}

// employ joins realm1.
func (s *staff) employ() *client.Session {
	ours, theirs := netio.Pipe(0)
	if err := s.router.Attach(theirs, netio.AcceptOptions{}); err != nil {
		s.t.Fatal(err)
	}
	o := client.Options{Realm: "realm1"}
	raw, err := client.Handshake(s.t.Context(), ours, "tcp://memory", o)
	if err != nil {
		s.t.Error(err)
		return nil
	}
	session, err := client.Join(s.t.Context(), raw, o)
	if err != nil {
		s.t.Error(err)
		return nil
	}
	return session
}

// serve registers the procedure for the callee with this number.
func (s *staff) serve(to *client.Session, who int) *client.Registration {
	r, err := to.Register(s.t.Context(), sharedProcedure, func(_ context.Context, i *client.Invocation) (*client.Result, error) {
		s.served[who].Add(1)
		if who < 2 {
			if n := s.open[who].Add(1); s.limit > 0 && n > s.limit {
				s.t.Errorf("callee %d has %d calls at a time", who, n)
			}
			defer s.open[who].Add(-1)
			for range 20 {
				runtime.Gosched() // others come meanwhile, if they may
			}
		}
		if key := i.Args[0]; who < 2 {
			if other, met := s.byKey.LoadOrStore(key, who); met && other != who && s.policy == wamp.Hash && s.limit == 0 {
				s.t.Errorf("key %v went to %v and to %v, which never left", key, other, who)
			}
		}
		return &client.Result{Args: i.Args}, nil
	}, wamp.Dict{"invoke": s.policy.String(), "concurrency": s.limit})
	if err != nil {
		s.t.Error(err)
	}
	return r
}

// comeAndGo registers and unregisters until the calls are over.
func (s *staff) comeAndGo() {
	c := s.employ()
	defer c.Close()
	for !s.over.Load() {
		r := s.serve(c, 2)
		if r == nil {
			return
		}
		if err := r.Unregister(s.t.Context()); err != nil {
			s.t.Error(err)
			return
		}
	}
}

// comeAndDie registers and loses its transport, calls under way or not.
func (s *staff) comeAndDie() {
	for !s.over.Load() {
		c := s.employ()
		if c == nil || s.serve(c, 2) == nil {
			return
		}
		_, err := c.Call(s.t.Context(), sharedProcedure, []any{"own"}, nil, wamp.Dict{"rkey": "own"}) // others call meanwhile
		if answer, failed := errors.AsType[*client.Error](err); err != nil && !(failed && answer.URI == wamp.ErrCanceled) {
			s.t.Error(err)
		}
		_ = c.Close()
	}
}

// call makes the calls of one caller. Each has its own answer, or the ERROR of a
// callee that died.
func (s *staff) call(c *client.Session, who int, mayDie bool) {
	var open sync.WaitGroup
	for w := range sharedWindow {
		open.Go(func() {
			for n := range sharedCalls {
				key := fmt.Sprint("key ", n)
				got, err := c.Call(s.t.Context(), sharedProcedure, []any{key, who, w, n}, nil, wamp.Dict{"rkey": key})
				answer, failed := errors.AsType[*client.Error](err)
				switch {
				case mayDie && failed && answer.URI == wamp.ErrCanceled:
					s.died.Add(1)
				case err != nil:
					s.t.Errorf("call %d/%d/%d: %v", who, w, n, err)
				case fmt.Sprint(got.Args) != fmt.Sprint([]any{key, who, w, n}):
					s.t.Errorf("call %d/%d/%d: the answer is %v", who, w, n, got.Args)
				}
			}
		})
	}
	open.Wait()
}

// Under every invocation policy each call gets its one answer while callees come
// and go. Those that stay take turns under roundrobin, and keep their keys under
// _hash.
func TestSharedRegistrationUnderChurn(t *testing.T) {
	for policy := wamp.First; policy < wamp.InvokeUnknown; policy++ {
		for _, limit := range []int64{0, 2} {
			underChurn(t, policy, limit)
		}
	}
}

func underChurn(t *testing.T, policy wamp.Invoke, limit int64) {
	for _, mayDie := range []bool{false, true} {
		t.Run(fmt.Sprint(policy, "/limit=", limit, "/dying=", mayDie), func(t *testing.T) {
			t.Parallel()
			s := &staff{t: t, router: start(t, actors.Config{}), policy: policy, limit: limit}
			for who := range 2 {
				c := s.employ()
				defer c.Close()
				s.serve(c, who)
			}
			var churn, calls sync.WaitGroup
			if mayDie {
				churn.Go(s.comeAndDie)
			} else {
				churn.Go(s.comeAndGo)
			}
			for who := range sharedCallers {
				c := s.employ()
				defer c.Close()
				calls.Go(func() { s.call(c, who, mayDie) })
			}
			calls.Wait()
			s.over.Store(true)
			churn.Wait()
			s.check()
		})
	}
}

func (s *staff) check() {
	a, b, others := s.served[0].Load(), s.served[1].Load(), s.served[2].Load()
	s.t.Log("served", a, b, others, "died", s.died.Load())
	if s.policy == wamp.RoundRobin && s.limit == 0 && (a < b*3/4 || b < a*3/4) {
		s.t.Errorf("of those who take turns one served %d calls and the other %d", a, b)
	}
	if s.policy == wamp.Hash && (a == 0 || b == 0) {
		s.t.Errorf("of %d keys one callee has none", sharedCalls)
	}
	p, _ := s.router.Realm("realm1").Procedures.Get([]byte(sharedProcedure))
	callees, _ := p.Callees()
	for _, m := range callees.Callees {
		if n := m.OpenCalls(); n != 0 {
			s.t.Errorf("a callee still has %d open calls, all are answered", n)
		}
	}
}

// Under _hash the calls of one caller go to one callee, unless they say what they
// belong to: then one callee has all that say the same, whoever calls.
func TestKeysOfCalls(t *testing.T) {
	s := &staff{t: t, router: start(t, actors.Config{})}
	employ := func() *client.Session {
		c := s.employ()
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	for who := range 3 {
		_, err := employ().Register(t.Context(), sharedProcedure, func(context.Context, *client.Invocation) (*client.Result, error) {
			return &client.Result{Args: []any{who}}, nil
		}, wamp.Dict{"invoke": "_hash"})
		if err != nil {
			t.Fatal(err)
		}
	}
	// served calls ten times and returns the one callee that served.
	served := func(c *client.Session, what string, options wamp.Dict) (by string) {
		for n := range 10 {
			got, err := c.Call(t.Context(), sharedProcedure, nil, nil, options)
			if err != nil {
				t.Fatal(err)
			}
			if who := fmt.Sprint(got.Args); n > 0 && who != by {
				t.Errorf("%s: served by %s and by %s", what, by, who)
			} else {
				by = who
			}
		}
		return by
	}
	byCaller, byKey := map[string]bool{}, map[string]bool{}
	one, other := employ(), employ()
	for n := range 30 {
		byCaller[served(employ(), "without a key", nil)] = true
		for _, key := range []any{n, fmt.Sprint("key ", n)} {
			what := fmt.Sprintf("key %#v", key)
			by := served(one, what, wamp.Dict{"rkey": key})
			if also := served(other, what, wamp.Dict{"rkey": key}); also != by {
				t.Errorf("%s: served by %s and, for another caller, by %s", what, by, also)
			}
			byKey[by] = true
		}
	}
	if len(byCaller) == 1 || len(byKey) != 3 {
		t.Errorf("of 30 callers %v served, of 60 keys %v", byCaller, byKey)
	}
}
