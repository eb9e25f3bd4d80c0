package actors_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"pgregory.net/rapid"
)

// Several callers and callees of one router do at random what peers may do about
// calls, without waiting for each other, while time passes: call, send more input,
// cancel in every mode, yield, fail, unregister, register again, leave. Each of
// their messages is judged as it comes, and at the end every call of a caller that
// stayed has had exactly one final answer.
func TestInterleavings(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		acts := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) act {
			return act{
				what:  rapid.SampledFrom(deeds).Draw(rt, "what"),
				who:   rapid.IntRange(0, 5).Draw(rt, "who"),
				which: rapid.IntRange(0, 7).Draw(rt, "which"),
				wait:  rapid.IntRange(0, 3).Draw(rt, "wait") == 0,
			}
		}), 20, 120).Draw(rt, "acts")
		kind := rapid.IntRange(0, len(kinds)-1).Draw(rt, "kind")
		wrong := ""
		cfg := lenient()
		inBubble(t, cfg, func(t *testing.T, r *actors.Router) { wrong = perform(t, r, kind, acts) })
		if wrong != "" {
			rt.Fatal(wrong)
		}
	})
}

// act is one thing that a peer does; which says with which of its calls.
type act struct {
	what       string
	who, which int
	wait       bool // until everybody has heard of it
}

var deeds = []string{
	"call", "call", "call", "call", "stream", "stream", "more", "more", "last",
	"skip", "kill", "killnowait", "progress", "progress", "yield", "yield", "yield", "error",
	"unregister", "register", "time", "leave", "drop",
}

const procedures = 3

// troupe are the peers of one run. The first callers only call, the others serve.
type troupe struct {
	callers []*caller
	callees []*callee
}

func perform(t *testing.T, r *actors.Router, kind int, acts []act) string {
	var tr troupe
	var reading sync.WaitGroup
	for i := range 3 {
		c := &caller{player: player{peer: enterAs(t, r, kinds[kind])}, calls: map[wamp.ID]*made{}}
		reading.Go(func() { c.read(c.hear) })
		tr.callers = append(tr.callers, c)
		features := []string{"progressive_call_results", "progressive_call_invocations", "call_canceling", "call_reroute"}
		s := &callee{player: player{peer: enterAs(t, r, kinds[(kind+i)%len(kinds)], features[:4-i]...)}, cancels: i < 2}
		s.served, s.had = map[wamp.ID]*served{}, map[[2]int64]bool{}
		reading.Go(func() { s.read(s.hear) })
		tr.callees = append(tr.callees, s)
		s.register(i)
		s.register(i + 1)
	}
	synctest.Wait()
	for _, a := range acts {
		tr.act(a)
		if a.wait {
			synctest.Wait()
		}
	}
	tr.settle()
	wrong := tr.judge()
	for i := range tr.callers {
		tr.callers[i].cut()
		tr.callees[i].cut()
	}
	reading.Wait()
	left(t, r)
	if n := r.Counters().Dropped(lane.DropCrash); n > 0 && wrong == "" {
		wrong = fmt.Sprintf("%d crashes", n)
	}
	return wrong
}

func (tr *troupe) act(a act) {
	c, s := tr.callers[a.who%3], tr.callees[a.who%3]
	switch a.what {
	case "call":
		c.call(a.which, a.which%2 == 0, false)
	case "stream":
		c.call(a.which, a.which%2 == 0, true)
	case "more":
		c.input(a.which, progressing)
	case "last":
		c.input(a.which, nil)
	case "skip", "kill", "killnowait":
		c.cancel(a.which, a.what)
	case "progress":
		s.yield(a.which, progressing)
	case "yield":
		s.yield(a.which, nil)
	case "error":
		s.fail(a.which)
	case "unregister":
		s.unregister(a.which)
	case "register":
		s.register(a.which)
	case "time":
		time.Sleep(time.Duration(a.which) * 200 * time.Millisecond)
	case "leave", "drop":
		if a.which < 3 { // not too often
			p := &[]*player{&c.player, &s.player}[a.which%2]
			(*p).leave(a.what)
		}
	}
}

// settle has every callee that stayed answer what it was asked, again and again,
// for unregistering callees pass calls on.
func (tr *troupe) settle() {
	for range 5 {
		synctest.Wait()
		for _, s := range tr.callees {
			for s.yield(0, nil) {
			}
		}
	}
	time.Sleep(time.Hour) // what has a timeout is over
	synctest.Wait()
}

func (tr *troupe) judge() string {
	for i, c := range tr.callers {
		if c.wrong != "" {
			return fmt.Sprintf("caller %d: %s", i, c.wrong)
		}
		for id, m := range c.calls {
			if !c.gone && m.finals != 1 {
				return fmt.Sprintf("caller %d: call %d has %d final answers", i, id, m.finals)
			}
		}
	}
	for i, s := range tr.callees {
		if s.wrong != "" {
			return fmt.Sprintf("callee %d: %s", i, s.wrong)
		}
	}
	return ""
}
