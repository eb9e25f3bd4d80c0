package mailbox_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/callboard-wamp/callboard/actors/mailbox"
)

// always restarts at once, whatever happens. One value, because protoactor
// keeps a guardian for each.
var always = actor.NewOneForOneStrategy(1<<30, 0, actor.DefaultDecider)

func TestPoisonPillKeepsItsPlace(t *testing.T) {
	for name, wrap := range map[string]func(any) int{"plain": nil, "wrapped": func(any) int { return 100 }} {
		t.Run(name, func(t *testing.T) {
			var got, discarded []int
			r := newRig(t, mailbox.Options[int]{Wrap: wrap, OnDiscard: func(_ *mailbox.Mailbox[int], n int) { discarded = append(discarded, n) }})
			for i := range 3 {
				r.box.Post(nil, i)
			}
			r.box.PostUserMessage(&actor.PoisonPill{})
			for i := range 3 {
				r.box.Post(nil, 10+i)
			}
			r.spawn(func(c actor.Context) {
				each(c.Message(), func(_ *mailbox.Executor, n *int) { got = append(got, *n) })
			})
			<-r.gone
			r.sched.Wait()
			if !reflect.DeepEqual(got, []int{0, 1, 2}) || !reflect.DeepEqual(discarded, []int{10, 11, 12}) {
				t.Errorf("received %v, discarded %v", got, discarded)
			}
			if r.box.Post(nil, 1) || !r.box.Closed() {
				t.Error("a mailbox whose actor has stopped accepts items")
			}
		})
	}
}

func TestWrapMakesMessagesItems(t *testing.T) {
	var got []any
	r := newRig(t, mailbox.Options[any]{Wrap: func(m any) any { return m }})
	r.box.Post(nil, 1)
	r.box.PostUserMessage("two")
	r.box.Post(nil, 3)
	r.spawn(func(c actor.Context) {
		each(c.Message(), func(_ *mailbox.Executor, v *any) { got = append(got, *v) })
	})
	if err := r.system.Root.PoisonFuture(r.pid).Wait(); err != nil {
		t.Fatal(err)
	}
	r.sched.Wait()
	if !reflect.DeepEqual(got, []any{1, "two", 3}) {
		t.Errorf("received %v", got)
	}
}

// TestNothingIsDeliveredWhileStopping: protoactor itself still delivers user
// messages to an actor that waits for its children to stop.
func TestNothingIsDeliveredWhileStopping(t *testing.T) {
	var afterStopping, discarded int
	var stopping bool
	hold := make(chan struct{})
	entered := make(chan struct{})
	r := newRig(t, mailbox.Options[int]{
		OnDiscard:        func(*mailbox.Mailbox[int], int) { discarded++ },
		OnDiscardMessage: func(*mailbox.Mailbox[int], any) { discarded++ },
	})
	r.spawn(func(c actor.Context) {
		switch c.Message().(type) {
		case *actor.Started:
			c.Spawn(actor.PropsFromFunc(func(c actor.Context) {
				if _, ok := c.Message().(*actor.Stopping); ok {
					close(entered)
					<-hold
				}
			}))
		case *actor.Stopping:
			stopping = true
		case *mailbox.Batch[int], string:
			if stopping {
				afterStopping++
			}
		}
	})
	r.system.Root.Stop(r.pid)
	<-entered
	if r.box.Post(nil, 1) {
		t.Error("a stopping actor's mailbox accepts items")
	}
	r.box.PostUserMessage("late")
	close(hold)
	<-r.gone
	r.sched.Wait()
	if afterStopping != 0 || discarded != 1 {
		t.Errorf("%d delivered while stopping, %d discarded", afterStopping, discarded)
	}
}

// TestNothingIsDeliveredWhileRestarting: a restart that is not the actor's own
// failure (all-for-one) finds its mailbox running.
func TestNothingIsDeliveredWhileRestarting(t *testing.T) {
	hold := make(chan struct{})
	entered := make(chan struct{}, 10)
	seen := make(chan string, 10)
	incarnation := 0
	r := newRig(t, mailbox.Options[int]{})
	props := actor.PropsFromProducer(func() actor.Actor {
		incarnation++
		me := string(rune('0' + incarnation))
		return actor.ReceiveFunc(func(c actor.Context) {
			switch m := c.Message().(type) {
			case *actor.Started:
				c.Spawn(actor.PropsFromFunc(func(c actor.Context) {
					if _, ok := c.Message().(*actor.Stopping); ok {
						entered <- struct{}{}
						<-hold
					}
				}))
			case *mailbox.Batch[int]:
				each(m, func(*mailbox.Executor, *int) { seen <- "item to " + me })
			case *actor.Stopped:
				close(r.gone)
			}
		})
	}, actor.WithMailbox(func() actor.Mailbox { return r.box }))
	r.pid = r.system.Root.Spawn(props)
	r.box.PostSystemMessage(&actor.Restart{})
	<-entered
	r.box.Post(nil, 1)
	r.sched.Wait()
	if len(seen) != 0 {
		t.Error("delivered to the old incarnation:", <-seen)
	}
	close(hold)
	if got := <-seen; got != "item to 2" {
		t.Error(got)
	}
	r.stop()
}

// TestRestartDoesNotRaiseTheDead: a delayed restart may come when the actor has
// stopped.
func TestRestartDoesNotRaiseTheDead(t *testing.T) {
	var events []string
	r := newRig(t, mailbox.Options[int]{})
	r.spawn(func(c actor.Context) {
		switch c.Message().(type) {
		case *actor.Started:
			events = append(events, "started")
		case *actor.Stopped:
			events = append(events, "stopped")
		case *actor.Restarting:
			events = append(events, "restarting")
		}
	})
	r.stop()
	r.box.PostSystemMessage(&actor.Restart{})
	r.sched.Wait()
	if !slices.Equal(events, []string{"started", "stopped"}) {
		t.Error(events)
	}
}

func TestItemsWaitDuringBackOff(t *testing.T) {
	s := scheduler()
	var got []int
	r := newRig(t, mailbox.Options[int]{Scheduler: s})
	failed := make(chan func(), 1)
	r.spawn(func(c actor.Context) {
		each(c.Message(), func(_ *mailbox.Executor, n *int) {
			if *n == 0 {
				panic("zero")
			}
			got = append(got, *n)
		})
	}, actor.WithGuardian(&later{failed}))
	r.box.Post(nil, 0)
	r.box.Post(nil, 1)
	restart := <-failed
	r.box.Post(nil, 2)
	s.Wait()
	if len(got) != 0 || r.box.Len() != 2 {
		t.Errorf("received %v before the restart, %d wait", got, r.box.Len())
	}
	restart()
	r.system.Root.Poison(r.pid)
	<-r.gone
	if !slices.Equal(got, []int{1, 2}) {
		t.Errorf("received %v", got)
	}
}

// later is a back-off whose end the test decides.
type later struct{ failed chan func() }

func (l *later) HandleFailure(_ *actor.ActorSystem, sup actor.Supervisor, child *actor.PID,
	_ *actor.RestartStatistics, _, _ any) {
	l.failed <- func() { sup.RestartChildren(child) }
}

func TestCloseWithoutAnActor(t *testing.T) {
	s := scheduler()
	var discarded []any
	m := mailbox.New(&mailbox.Options[int]{
		Scheduler:        s,
		OnDiscard:        func(_ *mailbox.Mailbox[int], n int) { discarded = append(discarded, n) },
		OnDiscardMessage: func(_ *mailbox.Mailbox[int], v any) { discarded = append(discarded, v) },
	}, nil)
	m.Post(nil, 1)
	m.PostUserMessage("a")
	m.Post(nil, 2)
	s.Wait()
	if m.Len() != 3 || len(discarded) != 0 {
		t.Fatalf("%d wait, discarded %v", m.Len(), discarded)
	}
	m.Close()
	m.Close()
	s.Wait()
	if !reflect.DeepEqual(discarded, []any{1, "a", 2}) || m.Post(nil, 3) || m.Len() != 0 {
		t.Errorf("discarded %v, %d wait", discarded, m.Len())
	}
}

func TestCloseOfALivingActorLeavesItAlive(t *testing.T) {
	var discarded int
	r := newRig(t, mailbox.Options[int]{OnDiscard: func(*mailbox.Mailbox[int], int) { discarded++ }})
	r.spawn(func(c actor.Context) {
		each(c.Message(), func(*mailbox.Executor, *int) { r.box.Close() })
	})
	for i := range 3 {
		r.box.Post(nil, i)
	}
	r.sched.Wait()
	if !r.box.Closed() {
		t.Error("not closed")
	}
	select {
	case <-r.gone:
		t.Error("the actor has stopped")
	case <-time.After(0):
	}
	r.stop()
}

func TestLimit(t *testing.T) {
	s := scheduler()
	m := mailbox.New(&mailbox.Options[int]{Scheduler: s, Limit: 4}, nil)
	accepted := 0
	for i := range 10 {
		if m.Post(nil, i) {
			accepted++
		}
	}
	m.PostUserMessage("never refused")
	if accepted != 4 || m.Dropped() != 6 || m.Len() != 5 || m.HighWater() != 5 {
		t.Errorf("accepted %d, dropped %d, waiting %d, high water %d", accepted, m.Dropped(), m.Len(), m.HighWater())
	}
	m.Close()
	s.Wait()
}

// Once an actor has stopped, its state is that of whoever hears of it.
func TestNothingIsDrainedBehindTheEnd(t *testing.T) {
	s := scheduler()
	var log []string
	h := newHand(mailbox.Options[int]{
		Scheduler: s, OnDrained: func(*mailbox.Mailbox[int]) { log = append(log, "drained") },
	}, func(_ *hand[int], message any) {
		each(message, func(*mailbox.Executor, *int) { log = append(log, "item") })
	})
	h.system = func(message any) { log = append(log, strings.TrimPrefix(fmt.Sprintf("%T", message), "*actor.")) }
	x := s.Executor()
	h.box.Post(x, 1)
	x.Run()
	h.box.Hold(x, func() {
		for _, m := range []any{&actor.Started{}, &actor.Stop{}, &actor.Terminated{}} {
			h.box.PostSystemMessage(m)
		}
	})
	x.Run()
	want := "item drained Started drained Stop Terminated"
	if got := strings.Join(log, " "); got != want {
		t.Errorf("%s instead of %s", got, want)
	}
}
