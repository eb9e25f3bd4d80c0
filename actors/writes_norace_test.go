//go:build !race

package actors_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/benchmarks"
)

// Publishers whose windows open as their events arrive, over sockets: nobody holds
// anything back here. How much meets in a write is then a matter of who runs when, so
// there is one processor, on which whatever has become ready meanwhile runs before the
// one that yields, and no race detector, which slows down some more than others. A
// write carries twice as many as are asked for. Unjoined it would carry one, for the
// next message of a publisher goes to another topic.
func TestClosedLoopPerWrite(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	r := start(t, actors.Config{})
	url := "tcp://" + serve(t, r)
	before := r.Written()
	result, err := benchmarks.Run(t.Context(), benchmarks.Options{
		Scenario: "many", URL: url, Duration: time.Hour, Messages: 20_000,
		Publishers: manyPublishers, Clients: manySubscribers, Topics: manyTopics, Window: manyWindow,
	})
	if err != nil || result.Failed() != "" {
		t.Fatal(err, result)
	}
	carries(t, since(r, before), result.Ledger.Received, crowdedWrite)
}
