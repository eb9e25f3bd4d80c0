package actors_test

import (
	"context"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

const (
	orderSenders = 4
	orderURIs    = 8
	orderBurst   = 16 // messages that a sender sends at once
)

// sockets are a router's addresses: a peer's number says how it connects.
type sockets struct {
	t        testing.TB
	router   *actors.Router
	ws, tcp  string
	numbered atomic.Int32
}

// listen serves WebSocket and RawSocket on loopback.
func listen(t testing.TB, r *actors.Router) *sockets {
	t.Helper()
	s := &sockets{t: t, router: r}
	for _, url := range []struct {
		at     *string
		format [2]string
	}{{&s.ws, [2]string{"ws://", "/ws"}}, {&s.tcp, [2]string{"tcp://", ""}}} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		*url.at = url.format[0] + l.Addr().String() + url.format[1]
		if err := r.Serve(actors.Listener{Net: l, Accept: netio.AcceptOptions{WebSocketPath: "/ws"}}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// join connects by WebSocket and JSON, or RawSocket and MessagePack, in turn.
func (s *sockets) join() (*peer, error) {
	url, o := s.ws, client.Options{Serializer: codec.JSON}
	if s.numbered.Add(1)%2 == 0 {
		url, o = s.tcp, client.Options{Serializer: codec.MessagePack}
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	raw, err := client.DialRaw(ctx, url, o)
	if err != nil {
		return nil, err
	}
	return hello(ctx, raw)
}

func (s *sockets) mustJoin() *peer {
	s.t.Helper()
	p, err := s.join()
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(p.cut)
	return p
}

// messages is how many each sender sends.
func messages(receivers int) int64 {
	n := 100_000
	if long() {
		n = 4_000_000
	}
	return int64(n / orderSenders / receivers)
}

// TestEventOrder holds the router to publish order across topics (basic
// profile, "Ordering Guarantees"): 4 publishers, 8 topics, 4 subscribers of all
// of them, and others that come and go meanwhile.
func TestEventOrder(t *testing.T) {
	s := listen(t, start(t, actors.Config{}))
	const receivers = 4
	each := messages(receivers)
	var done sync.WaitGroup
	for range receivers {
		p := s.mustJoin()
		for topic := range orderURIs {
			p.must(t, subscribe("com.order."+strconv.Itoa(topic), ""), wamp.Subscribed)
		}
		done.Go(func() { inOrder(t, p, each) })
	}
	stop := s.visitors(visitTopics)
	for tag := range orderSenders {
		p := s.mustJoin()
		done.Go(func() { publishAll(t, p, int64(tag), each) })
	}
	done.Wait()
	stop()
}

// publishAll publishes to all topics in turn, the last message of each burst
// acknowledged.
func publishAll(t *testing.T, p *peer, tag, each int64) {
	burst := make([]*wamp.Message, 0, orderBurst)
	for n := int64(1); n <= each; n++ {
		p.last++
		burst = append(burst, &wamp.Message{
			Type: wamp.Publish, Request: p.last, URI: []byte("com.order." + strconv.FormatInt(n%orderURIs, 10)),
			Payload: p.payload(tag, n),
		})
		if len(burst) < orderBurst && n < each {
			continue
		}
		burst[len(burst)-1].Fields = []wamp.Field{wamp.True("acknowledge")}
		if err := p.raw.Send(burst...); err != nil {
			t.Error(err)
			return
		}
		if _, ok := p.get(t, wamp.Published); !ok {
			return
		}
		burst = burst[:0]
	}
}

// get is expect for other goroutines than the test's own.
func (p *peer) get(t testing.TB, want wamp.MessageType) (*wamp.Message, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	m, err := p.raw.Receive(ctx)
	if err != nil || m.Type != want {
		t.Errorf("session %d: got %+v, %v instead of %v", p.id, m, err, want)
		return nil, false
	}
	return m, true
}

// inOrder receives what every sender sends to this receiver, without a gap, from
// the first on.
func inOrder(t *testing.T, p *peer, each int64) {
	var last [orderSenders]int64
	for left := each * orderSenders; left > 0; left-- {
		m, err := p.raw.Receive(context.Background())
		if err != nil {
			t.Errorf("receiver %d: %v, %d to come, last %v", p.id, err, left, last)
			return
		}
		a := p.args(m)
		if a[1] != last[a[0]]+1 {
			t.Errorf("receiver %d: message %d of sender %d after %d", p.id, a[1], a[0], last[a[0]])
			return
		}
		last[a[0]] = a[1]
	}
}

// TestCallOrder is its twin for calls: 4 callers, 8 procedures, 3 callees that
// share all of them. Others come and go behind the first callee of each, so that
// every call finds another list of callees and none has to look for a second one.
// For 8 further procedures the callee that came last is asked: there the visitors
// serve, and what one of them no longer takes goes to another, or to the host.
func TestCallOrder(t *testing.T) {
	s := listen(t, start(t, actors.Config{}))
	var done sync.WaitGroup
	callees := []*peer{s.mustJoin(), s.mustJoin(), s.mustJoin()}
	for procedure := range orderURIs {
		for i := range callees {
			callees[i].must(t, register("com.own"+strconv.Itoa(i)+"."+strconv.Itoa(procedure), "", ""), wamp.Registered)
			first := callees[(procedure+i)%len(callees)]
			first.must(t, register("com.shared."+strconv.Itoa(procedure), "", "first"), wamp.Registered)
		}
	}
	host := s.mustJoin()
	for procedure := range orderURIs {
		host.must(t, register("com.visited."+strconv.Itoa(procedure), "", "last"), wamp.Registered)
	}
	for _, p := range callees {
		done.Go(func() { serveInOrder(t, p) })
	}
	done.Go(func() { host.serve(0) })
	callees = append(callees, host)
	stop := s.visitors(visitProcedures)
	var served atomic.Int64
	stopServing := s.visitors(func(t testing.TB, p *peer, random *rand.Rand) bool { return serveVisiting(t, p, random, &served) })
	var callers sync.WaitGroup
	for tag := range orderSenders {
		p := s.mustJoin()
		callers.Go(func() { callAll(t, p, int64(tag), messages(1)/4) })
	}
	callers.Wait()
	stop()
	stopServing()
	if served.Load() == 0 {
		t.Error("no visitor was called: the test has not tried it")
	}
	for _, p := range callees {
		p.cut()
	}
	done.Wait()
}

// callAll calls all procedures in turn and awaits the answers of each burst.
func callAll(t *testing.T, p *peer, tag, each int64) {
	burst := make([]*wamp.Message, 0, orderBurst)
	for n := int64(1); n <= each; n++ {
		uri := "com.shared."
		switch {
		case n%2 == 0:
			uri = "com.own" + strconv.FormatInt(n/2%3, 10) + "."
		case n%5 == 0:
			uri = "com.visited."
		}
		p.last++
		burst = append(burst, &wamp.Message{
			Type: wamp.Call, Request: p.last, URI: []byte(uri + strconv.FormatInt(n%orderURIs, 10)), Payload: p.payload(tag, n),
		})
		if len(burst) < orderBurst && n < each {
			continue
		}
		if err := p.raw.Send(burst...); err != nil {
			t.Error(err)
			return
		}
		if !answered(t, p, burst) {
			return
		}
		burst = burst[:0]
	}
}

// answered receives one RESULT for each call.
func answered(t *testing.T, p *peer, calls []*wamp.Message) bool {
	open := map[wamp.ID]bool{}
	for _, m := range calls {
		open[m.Request] = true
	}
	for len(open) > 0 {
		m, ok := p.get(t, wamp.Result)
		if !ok || !open[m.Request] {
			t.Errorf("an answer to no open call: %+v", m)
			return false
		}
		delete(open, m.Request)
	}
	return true
}

// serveInOrder answers invocations: those of one caller come in call order.
func serveInOrder(t *testing.T, p *peer) {
	var last [orderSenders]int64
	for {
		m, err := p.raw.Receive(context.Background())
		if err != nil {
			return
		}
		a := p.args(m)
		if a[1] <= last[a[0]] {
			t.Errorf("callee %d: call %d of caller %d after %d", p.id, a[1], a[0], last[a[0]])
		}
		last[a[0]] = a[1]
		if err := p.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request, Payload: m.Payload}); err != nil {
			return
		}
	}
}

// visitors are sessions that come and go until stop is called.
func (s *sockets) visitors(visit func(testing.TB, *peer, *rand.Rand) bool) (stop func()) {
	ended := make(chan struct{})
	var done sync.WaitGroup
	for i := range 2 {
		random := rand.New(rand.NewPCG(1, uint64(i)))
		done.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
				}
				p, err := s.join()
				if err != nil {
					s.t.Error(err)
					return
				}
				ok := visit(s.t, p, random)
				p.cut()
				if !ok {
					return
				}
			}
		})
	}
	return func() { close(ended); done.Wait() }
}

// visitTopics subscribes to the topics one after the other; what it gets of one
// publisher ascends too.
func visitTopics(t testing.TB, p *peer, random *rand.Rand) bool {
	var last [orderSenders]int64
	subs := map[wamp.ID]bool{}
	for range 64 {
		m, want := subscribe("com.order."+strconv.Itoa(random.IntN(orderURIs)), ""), wamp.Subscribed
		if len(subs) > 4 {
			m, want = &wamp.Message{Type: wamp.Unsubscribe}, wamp.Unsubscribed
			for m.ID = range subs {
				break
			}
		}
		if _, err := p.ask(m); err != nil {
			t.Error(err)
			return false
		}
		reply, ok := p.awaitReply(t, want, func(m *wamp.Message) {
			a := p.args(m)
			if a[1] <= last[a[0]] || !subs[m.ID] {
				t.Errorf("visitor %d: event %d of publisher %d after %d, subscription %d of %v", p.id, a[1], a[0], last[a[0]], m.ID, subs)
			}
			last[a[0]] = a[1]
		})
		switch {
		case !ok:
			return false
		case want == wamp.Subscribed:
			subs[reply.ID] = true
		default:
			delete(subs, m.ID)
		}
	}
	return true
}

// awaitReply returns the reply to a request; what comes before it goes to other.
func (p *peer) awaitReply(t testing.TB, want wamp.MessageType, other func(*wamp.Message)) (*wamp.Message, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		m, err := p.raw.Receive(ctx)
		switch {
		case err != nil:
			t.Errorf("session %d: %v", p.id, err)
			return nil, false
		case m.Type == want:
			return m, true
		case !slices.Contains([]wamp.MessageType{wamp.Event, wamp.Invocation}, m.Type):
			t.Errorf("session %d: got %v %s instead of %v", p.id, m.Type, m.URI, want)
			return nil, false
		}
		other(m)
	}
}

// visitProcedures registers some of the shared procedures for a while. It is
// never the first of them, so nothing is to be done.
func visitProcedures(t testing.TB, p *peer, random *rand.Rand) bool {
	serve := func(m *wamp.Message) { t.Errorf("visitor %d: got %+v", p.id, m) }
	for range 16 {
		if _, err := p.ask(register("com.shared."+strconv.Itoa(random.IntN(orderURIs)), "", "first")); err != nil {
			t.Error(err)
			return false
		}
		reply, ok := p.awaitReply(t, wamp.Registered, serve)
		if !ok {
			return false
		}
		p.ask(&wamp.Message{Type: wamp.Unregister, ID: reply.ID})
		if _, ok := p.awaitReply(t, wamp.Unregistered, serve); !ok {
			return false
		}
	}
	return true
}

// serveVisiting registers some of the visited procedures for a while and serves
// them: between REGISTERED and UNREGISTERED, and not before or after.
func serveVisiting(t testing.TB, p *peer, random *rand.Rand, served *atomic.Int64) bool {
	regs := map[wamp.ID]bool{}
	serve := func(m *wamp.Message) {
		if m.Type != wamp.Invocation || !regs[m.ID] {
			t.Errorf("visitor %d: got %v of %d, registrations %v", p.id, m.Type, m.ID, regs)
		}
		served.Add(1)
		p.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request, Payload: m.Payload})
	}
	say := func(m *wamp.Message, want wamp.MessageType) (*wamp.Message, bool) {
		if _, err := p.ask(m); err != nil {
			t.Error(err)
			return nil, false
		}
		return p.awaitReply(t, want, serve)
	}
	for range 16 {
		reg, ok := say(register("com.visited."+strconv.Itoa(random.IntN(orderURIs)), "", "last"), wamp.Registered)
		if !ok {
			return false
		}
		regs[reg.ID] = true
		for range random.IntN(4) { // it stays for so many answers of the router
			if _, ok := say(subscribe("com.visitor", ""), wamp.Subscribed); !ok {
				return false
			}
		}
		if _, ok := say(&wamp.Message{Type: wamp.Unregister, ID: reg.ID}, wamp.Unregistered); !ok {
			return false
		}
		delete(regs, reg.ID)
	}
	// Its last answer has arrived when this one has come.
	_, ok := say(subscribe("com.visitor", ""), wamp.Subscribed)
	return ok
}
