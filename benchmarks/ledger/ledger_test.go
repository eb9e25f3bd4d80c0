package ledger_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/callboard-wamp/callboard/benchmarks/ledger"
	"pgregory.net/rapid"
)

func ExamplePair() {
	p := ledger.NewPair(0, 1)
	for _, seq := range []uint64{0, 1, 3, 2, 3} {
		fmt.Println(seq, p.Take(seq).Kind == ledger.Next)
	}
	a := p.Settle(5)
	fmt.Println(a.Faults())
	// Output:
	// 0 true
	// 1 true
	// 3 true
	// 2 false
	// 3 false
	// 1 lost, 1 received twice, 1 out of order
}

// Whatever arrives in whatever order: each message is received once at most, and
// everything that was sent is accounted for.
func TestPairAccountsForEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stride := rapid.Uint64Range(1, 4).Draw(t, "stride")
		first := rapid.Uint64Range(0, stride-1).Draw(t, "first")
		sent := rapid.Uint64Range(0, 60).Draw(t, "sent")
		arrivals := rapid.SliceOf(rapid.Uint64Range(0, 70)).Draw(t, "arrivals")
		p := ledger.NewPair(first, stride)
		var want ledger.Account
		seen := map[uint64]bool{}
		highest := int64(-1)
		for _, seq := range arrivals {
			if seq >= sent {
				continue // a router cannot deliver what was not sent
			}
			p.Take(seq)
			switch {
			case seq < first || (seq-first)%stride != 0:
				want.Foreign++
			case seen[seq]:
				want.Duplicates++
			default:
				want.Received++
				if int64(seq) < highest {
					want.Disordered++
				}
				seen[seq], highest = true, max(highest, int64(seq))
			}
		}
		for seq := first; seq < sent; seq += stride {
			want.Sent++
			if !seen[seq] {
				want.Lost++
			}
		}
		got := p.Settle(sent)
		if got != want {
			t.Fatalf("%+v, not %+v", got, want)
		}
		if fault := got.Faults(); (fault == "") != (want.Lost+want.Duplicates+want.Disordered+want.Foreign == 0) {
			t.Fatalf("%+v: %q", got, fault)
		}
	})
}

// What was skipped is named once, so that whoever waits for it waits no longer.
func TestSkipped(t *testing.T) {
	p := ledger.NewPair(1, 3)
	var skipped []uint64
	for _, seq := range []uint64{1, 4, 13, 7, 16, 25} {
		v := p.Take(seq)
		for i := range v.Skipped {
			skipped = append(skipped, v.From+3*i)
		}
	}
	if want := []uint64{7, 10, 19, 22}; !slices.Equal(skipped, want) {
		t.Errorf("%v", skipped)
	}
}

// The memory of a pair is bounded, whatever number arrives; nothing is received
// twice or lost twice because of that.
func TestFarAhead(t *testing.T) {
	p := ledger.NewPair(0, 1)
	p.Take(1 << 30)
	p.Take(1 << 29)
	a := p.Settle(1<<30 + 1)
	if a.Received+a.Lost != a.Sent || a.Received != 1 || a.Duplicates != 1 {
		t.Errorf("%+v", a)
	}
}

func TestBooks(t *testing.T) {
	a := ledger.Account{Sent: 10, Received: 3, Dropped: 2, Lost: 1, Unanswered: 1, Errors: 3, Disconnected: 1}
	if got, want := a.Faults(), "1 lost, 1 unanswered, 3 answered by ERROR or ABORT, 1 sessions ended by the router"; got != want {
		t.Errorf("%q", got)
	}
	a = ledger.Account{Sent: 10, Received: 7, Dropped: 3}
	if got := a.Faults(); got != "" {
		t.Errorf("drops that were counted: %q", got)
	}
	a.Sent++
	if got, want := a.Faults(), "the books do not balance: 11 sent, 10 accounted for"; got != want {
		t.Errorf("%q", got)
	}
	b := a
	b.Add(a)
	if b.Sent != 22 || b.Received != 14 || b.Dropped != 6 {
		t.Errorf("%+v", b)
	}
}
