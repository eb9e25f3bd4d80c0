package main

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/benchmarks/faulty"
)

// interruptedBench runs a load for an hour, ends it with its first message, which
// is one of the warm-up, and returns the exit code.
func interruptedBench(t *testing.T, args ...string) (code int, out, talk string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := faulty.New(faulty.Faults{Block: cancel})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); r.Serve(l) }()
	defer func() { r.Close(); <-done }()
	var o, e bytes.Buffer
	args = append([]string{"bench", "pubsub", "--url", "ws://" + l.Addr().String() + "/ws", "--clients", "1", "--warmup", "1h"}, args...)
	code = run(ctx, args, &o, &e)
	return code, o.String(), e.String()
}

// A gate does not open because nobody has waited for the measurement.
func TestBenchInterruptedTooEarly(t *testing.T) {
	code, out, talk := interruptedBench(t, "--check", "lost=0")
	if code != exitFailure || talk != "callboard: interrupted before anything was measured\n" ||
		!strings.Contains(out, "check      lost=0: not measured NOT MET\n") {
		t.Errorf("exit code %d\n%s%s", code, out, talk)
	}
}

// Without a gate there is the result so far, and that it is one.
func TestBenchInterrupted(t *testing.T) {
	code, out, talk := interruptedBench(t, "--csv")
	if code != 0 || talk != "" || !strings.HasSuffix(out, ",true\n") {
		t.Errorf("exit code %d\n%s%s", code, out, talk)
	}
	code, out, talk = interruptedBench(t)
	if code != 0 || talk != "" || !strings.Contains(out, "note       interrupted\nnote       nothing was measured\n") {
		t.Errorf("exit code %d\n%s%s", code, out, talk)
	}
}
