// Package faulty is a WAMP router that does on purpose what a router must not:
// it loses, repeats, swaps and misdelivers events, leaves calls without an
// answer, answers with ERROR or with the result of another call, stalls, and
// ends sessions. It proves that the ledger of a run notices.
//
// Start with [New], which takes the [Faults], then [Router.Serve] with a
// listener, or [Router.Attach] with one end of a netio.Pipe; [Router.Close] ends
// its goroutines, one for each connection. Without faults it is an honest
// router, though a slow and incomplete one.
//
//	r := faulty.New(faulty.Faults{Lose: 7})
//	defer r.Close()
//	go r.Serve(listener)
package faulty
