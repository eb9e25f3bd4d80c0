package actors_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/callboard-wamp/callboard/wamp"
)

// churner is one session of the churn. One goroutine says things, another reads
// and judges what comes; the mutex guards what both know.
type churner struct {
	*peer
	run    *churn
	tag    int64
	random *rand.Rand

	mu      sync.Mutex
	changed sync.Cond
	open    map[wamp.ID]asked     // requests without a reply
	subs    map[wamp.ID]*churnSub // between SUBSCRIBED and UNSUBSCRIBED
	regs    map[wamp.ID]uri       // between REGISTERED and UNREGISTERED
	busy    map[uri]bool          // asked for, had, or being given up
	leaving bool
	ended   bool
	closed  chan struct{} // nothing more is read
	calls   int64
	sent    [4]int64        // events per topic
	held    []*wamp.Message // invocations that are not answered yet
}

// asked is what a reply has to fit.
type asked struct {
	kind  wamp.MessageType
	key   uri
	id    wamp.ID // what is unsubscribed or unregistered
	n     int64   // the argument of a call, the number of an event
	topic int64
}

// churnSub is a subscription and the last event of each stream.
type churnSub struct {
	key  uri
	last map[stream]int64
}

func newChurner(c *churn, p *peer, tag int64) *churner {
	s := &churner{
		peer: p, run: c, tag: tag, closed: make(chan struct{}),
		open: map[wamp.ID]asked{}, subs: map[wamp.ID]*churnSub{}, regs: map[wamp.ID]uri{}, busy: map[uri]bool{},
	}
	s.changed.L = &s.mu
	return s
}

func (s *churner) errorf(format string, args ...any) {
	s.run.t.Helper()
	s.run.t.Errorf("session %d: "+format, append([]any{s.id}, args...)...)
}

// step says one thing. It returns false when the session has ended.
func (s *churner) step() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wait(churnWindow)
	if s.ended {
		return false
	}
	switch n := s.random.IntN(100); {
	case n < 12:
		if key := churnTopicKeys[s.random.IntN(len(churnTopicKeys))]; len(s.subs) < 2 {
			s.come(subscribe(key.uri, key.match), key)
		}
	case n < 24:
		for id, sub := range s.subs {
			s.part(wamp.Unsubscribe, id, sub.key)
			break
		}
	case n < 34:
		i := s.random.IntN(len(churnCallKeys))
		s.come(register(churnCallKeys[i].uri, churnCallKeys[i].match, churnPolicies[i]), churnCallKeys[i])
	case n < 44:
		for id, key := range s.regs {
			s.part(wamp.Unregister, id, key)
			break
		}
	case n < 58:
		s.publish(int64(s.random.IntN(len(churnTopics))))
	case n < 96:
		s.calls++
		m := &wamp.Message{Type: wamp.Call, URI: []byte(churnCalls[s.random.IntN(len(churnCalls))]), Payload: s.payload(s.tag, s.calls)}
		s.post(m, asked{kind: wamp.Call, n: s.calls})
	case n < 98:
		s.cancel()
	default:
		s.yieldHeld()
	}
	return true
}

func (s *churner) publish(topic int64) {
	s.sent[topic]++
	n := s.sent[topic]
	s.post(&wamp.Message{
		Type: wamp.Publish, URI: []byte(churnTopics[topic]), Fields: []wamp.Field{wamp.True("acknowledge")},
		Payload: s.payload(s.tag, topic, n),
	}, asked{kind: wamp.Publish, n: n, topic: topic})
}

// cancel gives a call up: its answer may be on its way, and there is one.
func (s *churner) cancel() {
	for id, a := range s.open {
		if a.kind == wamp.Call {
			mode := []string{"skip", "kill", "killnowait"}[s.random.IntN(3)]
			_ = s.raw.Send(&wamp.Message{Type: wamp.Cancel, Request: id, Fields: []wamp.Field{wamp.Text("mode", mode)}})
			return
		}
	}
}

// come subscribes or registers what the session does not have.
func (s *churner) come(m *wamp.Message, key uri) {
	if !s.busy[key] {
		s.busy[key] = true
		s.post(m, asked{kind: m.Type, key: key})
	}
}

// part gives a subscription or registration up that is not being given up yet.
func (s *churner) part(kind wamp.MessageType, id wamp.ID, key uri) {
	for _, a := range s.open {
		if a.kind == kind && a.id == id {
			return
		}
	}
	s.post(&wamp.Message{Type: kind, ID: id}, asked{kind: kind, key: key, id: id})
}

// post sends a request. The mutex is held.
func (s *churner) post(m *wamp.Message, a asked) {
	s.open[s.last+1] = a
	if _, err := s.ask(m); err != nil {
		s.ended = true
	}
}

// request is post for a test that starts.
func (s *churner) request(m *wamp.Message, key uri) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.come(m, key)
}

// settle waits until every request is answered.
func (s *churner) settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wait(1)
}

// wait returns when fewer than n requests are open. What was not answered at
// once is answered before, for sessions that wait for each other's answers, or
// for their own, would wait for ever. The mutex is held.
func (s *churner) wait(n int) {
	late := time.AfterFunc(patience, s.giveUp)
	defer late.Stop()
	for len(s.open) >= n && !s.ended {
		s.yieldHeld()
		s.changed.Wait()
	}
}

// giveUp ends a session whose requests were not answered.
func (s *churner) giveUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errorf("no answer to %+v", s.open)
	s.ended = true
	s.changed.Broadcast()
}

// leave ends the session: by GOODBYE when every request is answered, by GOODBYE
// at once, or by cutting the transport.
func (s *churner) leave() {
	how := 0
	if s.random != nil {
		how = s.random.IntN(3)
	}
	if how == 0 {
		s.mu.Lock()
		s.yieldHeld()
		s.mu.Unlock()
		s.settle()
	}
	s.mu.Lock()
	s.leaving = true
	s.mu.Unlock()
	if how < 2 {
		_ = s.raw.Send(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseRealm)})
		<-s.closed
	}
	s.cut()
	<-s.closed
}

// yieldHeld answers what was not answered at once. The mutex is held.
func (s *churner) yieldHeld() {
	for _, m := range s.held {
		s.yield(m)
	}
	s.held = nil
}

func (s *churner) yield(m *wamp.Message) {
	_ = s.raw.Send(&wamp.Message{Type: wamp.Yield, Request: m.Request, Payload: m.Payload})
}

// read is the goroutine that judges. It ends with the session.
func (s *churner) read() {
	defer close(s.closed)
	for {
		m, err := s.raw.Receive(context.Background())
		s.mu.Lock()
		if err != nil || m.Type == wamp.Goodbye || m.Type == wamp.Abort {
			if err == nil && m.Type == wamp.Abort || !s.leaving {
				s.errorf("ended: %v %+v", err, m)
			}
			s.ended = true
			s.changed.Broadcast()
			s.mu.Unlock()
			return
		}
		s.on(m)
		s.changed.Broadcast()
		s.mu.Unlock()
	}
}

// on judges one message. The mutex is held.
func (s *churner) on(m *wamp.Message) {
	switch m.Type {
	case wamp.Event:
		s.onEvent(m)
	case wamp.Invocation:
		if _, ok := s.regs[m.ID]; !ok {
			s.errorf("INVOCATION of registration %d, which it does not have", m.ID)
		}
		if m.Request%16 == 0 {
			s.held = append(s.held, m)
		} else {
			s.yield(m)
		}
	case wamp.Interrupt: // the caller has died; what is yielded all the same is dropped
	default:
		s.onReply(m)
	}
}

// onEvent looks for gaps: between its first event and its end, a subscription
// gets every event of another session.
func (s *churner) onEvent(m *wamp.Message) {
	sub := s.subs[m.ID]
	if sub == nil {
		s.errorf("EVENT of subscription %d, which it does not have", m.ID)
		return
	}
	a := s.args(m)
	at := stream{a[0], a[1]}
	last, known := sub.last[at]
	if known && a[2] != last+1 || s.random == nil && a[2] != last+1 {
		s.errorf("%v: event %d of session %d to %s after %d", sub.key, a[2], a[0], churnTopics[a[1]], last)
	}
	sub.last[at] = a[2]
}

// replies are the types that answer each request well.
var replies = map[wamp.MessageType]wamp.MessageType{
	wamp.Publish: wamp.Published, wamp.Subscribe: wamp.Subscribed, wamp.Unsubscribe: wamp.Unsubscribed,
	wamp.Register: wamp.Registered, wamp.Unregister: wamp.Unregistered, wamp.Call: wamp.Result,
}

// churnErrors are what a request may be refused with.
var churnErrors = map[wamp.MessageType][]wamp.URI{
	wamp.Register: {wamp.ErrProcedureAlreadyExists},
	wamp.Call:     {wamp.ErrNoSuchProcedure, wamp.ErrNoAvailableCallee, wamp.ErrCanceled},
}

func (s *churner) onReply(m *wamp.Message) {
	a, ok := s.open[m.Request]
	if !ok {
		s.errorf("%v for request %d, which is not open", m.Type, m.Request)
		return
	}
	delete(s.open, m.Request)
	if m.Type == wamp.ErrorMessage && m.Failed == a.kind {
		if !slices.Contains(churnErrors[a.kind], wamp.URI(m.URI)) {
			s.errorf("ERROR %s for %v", m.URI, a.kind)
		}
		delete(s.busy, a.key)
		return
	}
	if m.Type != replies[a.kind] {
		s.errorf("%v for %v", m.Type, a.kind)
	}
	s.onSuccess(m, a)
}

func (s *churner) onSuccess(m *wamp.Message, a asked) {
	switch m.Type {
	case wamp.Subscribed:
		s.subs[m.ID] = &churnSub{key: a.key, last: map[stream]int64{}}
	case wamp.Unsubscribed:
		delete(s.subs, a.id)
		delete(s.busy, a.key)
	case wamp.Registered:
		s.regs[m.ID] = a.key
	case wamp.Unregistered:
		delete(s.regs, a.id)
		delete(s.busy, a.key)
	case wamp.Published:
		s.run.promise(stream{s.tag, a.topic}, a.n)
	case wamp.Result:
		if got := s.args(m); len(got) != 2 || got[0] != s.tag || got[1] != a.n {
			s.errorf("RESULT %v for call %d", got, a.n)
		}
	}
}

// sawAll says whether all of the session's subscriptions got what was promised.
func (s *churner) sawAll(promised map[stream]int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sub := range s.subs {
		for at, n := range promised {
			if sub.key.matches(churnTopics[at.topic]) && sub.last[at] < n {
				return false
			}
		}
	}
	return true
}
