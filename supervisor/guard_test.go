package supervisor_test

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/callboard-wamp/callboard/supervisor"
)

// TestPanicsOfTheEndDoNotHangTheParent: with a bare actor protoactor restarts
// it instead (Stopping), or its parent never stops (Stopped, Terminated).
func TestPanicsOfTheEndDoNotHangTheParent(t *testing.T) {
	for name, at := range map[string]func(any) bool{
		"Stopping":   func(m any) bool { _, ok := m.(*actor.Stopping); return ok },
		"Stopped":    func(m any) bool { _, ok := m.(*actor.Stopped); return ok },
		"Terminated": func(m any) bool { _, ok := m.(*actor.Terminated); return ok },
	} {
		t.Run(name, func(t *testing.T) {
			sys, rep := newSystem(t), newReports()
			o := &supervisor.GuardOptions{Kind: supervisor.Shard, Report: rep.add}
			grandchild := actor.PropsFromFunc(func(actor.Context) {})
			child := actor.PropsFromProducer(func() actor.Actor {
				return supervisor.Guard(actor.ReceiveFunc(func(c actor.Context) {
					if _, ok := c.Message().(*actor.Started); ok {
						c.Spawn(grandchild)
					}
					if at(c.Message()) {
						panic(name)
					}
				}), o)
			})
			s := supervisor.Defaults().Strategy(supervisor.Options{Report: rep.add})
			top, children := parent(sys, s, &supervisor.GuardOptions{Kind: supervisor.Realm}, child)
			children()
			if err := sys.Root.StopFuture(top).Wait(); err != nil {
				t.Fatal("the parent does not stop:", err)
			}
			f := rep.wait(1)
			if len(f) != 1 || f[0].Directive != supervisor.Ignore || f[0].Reason != name || len(f[0].Stack) == 0 {
				t.Errorf("reported %+v", f)
			}
		})
	}
}

func TestPanicWhileRestartingStillRestarts(t *testing.T) {
	sys, rep := newSystem(t), newReports()
	started := make(chan struct{}, 10)
	o := &supervisor.GuardOptions{Kind: supervisor.Topic, Report: rep.add}
	child := actor.PropsFromProducer(func() actor.Actor {
		return supervisor.Guard(actor.ReceiveFunc(func(c actor.Context) {
			switch c.Message().(type) {
			case *actor.Started:
				started <- struct{}{}
			case boom, *actor.Restarting:
				panic("again")
			}
		}), o)
	})
	s := supervisor.Defaults().Strategy(supervisor.Options{Report: rep.add})
	top, children := parent(sys, s, &supervisor.GuardOptions{Kind: supervisor.Shard}, child)
	sys.Root.Send(children()[0], boom{})
	<-started
	<-started
	got := []supervisor.Action{}
	for _, f := range rep.wait(2) {
		got = append(got, f.Directive)
	}
	if !slices.Equal(got, []supervisor.Action{supervisor.Restart, supervisor.Ignore}) {
		t.Errorf("directives %v", got)
	}
	_ = sys.Root.StopFuture(top).Wait()
}

func TestPanicInStartedIsBounded(t *testing.T) {
	sys, rep := newSystem(t), newReports()
	child := actor.PropsFromProducer(func() actor.Actor {
		return supervisor.Guard(actor.ReceiveFunc(func(c actor.Context) {
			if _, ok := c.Message().(*actor.Started); ok {
				panic("no way")
			}
		}), &supervisor.GuardOptions{Kind: supervisor.Topic})
	})
	s := supervisor.Defaults().Strategy(supervisor.Options{Report: rep.add})
	top, children := parent(sys, s, &supervisor.GuardOptions{Kind: supervisor.Shard}, child)
	children()
	all := rep.wait(6)
	last := all[len(all)-1]
	if len(all) != 6 || last.Directive != supervisor.Stop || !last.Exceeded || last.MessageType != "*actor.Started" {
		t.Errorf("%d failures, the last %+v", len(all), last)
	}
	_ = sys.Root.StopFuture(top).Wait()
}

// TestEscalationClimbs: a directory that fails too often makes its realm fail,
// which restarts, with new children.
func TestEscalationClimbs(t *testing.T) {
	sys, rep := newSystem(t), newReports()
	events := make(chan string, 100)
	reg := supervisor.NewRegistry()
	table := supervisor.Defaults()
	inner := table.Strategy(supervisor.Options{Kind: supervisor.Realm, Report: rep.add, Registry: reg})
	outer := table.Strategy(supervisor.Options{Kind: supervisor.Shard, Report: rep.add, Registry: reg})
	directory := fragile(supervisor.Directory, func(e string) { events <- e }, supervisor.GuardOptions{Registry: reg})
	children := make(chan *actor.PID, 10)
	realm := actor.PropsFromProducer(func() actor.Actor {
		return supervisor.Guard(actor.ReceiveFunc(func(c actor.Context) {
			if _, ok := c.Message().(*actor.Started); ok {
				children <- c.Spawn(directory)
			}
		}), &supervisor.GuardOptions{Kind: supervisor.Realm, Strategy: inner, Registry: reg})
	}, actor.WithSupervisor(inner))
	top, _ := parent(sys, outer, &supervisor.GuardOptions{Kind: supervisor.Shard, Registry: reg}, realm)
	first := <-children
	for range 6 {
		sys.Root.Send(first, boom{})
	}
	second := <-children
	sys.Root.Send(second, "alive")
	for e := range events {
		if e == "alive" {
			break
		}
	}
	var got []string
	for _, f := range rep.wait(7) {
		got = append(got, string(f.Kind)+" "+f.Directive.String())
	}
	r, e := "directory restart", []string{"directory escalate", "realm restart"}
	if want := append([]string{r, r, r, r, r}, e...); !slices.Equal(got, want) {
		t.Errorf("directives %q", got)
	}
	checkTree(t, reg)
	_ = sys.Root.StopFuture(top).Wait()
	if n := len(reg.Tree()); n != 0 {
		t.Errorf("%d nodes after the end", n)
	}
}

func checkTree(t *testing.T, reg *supervisor.Registry) {
	tree := reg.Tree()
	if len(tree) != 1 || len(tree[0].Children) != 1 || len(tree[0].Children[0].Children) != 1 {
		t.Fatalf("tree %+v", tree)
	}
	realm := tree[0].Children[0]
	if realm.Kind != supervisor.Realm || realm.Starts != 2 || realm.Failures != 1 ||
		!strings.Contains(realm.LastFailure, "gave up") {
		t.Errorf("realm %+v", realm)
	}
	for _, c := range reg.Counts() {
		if c.Kind == supervisor.Directory && (c.Alive != 1 || c.Started != 7 || c.Failures != 6 || c.Restarts != 5) {
			t.Errorf("counts %+v", c)
		}
	}
	if n := len(reg.Failures()); n != 7 {
		t.Errorf("%d failures kept", n)
	}
}

// only is a context of which nothing but the message is used.
type only struct {
	actor.Context
	message any
}

func (o only) Message() any     { return o.message }
func (o only) Self() *actor.PID { return actor.NewPID("local", "self") }

func TestGoexitIsAPanicForTheMailbox(t *testing.T) {
	g := supervisor.Guard(actor.ReceiveFunc(func(actor.Context) { runtime.Goexit() }), &supervisor.GuardOptions{})
	reason := make(chan any, 1)
	go func() {
		defer func() { reason <- recover() }()
		g.Receive(only{message: boom{}})
	}()
	if err, ok := (<-reason).(error); !ok || !errors.Is(err, supervisor.ErrGoexit) {
		t.Errorf("got %v", err)
	}
}

func TestPluralKindsHaveNoNodes(t *testing.T) {
	reg := supervisor.NewRegistry()
	g := supervisor.Guard(actor.ReceiveFunc(func(actor.Context) {}),
		&supervisor.GuardOptions{Kind: supervisor.Session, Registry: reg})
	g.Receive(only{message: &actor.Started{}})
	if len(reg.Tree()) != 0 || reg.Counts()[3] != (supervisor.Count{Kind: supervisor.Session, Alive: 1, Started: 1}) {
		t.Errorf("tree %v, counts %v", reg.Tree(), reg.Counts())
	}
	g.Receive(only{message: &actor.Restarting{}})
	g.Receive(only{message: &actor.Stopping{}})
	g.Receive(only{message: &actor.Stopped{}})
	if n := reg.Counts()[3].Alive; n != 0 {
		t.Errorf("%d alive after the end", n)
	}
}
