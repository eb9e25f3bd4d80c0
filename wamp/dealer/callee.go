package dealer

import "github.com/callboard-wamp/callboard/wamp"

// Invocation is how far an open invocation has come, as its callee's side knows
// it. The zero value is that of a plain call. Its methods are the rules of what
// becomes of it. Whatever comes for an invocation that has ended is dropped, see
// [InvocationStatus].
type Invocation uint8

const (
	// WantsProgress: the callee was told that the caller takes progressive
	// results.
	WantsProgress Invocation = 1 << iota
	// Interrupted: the callee got its INTERRUPT. A second one would be for
	// something that it may no longer know.
	Interrupted
)

// Has says whether all of these are set.
func (i Invocation) Has(j Invocation) bool { return i&j == j }

// Progressing is how a realm treats callees that announced progressive call
// results without call canceling, as many JavaScript callees do.
type Progressing uint8

const (
	// CancelableOnly counts such a callee as one that has no progressive results
	// (advanced profile, "Progressive Call Results").
	CancelableOnly Progressing = iota
	// AnyProgressing asks it for progressive results all the same. It gets no
	// INTERRUPT; what it sends in vain is dropped.
	AnyProgressing
)

// TakesInput says whether a callee may be sent progressive call invocations: it
// must announce them, and call canceling too.
func TakesInput(callee wamp.Features) bool {
	return callee.Has(wamp.CalleeProgressiveInvocations | wamp.CalleeCanceling)
}

// Invoke is the state of an invocation that is about to be written: whether a
// CALL with these flags asks this callee for progressive results.
func Invoke(flags wamp.Flags, callee wamp.Features, p Progressing) Invocation {
	need := wamp.CalleeProgressiveResults
	if p == CancelableOnly {
		need |= wamp.CalleeCanceling
	}
	if flags.Has(wamp.ReceiveProgress) && callee.Has(need) {
		return WantsProgress
	}
	return 0
}

// Yield is the callee's YIELD with these flags. Progress that nobody asked for is
// neither passed on nor final: callers would take it for the result.
func (i Invocation) Yield(flags wamp.Flags) Verdict {
	switch {
	case !flags.Has(wamp.Progress):
		return Answer
	case i.Has(WantsProgress):
		return PassOn
	}
	return Ignore
}

// Interrupt is the caller's side giving the call up, or its caller being gone.
// write says that the callee gets INTERRUPT: once, and if it announced call
// canceling. The verdict is Wait in mode kill, whose answer is passed on; else the
// invocation has ended, and Ignore says what becomes of its answer.
func (i Invocation) Interrupt(mode wamp.CancelMode, callee wamp.Features) (next Invocation, v Verdict, write bool) {
	write = mode != wamp.Skip && callee.Has(wamp.CalleeCanceling) && !i.Has(Interrupted)
	if write {
		i |= Interrupted
	}
	if mode == wamp.Kill {
		return i, Wait, write
	}
	return i, Ignore, write
}
