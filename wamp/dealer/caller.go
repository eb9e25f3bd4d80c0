package dealer

import "github.com/callboard-wamp/callboard/wamp"

// Call is how far an open call has come, as its caller's side knows it. The zero
// value is a plain call that was sent out. The methods are the rules of what
// becomes of it: they return its next state, where it changes, and the [Step]
// that is owed. A call ends with the first step whose verdict says so; whatever
// comes for it afterwards is dropped.
type Call uint8

const (
	// Killed: it was canceled with mode kill, and the callee's answer is waited
	// for.
	Killed Call = 1 << iota
	// Progressed: a progressive result was passed on, so no other callee may be
	// asked any more.
	Progressed
	// MoreInput: the last CALL of it had the option progress, so that others with
	// the same id continue it.
	MoreInput
	// Streams: it began with the option progress. Its input was passed on and is not
	// kept, so no other callee may be asked once it was invoked.
	Streams
	// Forwarded: the callee was told of the timeout and watches it.
	Forwarded
)

// Has says whether all of these are set.
func (c Call) Has(d Call) bool { return c&d == d }

// Verdict says what becomes of an open call or invocation, and of the message
// that it was judged for.
type Verdict uint8

const (
	// Ignore: nothing changes. A message is dropped, and counted.
	Ignore Verdict = iota
	// Wait: it stays open until the callee answers, who gets no more input.
	Wait
	// PassOn: the message goes to the other side, and it stays open.
	PassOn
	// Answer: the message goes to the other side, and it has ended.
	Answer
	// Fail: the caller gets an ERROR of the router's own, and it has ended.
	Fail
	// Reroute: another callee is asked.
	Reroute
	// Violation: whoever sent the message has broken the protocol.
	Violation
)

// Ends says whether the call has its final answer by this.
func (v Verdict) Ends() bool { return v == Answer || v == Fail }

// Step is what is owed when something has happened to an open call.
type Step struct {
	Verdict Verdict
	// Error is the URI of the ERROR when the verdict is Fail.
	Error wamp.URI
	// Reason, if set, is why the callee's side hears that the call is given up, and
	// Mode how: it does what [Invocation.Interrupt] says.
	Reason wamp.URI
	Mode   wamp.CancelMode
}

// NewCall is the state of a call that begins with a CALL with these flags.
func NewCall(flags wamp.Flags) Call {
	if flags.Has(wamp.Progress) {
		return MoreInput | Streams
	}
	return 0
}

// Continue is a further CALL with the id and the procedure of an open call
// (advanced profile, "Progressive Call Invocations"). One without the option
// progress ends the input, and the call goes on; what follows would be a second
// call under the id of an open one. A callee that is to stop gets no more input.
func (c Call) Continue(flags wamp.Flags) (Call, Verdict) {
	if !c.Has(MoreInput) {
		return c, Violation
	}
	if !flags.Has(wamp.Progress) {
		c &^= MoreInput
	}
	if c.Has(Killed) {
		return c, Ignore
	}
	return c, PassOn
}

// Cancel is CANCEL (advanced profile, "Call Canceling"). A callee that did not
// announce call canceling is not waited for: every mode is skip. Of two CANCELs
// the second is ignored, unless the caller no longer wants to wait.
func (c Call) Cancel(mode wamp.CancelMode, callee wamp.Features) (Call, Step) {
	if c.Has(Killed) && mode != wamp.KillNoWait {
		return c, Step{Verdict: Ignore}
	}
	if !callee.Has(wamp.CalleeCanceling) {
		mode = wamp.Skip
	}
	step := Step{Verdict: Fail, Error: wamp.ErrCanceled, Reason: wamp.ErrCanceled, Mode: mode}
	if mode == wamp.Kill {
		c |= Killed
		step.Verdict = Wait
	}
	return c, step
}

// Timeout is the time being over (advanced profile, "Call Timeouts"). Whoever waits
// for the answer to a CANCEL waits no longer either.
func (c Call) Timeout() Step {
	return Step{Verdict: Fail, Error: wamp.ErrTimeout, Reason: wamp.ErrTimeout, Mode: wamp.KillNoWait}
}

// Result is the callee's YIELD, with the flags that say whether it is a
// progressive one (advanced profile, "Progressive Call Results"). A call that was
// canceled with mode kill gets progressive results until its callee has noticed.
func (c Call) Result(flags wamp.Flags) (Call, Verdict) {
	if flags.Has(wamp.Progress) {
		return c | Progressed, PassOn
	}
	return c, Answer
}

// Failed is the callee's ERROR (advanced profile, "Call Rerouting"): one that
// announced rerouting may send the call on to another callee, as long as the caller
// still wants it and has seen nothing of this one.
func (c Call) Failed(uri wamp.URI, callee wamp.Features) Verdict {
	if uri == wamp.ErrUnavailable && callee.Has(wamp.CalleeReroute) && c&(Killed|Progressed|Streams) == 0 {
		return Reroute
	}
	return Answer
}

// Undeliverable is a progressive result that cannot reach the caller: it reads
// too slowly, its serializer lacks a value, the message is too large. A stream
// with a gap is worth nothing, so the call fails, for this reason.
func (c Call) Undeliverable(why wamp.URI) Step {
	return Step{Verdict: Fail, Error: why, Reason: wamp.ErrCanceled, Mode: wamp.KillNoWait}
}

// Bounce is a call that comes back from a callee that never saw it.
func (c Call) Bounce() Step {
	if c.Has(Killed) {
		return Step{Verdict: Fail, Error: wamp.ErrCanceled}
	}
	return Step{Verdict: Reroute}
}
