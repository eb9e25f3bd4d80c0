package actors_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// told is one meta event: the last part of its topic, and its arguments.
type told struct {
	topic string
	args  []any
}

// eavesdrop subscribes to every meta topic.
func eavesdrop(t testing.TB, r *actors.Router, k kind) *peer {
	t.Helper()
	p := enter(t, r, k)
	p.must(t, subscribe("wamp.", "prefix"), wamp.Subscribed)
	return p
}

// told returns the next meta event.
func (p *peer) told(t testing.TB) told {
	t.Helper()
	return p.tells(t, p.expect(t, wamp.Event))
}

func (p *peer) tells(t testing.TB, m *wamp.Message) told {
	t.Helper()
	details, err := p.serializer().DecodeDict(m.Dict)
	if err != nil {
		t.Fatal(err)
	}
	args, _, err := p.serializer().DecodePayload(m.Payload)
	if err != nil {
		t.Fatal(err)
	}
	topic, _ := details["topic"].(string)
	return told{topic, args}
}

// about reads the next meta event, which must be this one about this session.
func (p *peer) about(t testing.TB, topic string, session wamp.ID) []any {
	t.Helper()
	e := p.told(t)
	var who any
	if len(e.args) > 0 {
		who = e.args[0]
	}
	if d, ok := who.(wamp.Dict); ok {
		who = d["session"]
	}
	if e.topic != topic || number(who) != number(uint64(session)) {
		t.Fatalf("told %s %v instead of %s of session %d", e.topic, e.args, topic, session)
	}
	return e.args
}

func call(uri string, payload wamp.Payload) *wamp.Message {
	return &wamp.Message{Type: wamp.Call, URI: []byte(uri), Payload: payload}
}

// A session that crashes leaves, and leaves its testament, as any other.
func TestFaultLeavesTestament(t *testing.T) {
	r, f := startFaulty(t, actors.Config{})
	w := eavesdrop(t, r, kinds[0])
	w.ask(subscribe("com.will", ""))
	got := map[wamp.MessageType]int{} // meta events are of another subscription: the reply may come behind them
	for range 3 {
		got[w.next(t).Type]++
	}
	if got[wamp.Subscribed] != 1 || got[wamp.Event] != 2 { // on_create and on_subscribe of com.will
		t.Fatalf("subscribing brought %v", got)
	}
	owner := enter(t, r, kinds[1])
	w.about(t, lane.SessionJoined.Topic(), owner.id)
	owner.must(t, call("wamp.session.add_testament", owner.payload("com.will", []any{7}, wamp.Dict{})), wamp.Result)
	owner.must(t, register("com.mine", "", ""), wamp.Registered)
	w.about(t, lane.RegistrationCreated.Topic(), owner.id)
	w.about(t, lane.CalleeAdded.Topic(), owner.id)
	f.arm(supervisor.Session, 1, func(it *lane.Item) bool { return asks(it, wamp.Subscribe) })
	owner.ask(subscribe("com.boom", ""))
	owner.expect(t, wamp.Abort)
	if got := w.args(w.expect(t, wamp.Event)); len(got) != 1 || got[0] != 7 {
		t.Fatalf("the testament says %v", got)
	}
	seen := map[string]int{}
	for range 3 {
		seen[w.told(t).topic]++
	}
	for _, k := range []lane.ChangeKind{lane.SessionLeft, lane.CalleeRemoved, lane.RegistrationDeleted} {
		if seen[k.Topic()] != 1 {
			t.Errorf("%d events %s", seen[k.Topic()], k.Topic())
		}
	}
	w.silent(t)
}

// Meta fails on one change: that one event is lost and counted, those before and
// behind arrive in order, and calls are answered.
func TestFaultOnChange(t *testing.T) {
	r, f := startFaulty(t, actors.Config{})
	w := eavesdrop(t, r, kinds[0])
	first := enter(t, r, kinds[1])
	w.about(t, lane.SessionJoined.Topic(), first.id)
	lost := f.arm(supervisor.Meta, 1, func(it *lane.Item) bool {
		c, ok := it.Ext.(lane.Change)
		return ok && c.Kind == lane.SessionJoined
	})
	second := enter(t, r, kinds[2])
	third := enter(t, r, kinds[3])
	w.about(t, lane.SessionJoined.Topic(), third.id)
	<-lost
	if n := r.Counters().Dropped(lane.DropCrash); n != 1 {
		t.Errorf("%d losses are counted", n)
	}
	if n := second.args(second.must(t, call("wamp.session.count", wamp.Payload{}), wamp.Result)); n[0] != 4 {
		t.Errorf("%d sessions", n[0])
	}
	second.cut()
	w.about(t, lane.SessionLeft.Topic(), second.id)
	w.silent(t)
}

// Meta fails before it took a change: none is lost.
func TestFaultOnChanges(t *testing.T) {
	r, f := startFaulty(t, actors.Config{})
	w := eavesdrop(t, r, kinds[4])
	f.arm(supervisor.Meta, 3, func(it *lane.Item) bool { return it.Op == lane.OpChanges && it.Ext == nil })
	for _, k := range kinds {
		p := enter(t, r, k)
		w.about(t, lane.SessionJoined.Topic(), p.id)
	}
	w.silent(t)
	if n := counts(r, supervisor.Meta).Failures; n != 3 {
		t.Errorf("meta failed %d times", n)
	}
}

// Meta fails when it is about to tell those who were killed: they hear of it all
// the same.
func TestFaultOnKill(t *testing.T) {
	r, f := startFaulty(t, actors.Config{})
	killer := enter(t, r, kinds[0])
	victims := make([]*peer, len(kinds))
	for i, k := range kinds {
		victims[i] = enter(t, r, k)
	}
	f.arm(supervisor.Meta, 2, func(it *lane.Item) bool { return it.Op == lane.OpKill })
	m := killer.must(t, call("wamp.session.kill_by_authrole", killer.payload("anonymous")), wamp.Result)
	if n := killer.args(m); int(n[0]) != len(victims) {
		t.Errorf("%d were killed", n[0])
	}
	for _, v := range victims {
		v.expect(t, wamp.Goodbye)
		v.cut()
	}
	killer.cut()
	left(t, r)
}

// A topic fails on the last word to it, more often than its policy allows: the
// next topic of that URI begins all the same, and the end of the first is told
// before.
func TestFaultOnDrop(t *testing.T) {
	for _, on := range []supervisor.Kind{supervisor.Topic, supervisor.Directory} {
		t.Run(string(on), func(t *testing.T) {
			r, f := startFaulty(t, actors.Config{})
			w := eavesdrop(t, r, kinds[0])
			p := enter(t, r, kinds[1])
			w.about(t, lane.SessionJoined.Topic(), p.id)
			old := p.must(t, subscribe("com.topic", ""), wamp.Subscribed)
			w.about(t, lane.SubscriptionCreated.Topic(), p.id)
			w.about(t, lane.SubscriberAdded.Topic(), p.id)
			times, op := 2, lane.OpStopped
			if on == supervisor.Topic {
				times, op = supervisor.Defaults()[on].Max+1, lane.OpDrop
			}
			f.arm(on, times, func(it *lane.Item) bool { return it.Op == op })
			p.must(t, &wamp.Message{Type: wamp.Unsubscribe, ID: old.ID}, wamp.Unsubscribed)
			next := p.must(t, subscribe("com.topic", ""), wamp.Subscribed)
			for _, k := range []lane.ChangeKind{
				lane.SubscriberRemoved, lane.SubscriptionDeleted, lane.SubscriptionCreated, lane.SubscriberAdded,
			} {
				w.about(t, k.Topic(), p.id)
			}
			if next.ID == old.ID {
				t.Error("the next topic has the same id")
			}
			p.cut()
			w.cut()
			left(t, r)
		})
	}
}

// A registration fails more often than its policy allows and is given up: its callees
// are unregistered, then it is deleted.
func TestGivenUpRegistrationIsTold(t *testing.T) {
	r, f := startFaulty(t, actors.Config{})
	limit := supervisor.Defaults()[supervisor.Registration].Max
	first, second, victim := enter(t, r, kinds[0]), enter(t, r, kinds[1]), enter(t, r, kinds[2])
	w := eavesdrop(t, r, kinds[3])
	first.must(t, register("com.procedure", "", "first"), wamp.Registered)
	second.must(t, register("com.procedure", "", "first"), wamp.Registered)
	w.about(t, lane.RegistrationCreated.Topic(), first.id)
	w.about(t, lane.CalleeAdded.Topic(), first.id)
	w.about(t, lane.CalleeAdded.Topic(), second.id)
	f.arm(supervisor.Registration, limit+1, join)
	for range limit + 1 {
		victim.must(t, register("com.procedure", "", "first"), wamp.ErrorMessage)
	}
	w.about(t, lane.CalleeRemoved.Topic(), first.id)
	w.about(t, lane.CalleeRemoved.Topic(), second.id)
	w.about(t, lane.RegistrationDeleted.Topic(), second.id)
	w.silent(t)
	for _, p := range []*peer{first, second, victim, w} {
		p.cut()
	}
	left(t, r)
}

// A topic that fails on its first member was never there.
func TestFaultOnFirstJoin(t *testing.T) {
	r, f := startFaulty(t, actors.Config{})
	w := eavesdrop(t, r, kinds[0])
	p := enter(t, r, kinds[1])
	w.about(t, lane.SessionJoined.Topic(), p.id)
	f.arm(supervisor.Topic, 1, join)
	p.must(t, subscribe("com.topic", ""), wamp.ErrorMessage)
	p.must(t, subscribe("com.topic", ""), wamp.Subscribed)
	w.about(t, lane.SubscriptionCreated.Topic(), p.id)
	w.about(t, lane.SubscriberAdded.Topic(), p.id)
	w.silent(t)
	if n := counts(r, supervisor.Meta).Failures; n != 0 {
		t.Errorf("meta failed %d times", n)
	}
}
