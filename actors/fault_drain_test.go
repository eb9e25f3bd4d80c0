package actors_test

import (
	"sync/atomic"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// A hundred SUBSCRIBEs in one drain of the topic and a panic at the 30th: 99
// members, 99 SUBSCRIBED, 1 ERROR. An event reaches exactly the members.
func TestFaultInTheMiddleOfADrain(t *testing.T) {
	twoDispatchers(t)
	const all, bad = 100, 30
	var joins atomic.Int64
	blocked, release := make(chan struct{}), make(chan struct{})
	var cfg actors.Config
	cfg.SetFault(func(kind supervisor.Kind, it *lane.Item) {
		if kind != supervisor.Topic || it.Op != lane.OpJoin {
			return
		}
		switch joins.Add(1) {
		case 1: // the drain of the first join lasts until the others wait
			close(blocked)
			<-release
		case 1 + bad:
			panic("a fault of the test")
		}
	})
	r := start(t, cfg)
	first := enter(t, r, kinds[0])
	first.ask(subscribe("com.topic", ""))
	<-blocked
	peers := make([]*peer, all)
	for i := range peers {
		peers[i] = enter(t, r, kinds[i%len(kinds)])
		peers[i].ask(subscribe("com.topic", ""))
	}
	topic, _ := r.Realm("realm1").Topics.Get([]byte("com.topic"))
	eventually(t, "all joins wait", func() bool { return topic.Box.Len() == all })
	close(release)
	first.expect(t, wamp.Subscribed)
	members := []*peer{first}
	for _, p := range peers {
		switch m := p.next(t); {
		case m.Type == wamp.Subscribed:
			members = append(members, p)
		case m.Type != wamp.ErrorMessage || string(m.URI) != string(wamp.ErrInternal):
			t.Fatalf("got %v %s", m.Type, m.URI)
		}
	}
	if len(members) != all {
		t.Fatalf("%d members, not %d beside the first", len(members)-1, all-1)
	}
	if to, _ := topic.Subscribers(); to.Len != len(members) {
		t.Fatalf("%d members in the snapshot", to.Len)
	}
	if c := counts(r, supervisor.Topic); c.Restarts != 1 || c.Failures != 1 {
		t.Errorf("topics: %+v", c)
	}
	publishTo(t, r, peers, members)
}

// publishTo publishes one event. Members get it, the others hear nothing.
func publishTo(t *testing.T, r *actors.Router, peers, members []*peer) {
	t.Helper()
	publisher := enter(t, r, kinds[1])
	publisher.must(t, &wamp.Message{
		Type: wamp.Publish, URI: []byte("com.topic"), Fields: []wamp.Field{wamp.True("acknowledge")},
	}, wamp.Published)
	publisher.cut()
	for _, p := range members {
		p.expect(t, wamp.Event)
	}
	for _, p := range peers {
		p.silent(t)
		p.cut()
	}
	if n := r.Counters().Events.Load(); n != uint64(len(members)) {
		t.Errorf("%d events", n)
	}
}

// silent asks for what is answered behind everything that came before.
func (p *peer) silent(t testing.TB) {
	t.Helper()
	p.must(t, &wamp.Message{Type: wamp.Unsubscribe, ID: 1 << 52}, wamp.ErrorMessage)
}

// A topic that fails more often than its policy allows is given up: its members
// hear that they are none any more, and the URI can be subscribed to again. A
// member that would not understand is sent away.
func TestTopicPolicyIsExceeded(t *testing.T) {
	r, f := startFaulty(t, actors.Config{})
	limit := supervisor.Defaults()[supervisor.Topic].Max
	member, victim := enter(t, r, kinds[0]), enter(t, r, kinds[1])
	plain := plainPeer(t, r, kinds[2])
	sub := member.must(t, subscribe("com.topic", ""), wamp.Subscribed)
	plain.must(t, subscribe("com.topic", ""), wamp.Subscribed)
	f.arm(supervisor.Topic, limit+1, join)
	for range limit + 1 {
		victim.must(t, subscribe("com.topic", ""), wamp.ErrorMessage)
	}
	if m := member.expect(t, wamp.Unsubscribed); m.Request != 0 {
		t.Errorf("UNSUBSCRIBED %d", m.Request)
	}
	plain.expect(t, wamp.Abort)
	if c := counts(r, supervisor.Topic); c.Failures != uint64(limit)+1 || c.Restarts != uint64(limit) {
		t.Errorf("topics: %+v", c)
	}
	if again := member.must(t, subscribe("com.topic", ""), wamp.Subscribed); again.ID == sub.ID {
		t.Error("the subscription has the id of the old one")
	}
	publishTo(t, r, []*peer{member, victim}, []*peer{member})
	left(t, r)
}

// The same for a registration.
func TestRegistrationPolicyIsExceeded(t *testing.T) {
	r, f := startFaulty(t, actors.Config{})
	limit := supervisor.Defaults()[supervisor.Registration].Max
	callee, victim := enter(t, r, kinds[0]), enter(t, r, kinds[1])
	callee.must(t, register("com.procedure", "", "first"), wamp.Registered)
	f.arm(supervisor.Registration, limit+1, join)
	for range limit + 1 {
		victim.must(t, register("com.procedure", "", "first"), wamp.ErrorMessage)
	}
	callee.expect(t, wamp.Unregistered)
	call := &wamp.Message{Type: wamp.Call, URI: []byte("com.procedure")}
	if m := victim.must(t, call, wamp.ErrorMessage); string(m.URI) != string(wamp.ErrNoSuchProcedure) {
		t.Errorf("the call got %s", m.URI)
	}
	callee.must(t, register("com.procedure", "", ""), wamp.Registered)
	victim.ask(call)
	inv := callee.expect(t, wamp.Invocation)
	callee.raw.Send(&wamp.Message{Type: wamp.Yield, Request: inv.Request})
	victim.expect(t, wamp.Result)
	callee.cut()
	victim.cut()
	left(t, r)
}

// plainPeer joins with a subscriber that announces no feature.
func plainPeer(t *testing.T, r *actors.Router, k kind) *peer {
	t.Helper()
	raw, err := attach(t.Context(), r, k)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	roles, err := k.serializer.AppendValue(nil, wamp.Dict{"roles": wamp.Dict{"subscriber": wamp.Dict{}}})
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{raw: raw}
	if err := raw.Send(&wamp.Message{Type: wamp.Hello, URI: []byte("realm1"), Dict: roles}); err != nil {
		t.Fatal(err)
	}
	p.id = p.expect(t, wamp.Welcome).Request
	return p
}
