package dealer_test

import (
	"slices"
	"testing"

	"github.com/callboard-wamp/callboard/wamp/dealer"
	"pgregory.net/rapid"
)

// queued is one call of a caller.
type queued struct {
	caller int
	serial uint32
}

func TestQueueOrder(t *testing.T) {
	var q dealer.Queue[int, queued]
	if !q.MayPass(1) {
		t.Error("nobody waits")
	}
	for _, c := range []queued{{1, 5}, {2, 1}, {1, 6}, {1, 4}, {1, 1<<32 - 1}} { // the last two came back
		if !q.Add(c.caller, c.serial, c, 5) {
			t.Error("refused", c)
		}
	}
	if q.Add(3, 1, queued{3, 1}, 5) || q.MayPass(3) {
		t.Error("a full queue took another one")
	}
	var got []queued
	q.Serve(func(c queued) dealer.Served { got = append(got, c); return dealer.Goes })
	if want := []queued{{1, 1<<32 - 1}, {1, 4}, {1, 5}, {2, 1}, {1, 6}}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if q.MayPass(1) || !q.MayPass(3) {
		t.Error("who was served goes first, others do not care")
	}
	for _, c := range got {
		q.TakeOut(c.caller, c)
	}
	if !q.MayPass(1) || !q.MayPass(2) {
		t.Error("all are out")
	}
}

// queueModel is what a queue should hold, in order.
type queueModel struct {
	q               dealer.Queue[int, queued]
	serial          uint32
	waiting, served []queued
}

func (m *queueModel) add(t *rapid.T) {
	const most = 6
	c := queued{rapid.IntRange(0, 3).Draw(t, "caller"), m.serial}
	m.serial++
	room := len(m.waiting) < most
	if m.q.Add(c.caller, c.serial, c, most) != room {
		t.Fatal("the bound")
	}
	if room {
		m.waiting = append(m.waiting, c)
	}
}

// serve has a few places, which one of the callers can not use.
func (m *queueModel) serve(t *rapid.T) {
	stays, places := rapid.IntRange(0, 4).Draw(t, "stays"), rapid.IntRange(0, 3).Draw(t, "places")
	var want, rest, got []queued
	for _, c := range m.waiting {
		if c.caller != stays && len(want) < places {
			want = append(want, c)
		} else {
			rest = append(rest, c)
		}
	}
	m.q.Serve(func(c queued) dealer.Served {
		switch {
		case len(got) == places:
			return dealer.Full
		case c.caller == stays:
			return dealer.Stays
		}
		got = append(got, c)
		return dealer.Goes
	})
	if !slices.Equal(got, want) {
		t.Fatalf("served %v, want %v", got, want)
	}
	m.waiting, m.served = rest, append(m.served, got...)
}

func (m *queueModel) leave(t *rapid.T) {
	all := slices.Concat(m.waiting, m.served)
	if len(all) == 0 {
		return
	}
	c := rapid.SampledFrom(all).Draw(t, "call")
	m.q.TakeOut(c.caller, c)
	is := func(o queued) bool { return o == c }
	m.waiting, m.served = slices.DeleteFunc(m.waiting, is), slices.DeleteFunc(m.served, is)
}

func (m *queueModel) check(t *rapid.T) {
	if m.q.Len() != len(m.waiting) {
		t.Fatalf("%d wait, want %d", m.q.Len(), len(m.waiting))
	}
	for caller := range 4 {
		inside := slices.ContainsFunc(m.served, func(c queued) bool { return c.caller == caller })
		if m.q.MayPass(caller) != (len(m.waiting) == 0 && !inside) {
			t.Fatalf("caller %d", caller)
		}
	}
}

// However calls come, are served and leave: those of one caller are served in
// order, none twice, none that left, and none is forgotten. Serial numbers wrap.
func TestQueueModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &queueModel{serial: 1<<32 - 5}
		t.Repeat(map[string]func(*rapid.T){"add": m.add, "serve": m.serve, "leave": m.leave, "": m.check})
	})
}
