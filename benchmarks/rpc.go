package benchmarks

import (
	"context"
	"fmt"

	"github.com/callboard-wamp/callboard/benchmarks/ledger"
	"github.com/callboard-wamp/callboard/benchmarks/relay"
	"github.com/callboard-wamp/callboard/wamp"
)

// calls is traffic from callers to callees and back.
type calls struct {
	senders   []*sender
	receivers []*receiver
}

func prepareCalls(ctx context.Context, r *run) (load, error) {
	return r.calls(ctx, callPlan{callers: r.o.Clients, procedures: r.o.Procedures, window: r.window()})
}

// callPlan is callers that call their procedures in turn; part is how the calls
// are counted.
type callPlan struct{ callers, procedures, part, window int }

// calls gives each caller procedures of its own. Consecutive callers share a
// callee, which hears the calls of each in order.
func (r *run) calls(ctx context.Context, pl callPlan) (*calls, error) {
	callers := pl.callers
	each := (pl.procedures + callers - 1) / callers
	procedures := r.uris("procedure", callers*each)
	sessions, err := r.open(ctx, callers)
	if err != nil {
		return nil, err
	}
	l := &calls{}
	for i, s := range sessions {
		p, err := r.newSender(s, wamp.Call, pl.part, pl.window)
		if err != nil {
			return nil, err
		}
		if r.o.Relay {
			p.message.Type, p.message.ID = wamp.Invocation, 1
			if err := r.relayFrom(s, p.stream, procedures[i]); err != nil {
				return nil, err
			}
		}
		p.to(procedures[i*each:(i+1)*each], []int32{1})
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
		from, to := j*callers/n, (j+1)*callers/n
		return r.register(ctx, callees[j], procedures[from*each:to*each])
	})
}

// register asks for procedures and waits.
func (r *run) register(ctx context.Context, s *member, procedures [][]byte) error {
	return r.ask(ctx, s, len(procedures), func(i int) *wamp.Message {
		return &wamp.Message{Type: wamp.Register, URI: procedures[i]}
	})
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

// relayTo tells a relay where the messages of this session go.
func (r *run) relayTo(s *member, uri []byte) error {
	return r.tellRelay(s, relay.To(uri))
}

// relayFrom tells it so, and where the answers to a stream go.
func (r *run) relayFrom(s *member, stream uint32, uri []byte) error {
	return r.tellRelay(s, relay.From(stream, uri))
}

func (r *run) tellRelay(s *member, what []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), joinTime)
	defer cancel()
	// Not one of the session's own ids: those count the messages.
	s.Append(&wamp.Message{Type: wamp.Register, Request: wamp.MaxID, URI: what})
	_ = s.Flush()
	if m, err := s.Receive(ctx); err != nil || m.Type != wamp.Registered {
		return fmt.Errorf("no relay listens there: %v", err)
	}
	return nil
}
