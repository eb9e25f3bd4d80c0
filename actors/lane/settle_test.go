package lane_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/wamp"
)

// idle is a mailbox that is never run: what is posted to it can be counted.
func idle() *lane.Box {
	return mailbox.New(&mailbox.Options[lane.Item]{Scheduler: mailbox.NewScheduler(nil, mailbox.SchedulerOptions{})}, nil)
}

// What a session leaves is settled in pieces, whatever it is, and each entry once.
func TestSettleInPieces(t *testing.T) {
	const each, budget = 25, 10
	realm := &lane.Realm{Directory: idle()}
	s := &lane.Session{Realm: realm}
	caller, callee := &lane.Session{Box: idle(), Realm: realm}, &lane.Session{Box: idle(), Realm: realm}
	s.Ledger.Registrations, s.Ledger.Subscriptions = map[lane.Key]*lane.Member{}, map[lane.Key]*lane.Member{}
	for id := range wamp.ID(each) {
		k := lane.Key{URI: string(rune('a' + id))}
		s.Ledger.Registrations[k], s.Ledger.Subscriptions[k] = &lane.Member{Session: s, Procedure: true}, &lane.Member{Session: s}
		s.Ledger.Serve(id+1, lane.Served{Caller: caller, Request: id + 1})
		s.Ledger.Made.Put(id+1, lane.Made{Callee: callee})
	}
	left := func() int {
		l := &s.Ledger
		return len(l.Registrations) + len(l.Subscriptions) + l.Served.Len() + l.Made.Len()
	}
	for want := 4*each - budget; ; want -= budget {
		done := s.Settle(nil, budget)
		if got := left(); got != want || done != (want == 0) {
			t.Fatalf("%d entries are left, want %d; done: %v", got, want, done)
		}
		if done {
			break
		}
	}
	if d, a := realm.Directory.Len(), caller.Box.Len(); d != 2*each || a != each {
		t.Errorf("the directory heard %d times and the caller %d times, want %d and %d", d, a, 2*each, each)
	}
	if n := callee.Box.Len(); n == 0 || n > (each+budget-1)/budget+1 {
		t.Errorf("the callee heard %d times", n)
	}
}
