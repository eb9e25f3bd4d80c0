package dealer_test

import (
	"fmt"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
	"pgregory.net/rapid"
)

// exchange is one call between two sides that do what the rules say. Each side hears
// of the other by a queue, so everything may cross everything. What the two peers
// get to see is judged as it comes.
type exchange struct {
	*rapid.T
	flags  wamp.Flags // of the first CALL
	callee wamp.Features

	// The caller's side.
	call     dealer.Call
	open     bool
	stays    bool // the caller has not left
	written  bool // the INVOCATION was
	waiting  []wamp.Flags
	toCaller []note

	// The callee's side.
	inv      dealer.Invocation
	serving  bool
	member   bool // registered
	present  bool // the callee has not left
	toCallee []note

	// What the peers saw.
	finals, interrupts int
	killed             bool // the INTERRUPT, or the CANCEL behind it, had mode kill
	answered           bool // the callee has sent its final answer
	unread             bool // no progressive result may be passed on any more
}

// note is what one side posts to the other.
type note struct {
	what  string
	flags wamp.Flags
	mode  wamp.CancelMode
}

// A call has one final answer as long as its caller is there, whatever crosses what:
// CANCEL in every mode, input, progress, answers, the timeout, either side leaving,
// a callee that has unregistered before the call came.
func TestOneFinalAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := begin(t)
		for range rapid.IntRange(0, 60).Draw(t, "steps") + 20 {
			x.step(rapid.SampledFrom(steps).Draw(t, "step"))
		}
		x.settle()
		if x.stays && x.finals != 1 {
			t.Fatalf("%d final answers", x.finals)
		}
		if x.open {
			t.Fatal("the call is still open")
		}
		if x.serving {
			t.Fatal("the invocation is still open")
		}
	})
}

func begin(t *rapid.T) *exchange {
	x := &exchange{T: t, open: true, stays: true, member: true, present: true}
	for _, f := range []wamp.Flags{wamp.Progress, wamp.ReceiveProgress} {
		if rapid.Bool().Draw(t, "flag") {
			x.flags |= f
		}
	}
	for _, f := range []wamp.Features{wamp.CalleeCanceling, wamp.CalleeProgressiveResults} {
		if rapid.Bool().Draw(t, "feature") {
			x.callee |= f
		}
	}
	if x.flags.Has(wamp.Progress) { // others are refused
		x.callee |= wamp.CalleeCanceling | wamp.CalleeProgressiveInvocations
	}
	x.call = dealer.NewCall(x.flags)
	x.toCallee = []note{{what: "invoke", flags: x.flags}}
	return x
}

var steps = []string{
	"deliver to callee", "deliver to callee", "deliver to callee", "deliver to caller", "deliver to caller", "deliver to caller",
	"cancel skip", "cancel kill", "cancel killnowait", "more input", "last input", "time is over", "caller leaves", "slow caller",
	"progress", "progress", "result", "error", "callee leaves", "unregister",
}

func (x *exchange) step(name string) {
	switch name {
	case "deliver to callee":
		x.deliverToCallee()
	case "deliver to caller":
		x.deliverToCaller()
	case "cancel skip":
		x.cancel(wamp.Skip)
	case "cancel kill":
		x.cancel(wamp.Kill)
	case "cancel killnowait":
		x.cancel(wamp.KillNoWait)
	case "more input":
		x.input(wamp.Progress)
	case "last input":
		x.input(0)
	case "time is over":
		if x.open {
			x.do(x.call.Timeout())
		}
	case "caller leaves":
		x.leave()
	case "slow caller":
		x.unread = true
	case "progress":
		x.yield(note{"result", wamp.Progress, 0})
	case "result":
		x.yield(note{what: "result"})
	case "error":
		x.yield(note{what: "error"})
	case "callee leaves":
		x.vanish()
	case "unregister":
		x.member = false
	}
}

// do carries a step of the caller's side out.
func (x *exchange) do(s dealer.Step) {
	if s.Reason != "" {
		x.toCallee = append(x.toCallee, note{what: "cancel", mode: s.Mode})
		x.killed = x.killed || s.Mode == wamp.Kill
	}
	switch s.Verdict {
	case dealer.Wait:
		x.waiting = nil
	case dealer.Fail:
		if s.Error == "" {
			x.Fatal("an ERROR without URI")
		}
		x.final()
	case dealer.Reroute:
		if !x.member || !x.present {
			x.final() // no callee is left
			return
		}
		x.toCallee = append(x.toCallee, note{what: "invoke", flags: x.flags})
	}
}

// final is what the caller gets at last.
func (x *exchange) final() {
	if !x.open {
		x.Fatal("an answer for a call that is not open")
	}
	x.open, x.waiting = false, nil
	x.finals++
}

func (x *exchange) cancel(mode wamp.CancelMode) {
	if !x.open {
		return
	}
	next, s := x.call.Cancel(mode, x.callee)
	x.call = next
	x.do(s)
	if waits := x.call.Has(dealer.Killed) && mode != wamp.KillNoWait; x.open != waits {
		x.Fatalf("CANCEL with mode %v, and the call is open: %v", mode, x.open)
	}
	if x.open && !x.callee.Has(wamp.CalleeCanceling) {
		x.Fatal("a callee is waited for that cannot be canceled")
	}
}

func (x *exchange) input(flags wamp.Flags) {
	if !x.open {
		return
	}
	next, v := x.call.Continue(flags)
	switch {
	case v == dealer.Violation:
		if x.call.Has(dealer.MoreInput) {
			x.Fatal("input is refused that was announced")
		}
		return // the session would end
	case v == dealer.PassOn && x.written:
		x.toCallee = append(x.toCallee, note{what: "more", flags: flags})
	case v == dealer.PassOn:
		x.waiting = append(x.waiting, flags)
	}
	x.call = next
}

func (x *exchange) leave() {
	if x.stays {
		x.stays, x.open = false, false
		x.toCallee = append(x.toCallee, note{what: "cancel", mode: wamp.KillNoWait})
	}
}

func (x *exchange) deliverToCaller() {
	if len(x.toCaller) == 0 {
		return
	}
	n := x.toCaller[0]
	x.toCaller = x.toCaller[1:]
	if !x.open {
		return // late
	}
	switch n.what {
	case "result":
		x.result(n.flags)
	case "error", "gone":
		x.final()
	case "bounce":
		x.do(x.call.Bounce())
	case "invoked":
		x.written = true
		for _, flags := range x.waiting {
			x.toCallee = append(x.toCallee, note{what: "more", flags: flags})
		}
		x.waiting = nil
	}
}

func (x *exchange) result(flags wamp.Flags) {
	next, v := x.call.Result(flags)
	if v.Ends() != !flags.Has(wamp.Progress) {
		x.Fatalf("RESULT with %b: %v", flags, v)
	}
	x.call = next
	switch {
	case v.Ends():
		x.final()
	case !x.flags.Has(wamp.ReceiveProgress):
		x.Fatal("progress that nobody asked for")
	case x.unread:
		x.do(next.Undeliverable(wamp.ErrCanceled))
	}
}

func (x *exchange) deliverToCallee() {
	if len(x.toCallee) == 0 {
		return
	}
	n := x.toCallee[0]
	x.toCallee = x.toCallee[1:]
	switch {
	case n.what == "invoke" && (!x.present || !x.member):
		x.toCaller = append(x.toCaller, note{what: "bounce"})
	case n.what == "invoke":
		if x.serving || x.answered {
			x.Fatal("invoked twice")
		}
		x.serving, x.inv = true, dealer.Invoke(n.flags, x.callee, dealer.CancelableOnly)
		if n.flags.Has(wamp.Progress) {
			x.toCaller = append(x.toCaller, note{what: "invoked"})
		}
	case !x.serving:
	case n.what == "more":
		if x.interrupts > 0 {
			x.Fatal("input for a callee that is to stop")
		}
	case n.what == "cancel":
		x.interrupt(n.mode)
	}
}

func (x *exchange) interrupt(mode wamp.CancelMode) {
	next, v, write := x.inv.Interrupt(mode, x.callee)
	x.inv = next
	if write {
		x.interrupts++
	}
	if write && (x.interrupts > 1 || x.answered || !x.callee.Has(wamp.CalleeCanceling)) {
		x.Fatalf("INTERRUPT number %d", x.interrupts)
	}
	x.serving = v == dealer.Wait
}

func (x *exchange) yield(n note) {
	if !x.serving {
		return // dropped
	}
	v := dealer.Answer
	if n.what == "result" {
		v = x.inv.Yield(n.flags)
	}
	if v == dealer.Ignore && x.flags.Has(wamp.ReceiveProgress) && x.callee.Has(wamp.CalleeCanceling|wamp.CalleeProgressiveResults) {
		x.Fatal("progress is dropped that was asked for")
	}
	if v != dealer.Ignore {
		x.toCaller = append(x.toCaller, n)
	}
	if v.Ends() {
		x.serving, x.answered = false, true
	}
}

func (x *exchange) vanish() {
	x.present = false
	if x.serving {
		x.serving = false
		x.toCaller = append(x.toCaller, note{what: "gone"})
	}
}

// settle lets everything arrive, and the callee answer what it was asked.
func (x *exchange) settle() {
	for round := 0; len(x.toCallee) > 0 || len(x.toCaller) > 0 || x.serving; round++ {
		if round > 1000 {
			x.Fatal(fmt.Sprint("it never ends: ", x.toCallee, x.toCaller))
		}
		x.deliverToCallee()
		x.deliverToCaller()
		if len(x.toCallee) == 0 {
			x.yield(note{what: "result"})
		}
	}
}
