package benchmarks

import (
	"context"
	"fmt"

	"github.com/callboard-wamp/callboard/benchmarks/ledger"
	"github.com/callboard-wamp/callboard/wamp"
)

// calls is traffic from callers to callees and back.
type calls struct {
	senders   []*sender
	receivers []*receiver
}

func prepareCalls(ctx context.Context, r *run) (load, error) {
	return r.calls(ctx, r.o.Clients, 0, r.window())
}

// calls gives each caller a procedure of its own. Consecutive callers share a
// callee, which hears the calls of each in order.
func (r *run) calls(ctx context.Context, callers, part, window int) (*calls, error) {
	procedures := r.uris("procedure", callers)
	sessions, err := r.open(ctx, callers)
	if err != nil {
		return nil, err
	}
	l := &calls{}
	for i, s := range sessions {
		p, err := r.newSender(s, wamp.Call, part, window)
		if err != nil {
			return nil, err
		}
		p.to(procedures[i:i+1], []int32{1})
		l.senders = append(l.senders, p)
	}
	r.share(l.senders)
	n := min(callers, r.o.Callees)
	callees, err := r.open(ctx, n)
	if err != nil {
		return nil, err
	}
	for j, s := range callees {
		l.receivers = append(l.receivers, r.hear(s, l.senders[j*callers/n:(j+1)*callers/n], 0, 1))
	}
	return l, r.each(n, func(j int) error {
		return register(ctx, callees[j], procedures[j*callers/n:(j+1)*callers/n])
	})
}

func register(ctx context.Context, s *member, procedures [][]byte) error {
	for _, uri := range procedures {
		if _, err := s.Ask(ctx, &wamp.Message{Type: wamp.Register, URI: uri}); err != nil {
			return fmt.Errorf("register: %w", err)
		}
	}
	return nil
}

func (l *calls) start() {
	for _, c := range l.receivers {
		c.run.serve(c.s, c.handle, c.flush)
	}
	for _, p := range l.senders {
		p.run.serve(p.s, p.handle, p.end)
	}
	for _, p := range l.senders {
		p.refill()
	}
}

func (l *calls) finished() bool { return allSent(l.senders) }

func (l *calls) progress() uint64 { return answers(l.senders) }

func (l *calls) settled() bool {
	for _, p := range l.senders {
		if !p.s.cut.Load() && p.taken.Load() < p.sent() {
			return false
		}
	}
	return true
}

func (l *calls) account() (a ledger.Account) {
	for _, p := range l.senders {
		a.Add(p.account())
	}
	for _, c := range l.receivers {
		a.Add(c.invocations())
	}
	return a
}
