package lane

import (
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// Encoder encodes what leaves the router. Every executing goroutine has one of
// its own, so nothing in it is shared: an arena per encoding, the run of events
// that is being collected, the run of messages to the session that is draining.
//
// A span of an arena lives as long as somebody holds a reference to its chunk;
// the arenas themselves are given back when the run list is empty.
type Encoder struct {
	x      *mailbox.Executor
	env    *Env
	events eventRun
	own    ownRun
	// Events and own messages stand in different arenas, so that each run is
	// one piece.
	eventArenas [kinds]arena
	ownArenas   [encodings]arena
	// converted are the payloads of the present publication by serializer.
	converted [4]wamp.Payload
	scratch   [4][]byte
	trusting  []wamp.Field // scratch for Details
	fields    []wamp.Field // see Fields
	random    uint64
	encoded   uint64 // EVENTs, for tests
	message   wamp.Message
}

// NewEncoder returns an encoder that belongs to no executor yet.
func NewEncoder(env *Env) *Encoder { return &Encoder{env: env, random: env.Random() | 1} }

// Attach makes it the encoder of an executor (mailbox.Local).
func (e *Encoder) Attach(x *mailbox.Executor) { e.x = x }

// Of returns the encoder of an executor.
func Of(x *mailbox.Executor) *Encoder { return x.Local().(*Encoder) }

// Executor is the executor that the encoder belongs to.
func (e *Encoder) Executor() *mailbox.Executor { return e.x }

// Flush gives the arenas back (mailbox.Local).
func (e *Encoder) Flush() {
	for i := range e.eventArenas {
		e.eventArenas[i].giveBack()
	}
	for i := range e.ownArenas {
		e.ownArenas[i].giveBack()
	}
	for i := range e.scratch {
		if cap(e.scratch[i]) > 64<<10 {
			e.scratch[i] = nil
		}
	}
}

// Interrupted ends the runs that an actor left open when it failed: what it had
// published and written before that arrives.
func (e *Encoder) Interrupted() {
	e.EndRun()
	e.EndOwn()
}

// Fields returns entries of Details that live until the next call.
func (e *Encoder) Fields(f ...wamp.Field) []wamp.Field {
	e.fields = append(e.fields[:0], f...)
	return e.fields
}

// Random returns 64 random bits that need not be secret: publication ids,
// choices among callees.
func (e *Encoder) Random() uint64 {
	e.random ^= e.random << 13
	e.random ^= e.random >> 7
	e.random ^= e.random << 17
	return e.random
}

// convert returns the payload in serializer to, transcoding it at most once per
// publication and serializer. ok is false if a value has no counterpart.
func (e *Encoder) convert(p wamp.Payload, from, to codec.Serializer) (wamp.Payload, bool) {
	if from == to || p.N == 0 {
		return p, true
	}
	if c := e.converted[to]; c.N != 0 {
		return c, c.N != notRepresentable
	}
	b, err := codec.Transcode(e.scratch[to][:0], from, to, p)
	e.scratch[to] = b[:0]
	if err != nil {
		e.converted[to] = wamp.Payload{N: notRepresentable}
		return wamp.Payload{}, false
	}
	e.converted[to] = wamp.Payload{Bytes: b, N: p.N}
	return e.converted[to], true
}

const notRepresentable = 0xff

// Convert returns a payload in serializer to. Converted bytes live until the
// next call. ok is false if a value has no counterpart.
func (e *Encoder) Convert(p wamp.Payload, from, to codec.Serializer) (wamp.Payload, bool) {
	if from == to || p.N == 0 {
		return p, true
	}
	e.BeginPublication()
	return e.convert(p, from, to)
}
