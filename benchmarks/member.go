package benchmarks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/callboard-wamp/callboard/benchmarks/wire"
	"github.com/callboard-wamp/callboard/wamp"
)

type handler = func(*wamp.Message)

// openers is how many sessions are opened at the same time.
const openers = 16

// member is a session of the run.
type member struct {
	*wire.Session
	excused bool        // it may be ended by the router
	cut     atomic.Bool // it ended before the run did
	served  bool
}

// open joins n sessions.
func (r *run) open(ctx context.Context, n int) ([]*member, error) {
	all := make([]*member, n)
	first := r.opened // so that the sessions of a pair differ
	r.opened++
	err := r.each(n, func(i int) error {
		s, err := r.join(ctx, first+i)
		if err != nil {
			return fmt.Errorf("session %d of %d: %w", i+1, n, err)
		}
		all[i] = &member{Session: s}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.members = append(r.members, all[i])
		return nil
	})
	return all, err
}

// join joins the n-th session. A router that says nothing is given up.
func (r *run) join(ctx context.Context, n int) (*wire.Session, error) {
	wait := max(joinTime, r.o.Patience)
	limit, cancel := context.WithTimeoutCause(ctx, wait, fmt.Errorf("no answer within %v", wait))
	defer cancel()
	s, err := wire.Join(limit, r.toward(n))
	if err != nil && limit.Err() != nil {
		return nil, context.Cause(limit)
	}
	return s, explain(err)
}

// toward is the target of the n-th session: serializers are taken in turn.
func (r *run) toward(n int) wire.Target {
	t := r.target
	t.Serializer = r.o.Serializers[n%len(r.o.Serializers)]
	return t
}

// explain adds what people most often need to hear.
func explain(err error) error {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return errors.New("no router listens there; callboard serve starts one")
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e.Err
	}
	return err
}

// each calls f for 0 … n-1, several at the same time, and returns the first error.
func (r *run) each(n int, f func(i int) error) error {
	var (
		next   atomic.Int64
		failed atomic.Pointer[error]
		group  sync.WaitGroup
	)
	for range min(n, openers) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && failed.Load() == nil; i = int(next.Add(1)) - 1 {
				if err := f(i); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	group.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// serve reads in a goroutine that ends with the session.
func (r *run) serve(s *member, handle handler, batch func()) {
	s.served = true
	r.readers.Go(func() {
		err := s.Serve(handle, batch)
		if r.ended.Load() {
			return
		}
		s.cut.Store(true)
		if s.excused {
			return
		}
		r.mu.Lock()
		r.disconnected++
		r.mu.Unlock()
		r.note(fmt.Sprint("a session was ended: ", err))
	})
}

// leave ends all sessions in good order, and with them their goroutines.
func (r *run) leave() {
	r.stop()
	r.ended.Store(true)
	for _, s := range r.members {
		s.Goodbye(leaveTime)
	}
	_ = r.each(len(r.members), func(i int) error {
		if s := r.members[i]; !s.served {
			_ = s.Leave(leaveTime)
		}
		return nil
	})
	r.readers.Wait()
}

// close ends what is left, at once.
func (r *run) close() {
	r.stop()
	r.ended.Store(true)
	for _, s := range r.members {
		s.Close()
	}
	r.readers.Wait()
}

// uris are n names that nobody else uses.
func (r *run) uris(kind string, n int) [][]byte {
	all := make([][]byte, n)
	for i := range all {
		all[i] = fmt.Appendf(nil, "%s.%s%d", r.prefix, kind, i)
	}
	return all
}

// window of senders that are paced if a rate is asked for: 0 then.
func (r *run) window() int {
	if r.o.Rate > 0 {
		return 0
	}
	return r.o.Window
}

// share divides a number of messages among the senders, and lets a pacer send
// for those without a window.
func (r *run) share(senders []*sender) {
	n := uint64(len(senders))
	for _, p := range senders {
		p.limit = (r.o.Messages + n - 1) / n
	}
	if senders[0].window == 0 {
		r.pacers = append(r.pacers, newPacer(r, senders, r.pace))
	}
}
