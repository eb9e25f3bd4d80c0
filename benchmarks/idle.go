package benchmarks

import (
	"context"
	"sync/atomic"

	"github.com/callboard-wamp/callboard/benchmarks/ledger"
	"github.com/callboard-wamp/callboard/benchmarks/meter"
	"github.com/callboard-wamp/callboard/wamp"
)

// idle is sessions that do nothing but answer pings. In the end each of them
// has to show that it lives.
type idle struct {
	run      *run
	sessions []*member
	before   meter.Usage // the router, without the sessions
	probes   atomic.Uint64
	answers  atomic.Uint64
	errors   atomic.Uint64
}

func prepareIdle(ctx context.Context, r *run) (load, error) {
	l := &idle{run: r}
	var err error
	if r.o.PID != 0 {
		if l.before, err = meter.Process(r.o.PID); err != nil {
			return nil, err
		}
	}
	l.sessions, err = r.open(ctx, r.o.Clients)
	return l, err
}

func (l *idle) start() {
	for _, s := range l.sessions {
		l.run.serve(s, l.handle, func() {})
	}
}

func (l *idle) handle(m *wamp.Message) {
	switch m.Type {
	case wamp.Published:
		l.answers.Add(1)
	case wamp.ErrorMessage:
		l.errors.Add(1)
		l.run.note("ERROR " + string(m.URI))
	default:
		l.run.note("unexpected " + m.Type.String())
	}
}

// probe makes every session publish something, acknowledged.
func (l *idle) probe() {
	if held := l.run.after.router.RSS; held > l.before.RSS && l.before.RSS > 0 {
		l.run.taken["rss/session"] = float64(held-l.before.RSS) / float64(len(l.sessions))
	}
	topic := l.run.uris("probe", 1)[0]
	for _, s := range l.sessions {
		l.probes.Add(1)
		s.Request(&wamp.Message{Type: wamp.Publish, URI: topic, Fields: []wamp.Field{wamp.True("acknowledge")}})
		_ = s.Flush()
	}
}

func (l *idle) finished() bool { return false }

func (l *idle) progress() uint64 { return l.answers.Load() + l.errors.Load() }

func (l *idle) settled() bool {
	for _, s := range l.sessions {
		if s.cut.Load() {
			return true // its probe is not answered; the others had time
		}
	}
	return l.progress() >= l.probes.Load()
}

func (l *idle) account() ledger.Account {
	a := ledger.Account{Sent: l.probes.Load(), Received: l.answers.Load(), Errors: l.errors.Load()}
	a.Unanswered = a.Sent - min(a.Sent, a.Received+a.Errors)
	return a
}
