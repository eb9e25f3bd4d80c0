// Package benchmarks drives a WAMP router, whichever it is, and says what that
// cost: rates, latencies, the router's processor time, and whether everything
// that was sent has arrived. It is behind "callboard bench" and behind the
// end-to-end benchmarks of this repository.
//
// Start with [Run], which takes [Options] and returns a [Result]; [Scenarios]
// says what there is to run. What the numbers mean is in the
// README.md of this folder.
//
// A run owns its sessions and goroutines: all of them have ended when Run
// returns. One goroutine reads for each session, another one, if a rate is
// asked for, sends; a sender's window is refilled by whoever received what had
// been missing, once per read.
//
// The parts have rooms of their own: wire (sessions), ledger (what arrived),
// meter (latencies and processor time), gate (checks), report (tables, JSON,
// CSV, HTML); faulty is a router that they are tested against.
//
//	r, err := benchmarks.Run(ctx, benchmarks.Options{Scenario: "fanout", Duration: 5 * time.Second})
//	if err != nil { … }
//	report.Text(os.Stdout, r)
package benchmarks
