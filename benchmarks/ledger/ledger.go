// Package ledger holds a run to its word: whatever was sent has arrived, once
// and in order, or was dropped and counted.
//
// A [Pair] follows one sender to one receiver; [Pair.Take] judges each message
// that arrives, [Pair.Settle] says in the end what did not. Their sums are an
// [Account]. A pair belongs to the goroutine that receives.
//
//	p := ledger.NewPair(0, 1)
//	v := p.Take(0) // v.Kind == ledger.Next
//	a := p.Settle(2) // two were sent: a.Lost == 1
package ledger

import (
	"fmt"
	"strings"
)

// Account is what became of messages. Everything that was sent is in exactly
// one of Received, Errors, Dropped, Lost and Unanswered.
type Account struct {
	// Sent counts what had to arrive: deliveries of publications, answers to
	// requests.
	Sent     uint64 `json:"sent"`
	Received uint64 `json:"received"`
	// Dropped could not arrive, for a reason that is known: the receiver was
	// too slow and its session was ended.
	Dropped uint64 `json:"dropped"`
	// Lost did not arrive, and nobody knows why.
	Lost uint64 `json:"lost"`
	// Unanswered requests got neither a result nor an ERROR; joins neither WELCOME
	// nor ABORT.
	Unanswered uint64 `json:"unanswered"`
	// Errors are requests that were answered by ERROR, joins by ABORT.
	Errors uint64 `json:"errors"`
	// Duplicates arrived again, Disordered after a later message of the same
	// pair. Disordered ones are received.
	Duplicates uint64 `json:"duplicates"`
	Disordered uint64 `json:"disordered"`
	// Foreign messages are none that were sent to this receiver.
	Foreign uint64 `json:"foreign"`
	// Disconnected sessions ended without being asked to.
	Disconnected uint64 `json:"disconnected"`
}

// Add adds b to a.
func (a *Account) Add(b Account) {
	a.Sent += b.Sent
	a.Received += b.Received
	a.Dropped += b.Dropped
	a.Lost += b.Lost
	a.Unanswered += b.Unanswered
	a.Errors += b.Errors
	a.Duplicates += b.Duplicates
	a.Disordered += b.Disordered
	a.Foreign += b.Foreign
	a.Disconnected += b.Disconnected
}

// Faults says what is wrong, or nothing. Drops that were counted are no fault.
func (a *Account) Faults() string {
	var faults []string
	for _, f := range []struct {
		n    uint64
		what string
	}{
		{a.Lost, "lost"}, {a.Unanswered, "unanswered"}, {a.Errors, "answered by ERROR or ABORT"}, {a.Duplicates, "received twice"},
		{a.Disordered, "out of order"}, {a.Foreign, "received by the wrong session"}, {a.Disconnected, "sessions ended by the router"},
	} {
		if f.n > 0 {
			faults = append(faults, fmt.Sprintf("%d %s", f.n, f.what))
		}
	}
	if sum := a.Received + a.Dropped + a.Lost + a.Unanswered + a.Errors; sum != a.Sent {
		faults = append(faults, fmt.Sprintf("the books do not balance: %d sent, %d accounted for", a.Sent, sum))
	}
	return strings.Join(faults, ", ")
}

// Kind says what a message was to its pair.
type Kind uint8

// The kinds.
const (
	Next      Kind = iota // as expected, or behind a gap
	Late                  // one that was skipped before
	Duplicate             // one that had been received
	Foreign               // none of this pair
)

// Verdict is what [Pair.Take] says of one message. Between it and the one before
// are Skipped messages, the first of which is From; it may be that they come yet.
type Verdict struct {
	Kind    Kind
	From    uint64
	Skipped uint64
}

// maxMissing bounds the memory of a pair. Beyond it, what is late counts as a
// duplicate, and as lost.
const maxMissing = 1 << 16

// Pair is one sender and one receiver, who gets every stride-th message of the
// sender, from the first on.
type Pair struct {
	first, stride, next uint64
	missing             map[uint64]struct{}
	received            uint64
	duplicates          uint64
	disordered          uint64
	foreign             uint64
}

// NewPair returns a pair whose receiver gets the messages first, first+stride, …
func NewPair(first, stride uint64) Pair {
	return Pair{first: first, next: first, stride: max(1, stride)}
}

// Take judges the message with this number.
func (p *Pair) Take(seq uint64) Verdict {
	if seq == p.next {
		p.received++
		p.next += p.stride
		return Verdict{}
	}
	return p.unusual(seq)
}

func (p *Pair) unusual(seq uint64) Verdict {
	switch {
	case seq < p.first || (seq-p.first)%p.stride != 0:
		p.foreign++
		return Verdict{Kind: Foreign}
	case seq > p.next:
		return p.skip(seq)
	}
	if _, ok := p.missing[seq]; ok {
		delete(p.missing, seq)
		p.received++
		p.disordered++
		return Verdict{Kind: Late}
	}
	p.duplicates++
	return Verdict{Kind: Duplicate}
}

func (p *Pair) skip(seq uint64) Verdict {
	v := Verdict{From: p.next, Skipped: (seq - p.next) / p.stride}
	if p.missing == nil {
		p.missing = map[uint64]struct{}{}
	}
	for s := p.next; s < seq && len(p.missing) < maxMissing; s += p.stride {
		p.missing[s] = struct{}{}
	}
	p.received++
	p.next = seq + p.stride
	return v
}

// First is the number of the first message that the receiver gets.
func (p *Pair) First() uint64 { return p.first }

// Expected is how many messages the receiver gets when the sender has sent so
// many in all. It may be called by anybody at any time.
func (p *Pair) Expected(sent uint64) uint64 {
	if sent <= p.first {
		return 0
	}
	return (sent-p.first-1)/p.stride + 1
}

// Settle returns the account of the pair when the sender has sent so many
// messages in all, to whomever.
func (p *Pair) Settle(sent uint64) Account {
	a := Account{Received: p.received, Duplicates: p.duplicates, Disordered: p.disordered, Foreign: p.foreign}
	a.Sent = p.Expected(sent)
	if a.Sent >= a.Received {
		a.Lost = a.Sent - a.Received
	}
	return a
}
