// Package dealer holds the rules of one registration and of one call: who may
// register, which callee gets the next invocation, which calls are open.
//
// Start with [Registration], the callees of one URI and match, with its
// [Snapshot] and [Select]; and with [Pending], the table of open calls or
// invocations of one session. [CheckRegister] and [CheckCall] judge URIs,
// [InvocationStatus] the ids of YIELD and ERROR.
//
// A Registration belongs to its registration actor, a Pending to its session;
// neither is safe for concurrent use. Snapshots are immutable and belong to
// everybody. The package has no lock, clock, goroutine or randomness: counters
// and random numbers are arguments.
//
//	var r dealer.Registration[*Callee]
//	err := r.Join(m, wamp.RoundRobin, handle.calls.Load())
//	callee, ok := dealer.Select(r.Snapshot(), handle.calls.Add(1)-1, rand.Uint64(), (*Callee).Alive)
package dealer
