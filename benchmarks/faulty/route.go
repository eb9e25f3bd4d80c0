package faulty

import (
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/pattern"
)

// publish delivers an event, as the faults have it. The mutex is held.
func (r *Router) publish(from *peer, m *wamp.Message) {
	r.last++
	for i, t := range r.topics {
		if t.uri != string(m.URI) && (t.match == wamp.Exact || !pattern.Matches([]byte(t.uri), t.match, m.URI)) {
			continue
		}
		to := t.to
		e := &wamp.Message{Type: wamp.Event, ID: wamp.ID(i + 1), Request: r.last, Payload: m.Payload}
		if t.match != wamp.Exact {
			e.Fields = []wamp.Field{wamp.Text("topic", string(m.URI))}
		}
		to.events++
		switch n := to.events; {
		case every(n, r.faults.Lose):
			continue
		case every(n, r.faults.Hangup):
			_ = to.conn.Close()
			continue
		case every(n, r.faults.Misdeliver):
			to = r.topics[(i+1)%len(r.topics)].to
		case every(n, r.faults.Swap):
			e.Payload = convert(e.Payload, from.serializer, to.serializer)
			to.held = e
			continue
		case every(n, r.faults.Repeat):
			to.deliver(from, e)
		}
		to.deliver(from, e)
	}
	if m.Flags.Has(wamp.Acknowledge) {
		from.send(&wamp.Message{Type: wamp.Published, Request: m.Request, ID: r.last})
	}
}

// deliver sends an event and then the one that was held for it.
func (p *peer) deliver(from *peer, e *wamp.Message) {
	e.Payload = convert(e.Payload, from.serializer, p.serializer)
	p.send(e)
	if held := p.held; held != nil {
		p.held = nil
		p.send(held)
	}
}

func convert(p wamp.Payload, from, to codec.Serializer) wamp.Payload {
	if from == to || p.N == 0 {
		return p
	}
	b, err := codec.Transcode(nil, from, to, p)
	if err != nil {
		return wamp.Payload{}
	}
	return wamp.Payload{Bytes: b, N: p.N}
}

// call passes a call on, as the faults have it.
func (r *Router) call(from *peer, m *wamp.Message) {
	to := r.procedures[string(m.URI)]
	r.calls++
	switch n := r.calls; {
	case every(n, r.faults.Silence):
		return
	case to == nil || every(n, r.faults.Refuse):
		from.send(&wamp.Message{
			Type: wamp.ErrorMessage, Failed: wamp.Call, Request: m.Request, URI: []byte(wamp.ErrNoSuchProcedure),
		})
		return
	}
	payload := m.Payload
	if every(r.calls, r.faults.Mistake) {
		payload = from.before
	}
	from.before = m.Payload
	r.last++
	r.invocations[r.last] = invocation{from, m.Request}
	to.send(&wamp.Message{
		Type: wamp.Invocation, Request: r.last, ID: 1, Payload: convert(payload, from.serializer, to.serializer),
	})
}

// yield passes an answer back.
func (r *Router) yield(callee *peer, m *wamp.Message) {
	i, ok := r.invocations[m.Request]
	if !ok {
		return
	}
	delete(r.invocations, m.Request)
	i.from.send(&wamp.Message{
		Type: wamp.Result, Request: i.request, Payload: convert(m.Payload, callee.serializer, i.from.serializer),
	})
}
