package lane

import (
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// ownRun is a row of messages to the session that is draining, which stand one
// after the other in an arena and enter its outbox as one span.
type ownRun struct {
	to       *Transport
	chunk    *netio.Chunk
	from, at int
	count    int
}

// Write encodes a message for the transport and appends it to its outbox, at
// the latest when [Encoder.EndOwn] is called. Only who may write to the
// transport calls it. too large is what the peer would not accept.
func (e *Encoder) Write(t *Transport, m *wamp.Message) error {
	size := t.Group.Serializer.Size(m)
	if size > int(t.Group.MaxSend) {
		return errTooLarge
	}
	whole := netio.ElementSize(t.Group.Framing, size)
	o := &e.own
	a := &e.ownArenas[t.Group.Kind()]
	if o.to != t || !a.fits(whole) || o.at-o.from+whole > netio.BatchLimit(t.Group.Framing, int(t.Group.MaxSend)) {
		if err := e.EndOwn(); err != nil {
			return err
		}
		a.room(whole)
	}
	from, end := a.append(t.Group, m, size)
	if o.count == 0 {
		o.to, o.chunk, o.from = t, a.chunk, from
	}
	o.at = end
	o.count++
	return nil
}

// EndOwn moves what Write collected into the outbox.
func (e *Encoder) EndOwn() error {
	o := e.own
	if o.count == 0 {
		return nil
	}
	e.own = ownRun{}
	o.chunk.Retain(1)
	return o.to.Outbox.Append(netio.Span{Chunk: o.chunk, Bytes: o.chunk.B[o.from:o.at:o.at]}, o.count)
}

// errTooLarge says that the peer announced a smaller maximum.
var errTooLarge = &wamp.Error{URI: wamp.ErrPayloadSizeExceeded, Message: "the message is larger than its receiver accepts"}

// IsTooLarge says whether Write refused the message for its size alone.
func IsTooLarge(err error) bool { return err == error(errTooLarge) }
