package actors_test

import (
	"context"
	"fmt"
	"sync"

	"github.com/callboard-wamp/callboard/wamp"
)

// player is a peer of TestInterleavings. The test acts, a goroutine reads.
type player struct {
	*peer
	mu    sync.Mutex
	gone  bool
	wrong string // the first thing that must not have come
}

// read judges each message until the transport ends.
func (p *player) read(hear func(m *wamp.Message) string) {
	for {
		m, err := p.raw.Receive(context.Background())
		if err != nil {
			return
		}
		p.mu.Lock()
		if wrong := hear(m); wrong != "" && p.wrong == "" && !p.gone {
			p.wrong = wrong
		}
		p.mu.Unlock()
	}
}

// leave ends the session. What may still come is not judged.
func (p *player) leave(how string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return
	}
	p.gone = true
	if how == "drop" {
		p.cut()
		return
	}
	p.raw.Send(&wamp.Message{Type: wamp.Goodbye, URI: []byte(wamp.CloseRealm)})
}

// caller is who calls.
type caller struct {
	player
	order []wamp.ID
	calls map[wamp.ID]*made
}

type made struct {
	procedure       string
	wantsProgress   bool
	more            bool // input may follow
	sent            int  // chunks of input
	results, finals int
}

func (c *caller) call(n int, progress, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return
	}
	m := &made{procedure: fmt.Sprint("com.p", n%procedures), wantsProgress: progress, more: more}
	msg := &wamp.Message{Type: wamp.Call, URI: []byte(m.procedure)}
	if progress {
		msg.Fields = append(msg.Fields, wamp.True("receive_progress"))
	}
	if more {
		msg.Fields = append(msg.Fields, wamp.True("progress"))
	}
	if n >= 5 {
		msg.Fields = append(msg.Fields, wamp.Int("timeout", uint64(n*100)))
	}
	msg.Payload = c.payload(uint64(c.id), uint64(c.last+1), m.sent)
	c.calls[c.last+1] = m
	c.order = append(c.order, c.last+1)
	c.ask(msg)
}

// some returns one of the latest calls that is as it must be.
func (c *caller) some(n int, ok func(*made) bool) (wamp.ID, *made) {
	for i := len(c.order) - 1 - n%4; i >= 0; i-- {
		if m := c.calls[c.order[i]]; ok(m) {
			return c.order[i], m
		}
	}
	return 0, nil
}

func (c *caller) input(n int, progress []wamp.Field) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, m := c.some(n, func(m *made) bool { return m.more })
	if m == nil || c.gone {
		return
	}
	m.sent++
	m.more = progress != nil
	c.raw.Send(&wamp.Message{
		Type: wamp.Call, Request: id, URI: []byte(m.procedure), Fields: progress,
		Payload: c.payload(uint64(c.id), uint64(id), m.sent),
	})
}

func (c *caller) cancel(n int, mode string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id, m := c.some(n, func(m *made) bool { return true }); m != nil && !c.gone {
		c.raw.Send(&wamp.Message{Type: wamp.Cancel, Request: id, Fields: []wamp.Field{wamp.Text("mode", mode)}})
	}
}

// hear judges what a caller gets.
func (c *caller) hear(msg *wamp.Message) string {
	m := c.calls[msg.Request]
	switch {
	case m == nil:
		return fmt.Sprintf("got %v %s for a request that was not made", msg.Type, msg.URI)
	case m.finals > 0:
		return fmt.Sprintf("got %v after the final answer of call %d", msg.Type, msg.Request)
	case msg.Type == wamp.Result && msg.Flags.Has(wamp.Progress):
		if !m.wantsProgress {
			return "got progress and asked for none"
		}
		if got := c.args(msg)[0]; got != int64(m.results) {
			return fmt.Sprintf("got progressive result %d instead of %d", got, m.results)
		}
		m.results++
	case msg.Type == wamp.Result || msg.Type == wamp.ErrorMessage && msg.Failed == wamp.Call:
		m.finals++
	default:
		return fmt.Sprintf("got %v %s", msg.Type, msg.URI)
	}
	return ""
}

// callee is who serves.
type callee struct {
	player
	cancels       bool // it announced call canceling
	registrations []wamp.ID
	served        map[wamp.ID]*served
	had           map[[2]int64]bool // calls, by caller and request
	order         []wamp.ID
}

type served struct {
	call                 [2]int64 // caller and request
	chunks               int64    // of input
	more, wantsProgress  bool
	progress             int
	answered, interrupts int
}

func (s *callee) register(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.gone {
		s.ask(register(fmt.Sprint("com.p", n%procedures), "", "roundrobin"))
	}
}

func (s *callee) unregister(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.registrations) == 0 || s.gone {
		return
	}
	i := n % len(s.registrations)
	s.ask(&wamp.Message{Type: wamp.Unregister, ID: s.registrations[i]})
	s.registrations = append(s.registrations[:i], s.registrations[i+1:]...)
}

// some returns the n-th invocation without an answer, from the latest on; the
// oldest if there are less.
func (s *callee) some(n int) (id wamp.ID, inv *served) {
	for i := len(s.order) - 1; i >= 0 && n >= 0; i-- {
		if v := s.served[s.order[i]]; v.answered == 0 {
			id, inv = s.order[i], v
			n--
		}
	}
	return id, inv
}

func (s *callee) yield(n int, progress []wamp.Field) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, v := s.some(n)
	if v == nil || s.gone {
		return false
	}
	m := &wamp.Message{Type: wamp.Yield, Request: id, Fields: progress, Payload: s.payload(v.progress)}
	if progress == nil {
		v.answered++
	} else if v.wantsProgress {
		v.progress++
	}
	s.raw.Send(m)
	return true
}

func (s *callee) fail(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, v := s.some(n); v != nil && !s.gone {
		v.answered++
		uri := []string{"com.error.no", "wamp.error.unavailable"}[n%2]
		s.raw.Send(&wamp.Message{Type: wamp.ErrorMessage, Failed: wamp.Invocation, Request: id, URI: []byte(uri)})
	}
}

// hear judges what a callee gets.
func (s *callee) hear(m *wamp.Message) string {
	switch m.Type {
	case wamp.Registered:
		s.registrations = append(s.registrations, m.ID)
	case wamp.Unregistered, wamp.ErrorMessage:
	case wamp.Interrupt:
		v := s.served[m.Request]
		if v == nil || v.interrupts > 0 || !s.cancels {
			return fmt.Sprintf("got INTERRUPT %d", m.Request)
		}
		v.interrupts++
	case wamp.Invocation:
		return s.invoked(m)
	default:
		return fmt.Sprintf("got %v %s", m.Type, m.URI)
	}
	return ""
}

func (s *callee) invoked(m *wamp.Message) string {
	args := s.args(m)
	v := s.served[m.Request]
	switch {
	case v == nil && (m.Request != wamp.ID(len(s.order)+1) || args[2] != 0):
		return fmt.Sprintf("got INVOCATION %d with chunk %d as the first", m.Request, args[2])
	case v == nil && s.had[[2]int64(args)]:
		return fmt.Sprintf("got call %v twice", args)
	case v == nil:
		s.had[[2]int64(args)] = true
		v = &served{call: [2]int64(args), more: m.Flags.Has(wamp.Progress), wantsProgress: m.Flags.Has(wamp.ReceiveProgress)}
		s.served[m.Request] = v
		s.order = append(s.order, m.Request)
		return ""
	case !v.more || v.call != [2]int64(args) || args[2] != v.chunks+1 || v.interrupts > 0:
		return fmt.Sprintf("got chunk %d behind %d in INVOCATION %d, interrupted %d times", args[2], v.chunks, m.Request, v.interrupts)
	case m.Flags.Has(wamp.ReceiveProgress) != v.wantsProgress:
		return "options are not frozen"
	}
	v.chunks++
	v.more = m.Flags.Has(wamp.Progress)
	return ""
}
