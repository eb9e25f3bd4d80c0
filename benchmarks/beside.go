package benchmarks

import (
	"context"
	"time"

	"github.com/callboard-wamp/callboard/wamp"
)

// beside opens what is there beside the load: idle sessions, and the one that
// lets patterns come and go.
func (r *run) beside(ctx context.Context) error {
	if r.o.Idle > 0 {
		idle, err := r.open(ctx, r.o.Idle)
		if err != nil {
			return err
		}
		for _, s := range idle {
			r.serve(s, func(m *wamp.Message) { r.note("unexpected " + m.Type.String()) }, func() {})
		}
	}
	if r.o.Flux == 0 {
		return nil
	}
	sessions, err := r.open(ctx, 1)
	if err != nil {
		return err
	}
	f := &flux{run: r, s: sessions[0], ids: make(chan wamp.ID, 1)}
	r.serve(f.s, f.handle, func() {})
	r.readers.Go(f.loop)
	return nil
}

// flux is a session that subscribes to patterns which match nothing, one after
// the other, and gives each up again: a rate of changes that routers have to
// check what they remember against.
type flux struct {
	run *run
	s   *member
	ids chan wamp.ID // of subscriptions, at most one under way
}

func (f *flux) handle(m *wamp.Message) {
	switch m.Type {
	case wamp.Subscribed:
		f.ids <- m.ID
	case wamp.Unsubscribed:
	default:
		f.run.note("unexpected " + m.Type.String() + " " + string(m.URI))
	}
}

// loop subscribes and unsubscribes until the run stops. It makes up for what the
// timer was late, a thousandth of a second at a time.
func (f *flux) loop() {
	patterns := f.run.uris("flux..and", 64)
	began := time.Now()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for done := 0; ; {
		select {
		case <-tick.C:
		case <-f.run.stopped:
			return
		}
		for due := int(time.Since(began).Seconds() * f.run.o.Flux); done < due; done++ {
			if !f.change(patterns[done%len(patterns)]) {
				return
			}
			f.run.changes.Add(1)
		}
	}
}

// change is one pattern that comes and goes.
func (f *flux) change(pattern []byte) bool {
	f.s.Request(&wamp.Message{Type: wamp.Subscribe, URI: pattern, Fields: []wamp.Field{wamp.Text("match", wamp.Wildcard.String())}})
	_ = f.s.Flush()
	select {
	case id := <-f.ids:
		f.s.Request(&wamp.Message{Type: wamp.Unsubscribe, ID: id})
		_ = f.s.Flush()
		return true
	case <-f.run.stopped:
		return false
	}
}
