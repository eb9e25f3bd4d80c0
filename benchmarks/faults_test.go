package benchmarks_test

import (
	"slices"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks"
	"github.com/callboard-wamp/callboard/benchmarks/faulty"
	"github.com/callboard-wamp/callboard/benchmarks/gate"
	"github.com/callboard-wamp/callboard/benchmarks/ledger"
)

// What a router does wrong is in the ledger, to the last message, and makes the
// run fail. 100 messages of one publisher to two subscribers, or of two callers.
func TestLedgerFindsFaults(t *testing.T) {
	fanout := benchmarks.Options{Scenario: "fanout", Clients: 2, Publishers: 1, Messages: 100}
	pairs := benchmarks.Options{Scenario: "pubsub", Clients: 2, Messages: 200}
	calls := benchmarks.Options{Scenario: "rpc", Clients: 2, Callees: 1, Messages: 100}
	for _, tc := range []struct {
		name   string
		faults faulty.Faults
		o      benchmarks.Options
		want   ledger.Account
		failed string
	}{
		{"none", faulty.Faults{}, fanout, ledger.Account{Sent: 200, Received: 200}, ""},
		{"none", faulty.Faults{}, calls, ledger.Account{Sent: 100, Received: 100}, ""},
		{"lose", faulty.Faults{Lose: 7}, fanout, ledger.Account{Sent: 200, Received: 172, Lost: 28}, "28 lost"},
		{"repeat", faulty.Faults{Repeat: 7}, fanout, ledger.Account{Sent: 200, Received: 200, Duplicates: 28}, "28 received twice"},
		{"swap", faulty.Faults{Swap: 7}, fanout, ledger.Account{Sent: 200, Received: 200, Disordered: 28}, "28 out of order"},
		{"misdeliver", faulty.Faults{Misdeliver: 50}, pairs,
			ledger.Account{Sent: 200, Received: 196, Lost: 4, Foreign: 4}, "4 lost, 4 received by the wrong session"},
		{"refuse", faulty.Faults{Refuse: 10}, calls, ledger.Account{Sent: 100, Received: 90, Errors: 10}, "10 answered by ERROR or ABORT"},
	} {
		tc.o.URL, tc.o.Patience = wrong(t, tc.faults), 300*time.Millisecond
		r := run(t, tc.o)
		if r.Ledger != tc.want || r.Failed() != tc.failed {
			t.Errorf("%s: %+v, %q, %v", tc.name, r.Ledger, r.Failed(), r.Notes)
		}
	}
}

// A call without an answer holds its window, so the run ends when nothing arrives
// any more; what else is wrong is how many calls were made until then.
func TestLedgerFindsSilence(t *testing.T) {
	o := benchmarks.Options{
		Scenario: "rpc", Clients: 1, Callees: 1, Messages: 100, Window: 8,
		URL: wrong(t, faulty.Faults{Silence: 50}), Patience: 300 * time.Millisecond,
	}
	r := run(t, o)
	// The 50th stays open; 7 more fit into the window.
	if want := (ledger.Account{Sent: 57, Received: 56, Unanswered: 1}); r.Ledger != want || r.Failed() != "1 unanswered" {
		t.Errorf("%+v, %q", r.Ledger, r.Failed())
	}
	if !slices.Contains(r.Notes, "nothing arrived any more for 300ms") {
		t.Errorf("%q", r.Notes)
	}
}

// A join that was answered by ABORT is an error; one that was not answered is that.
func TestLedgerFindsRefusals(t *testing.T) {
	for _, scenario := range []string{"connect", "churn"} {
		r := run(t, benchmarks.Options{
			Scenario: scenario, Clients: 1, Messages: 100, URL: wrong(t, faulty.Faults{Abort: 10, Slam: 25}),
		})
		want := ledger.Account{Sent: 100, Received: 88, Errors: 8, Unanswered: 4}
		if r.Ledger != want || r.Failed() != "4 unanswered, 8 answered by ERROR or ABORT" {
			t.Errorf("%s: %+v, %q", scenario, r.Ledger, r.Failed())
		}
	}
}

// A RESULT that belongs to another call is none.
func TestLedgerFindsMistakes(t *testing.T) {
	o := benchmarks.Options{
		Scenario: "rpc", Clients: 1, Callees: 1, Messages: 100,
		URL: wrong(t, faulty.Faults{Mistake: 60}), Patience: 300 * time.Millisecond,
	}
	r := run(t, o)
	l := r.Ledger
	if l.Foreign != 1 || l.Unanswered != 1 || l.Duplicates != 1 || r.Failed() == "" {
		t.Errorf("%+v, %q", l, r.Failed())
	}
}

// A session that the router ends is a fault, whatever had arrived.
func TestLedgerFindsCuts(t *testing.T) {
	for _, tc := range []struct {
		scenario string
		clients  int
		faults   faulty.Faults
	}{{"fanout", 2, faulty.Faults{Cut: 100}}, {"rpc", 2, faulty.Faults{Cut: 100}}, {"fanout", 1, faulty.Faults{Hangup: 100}}} {
		o := benchmarks.Options{
			Scenario: tc.scenario, Clients: tc.clients, Messages: 1000,
			URL: wrong(t, tc.faults), Patience: 300 * time.Millisecond,
		}
		r := run(t, o)
		l := r.Ledger
		if l.Disconnected != 1 || r.Failed() == "" || l.Received+l.Lost+l.Unanswered != l.Sent {
			t.Errorf("%+v: %+v, %q", tc, l, r.Failed())
		}
	}
}

// A run that lost something fails its checks, too.
func TestCheckOfALoss(t *testing.T) {
	r := run(t, benchmarks.Options{
		Scenario: "pubsub", Clients: 1, Messages: 70, URL: wrong(t, faulty.Faults{Lose: 7}), Patience: 300 * time.Millisecond,
	})
	checks, err := gate.Parse("lost=0,lost<=10,duplicates=0,event.ops=60,rate>0,cpu/msg<1s,p99<1h,lag<1h")
	if err != nil {
		t.Fatal(err)
	}
	if r.Check(checks) {
		t.Error("all checks are met")
	}
	var met []bool
	for _, v := range r.Checks {
		met = append(met, v.OK)
	}
	// Without a process there is no cpu/msg, without a rate no lag.
	if want := []bool{false, true, true, true, true, false, true, false}; !slices.Equal(met, want) {
		t.Errorf("%+v", r.Checks)
	}
}
