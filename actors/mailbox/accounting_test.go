package mailbox_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/callboard-wamp/callboard/actors/mailbox"
)

// parcel is the n-th item of a producer.
type parcel struct{ producer, n int }

// ledger counts what became of each parcel. All methods but refused run on the
// goroutine of the mailbox.
type ledger struct {
	t         *testing.T
	fate      map[parcel]string
	last      map[int]int // the last number delivered, by producer
	failed    int
	drained   int
	mu        sync.Mutex
	refusals  int
	accepted  int
	disorders int
}

func newLedger(t *testing.T) *ledger {
	return &ledger{t: t, fate: make(map[parcel]string), last: make(map[int]int)}
}

func (l *ledger) enter(p parcel, fate string) {
	if was, ok := l.fate[p]; ok {
		l.t.Errorf("%v was %s, now %s", p, was, fate)
	}
	l.fate[p] = fate
	if p.n < l.last[p.producer] {
		l.disorders++
	}
	l.last[p.producer] = p.n
}

func (l *ledger) posted(accepted bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if accepted {
		l.accepted++
	} else {
		l.refusals++
	}
}

func (l *ledger) check(producers, each int) {
	if l.accepted+l.refusals != producers*each {
		l.t.Errorf("accepted %d + refused %d of %d", l.accepted, l.refusals, producers*each)
	}
	if len(l.fate) != l.accepted {
		l.t.Errorf("%d accepted, %d accounted for", l.accepted, len(l.fate))
	}
	if l.disorders > 0 {
		l.t.Errorf("%d out of order", l.disorders)
	}
}

// TestEveryItemIsAccountedFor posts from many goroutines to an actor that
// panics, restarts and at some time stops.
func TestEveryItemIsAccountedFor(t *testing.T) {
	for seed := range uint64(24) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			account(t, rand.New(rand.NewPCG(seed, 1)))
		})
	}
}

const (
	producers = 6
	parcels   = 1_500
)

func account(t *testing.T, rng *rand.Rand) {
	l := newLedger(t)
	panicEvery := 1 + rng.IntN(400)
	limit := []int{0, 0, 64, 5}[rng.IntN(4)]
	stopAt := rng.IntN(producers * parcels)
	poison, early := rng.IntN(2) == 0, rng.IntN(4) > 0
	chance := rand.New(rand.NewPCG(rng.Uint64(), 2))
	r := newRig(t, mailbox.Options[parcel]{
		Limit:     limit,
		OnDiscard: func(_ *mailbox.Mailbox[parcel], p parcel) { l.enter(p, "discarded") },
		OnDrained: func(*mailbox.Mailbox[parcel]) { l.drained++ },
		OnPanic: func(_ *mailbox.Mailbox[parcel], p *parcel, _ any) any {
			if p != nil {
				l.enter(*p, "failed")
				l.failed++
			}
			return nil
		},
	})
	seen := 0
	receive := func(c actor.Context) {
		if _, ok := c.Message().(*actor.Stopping); ok {
			seen = -1 << 40
		}
		each(c.Message(), func(x *mailbox.Executor, p *parcel) {
			if seen++; seen < 0 {
				t.Error("delivered to a stopping actor")
			}
			if seen == stopAt && early && poison {
				c.Poison(c.Self())
			} else if seen == stopAt && early {
				c.Stop(c.Self())
			}
			if chance.IntN(panicEvery) == 0 {
				panic(*p)
			}
			l.enter(*p, "delivered")
		})
	}
	var wg sync.WaitGroup
	wg.Go(func() { r.spawn(receive, actor.WithGuardian(always)) }) // while they post
	for i := range producers {
		mode := rng.IntN(3)
		wg.Go(func() { produce(r, l, i, mode) })
	}
	wg.Wait()
	r.sched.Wait()
	if !early || r.box.Dropped() > 0 || !r.box.Closed() {
		r.system.Root.Stop(r.pid)
	}
	<-r.gone
	r.sched.Wait()
	l.check(producers, parcels)
}

// produce posts without an executor, with one, or by turns.
func produce(r *rig[parcel], l *ledger, producer, mode int) {
	x := r.sched.Executor()
	defer x.Close()
	for n := range parcels {
		by := x
		if mode == 0 || mode == 1 && n%7 < 3 {
			by = nil
		}
		l.posted(r.box.Post(by, parcel{producer, n}))
		if n%5 == 0 {
			x.Run()
		}
	}
}
