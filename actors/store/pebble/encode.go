package pebble

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/tinylib/msgp/msgp"
)

// encode writes an event as MessagePack values one after the other.
func encode(e *store.Event) []byte {
	b := msgp.AppendUint64(make([]byte, 0, e.Size()), uint64(e.Publication))
	b = msgp.AppendString(b, e.Topic)
	b = msgp.AppendInt64(b, e.Time.UnixNano())
	b = msgp.AppendUint8(b, e.Serializer)
	b = msgp.AppendUint8(b, elements(e.Payload))
	b = msgp.AppendBytes(b, e.Payload.Bytes)
	b = msgp.AppendUint64(b, e.Trust)
	b = msgp.AppendUint64(b, uint64(e.Audience.Publisher.Session))
	b = msgp.AppendString(b, e.Audience.Publisher.AuthID)
	b = msgp.AppendString(b, e.Audience.Publisher.AuthRole)
	b = msgp.AppendArrayHeader(b, uint32(len(e.Details)))
	for _, f := range e.Details {
		b = msgp.AppendString(b, f.Key)
		b = msgp.AppendUint8(b, uint8(f.Kind))
		b = msgp.AppendUint64(b, f.Int)
		b = msgp.AppendString(b, f.Text)
	}
	r := e.Audience.Receivers
	b = msgp.AppendBool(b, r != nil)
	if r == nil {
		return b
	}
	for _, ids := range [][]wamp.ID{r.Exclude, r.Eligible} {
		b = appendList(b, ids, func(b []byte, id wamp.ID) []byte { return msgp.AppendUint64(b, uint64(id)) })
	}
	for _, names := range [][]string{r.ExcludeAuthID, r.EligibleAuthID, r.ExcludeAuthRole, r.EligibleAuthRole} {
		b = appendList(b, names, msgp.AppendString)
	}
	return b
}

// opaque marks the number of elements of a payload that is.
const opaque = 0x80

func elements(p wamp.Payload) uint8 {
	if p.Opaque {
		return p.N | opaque
	}
	return p.N
}

// appendList tells an absent list from an empty one.
func appendList[T any](b []byte, list []T, one func([]byte, T) []byte) []byte {
	if list == nil {
		return msgp.AppendNil(b)
	}
	b = msgp.AppendArrayHeader(b, uint32(len(list)))
	for _, v := range list {
		b = one(b, v)
	}
	return b
}

// cursor reads values one after the other; after an error it reads zeros.
type cursor struct {
	b   []byte
	err error
}

func take[T any](c *cursor, read func([]byte) (T, []byte, error)) (v T) {
	if c.err == nil {
		v, c.b, c.err = read(c.b)
	}
	return v
}

func (c *cursor) id() wamp.ID  { return wamp.ID(take(c, msgp.ReadUint64Bytes)) }
func (c *cursor) text() string { return take(c, msgp.ReadStringBytes) }

// length reads how many values a list has, of which each has at least one octet.
func (c *cursor) length() int {
	n := take(c, msgp.ReadArrayHeaderBytes)
	if c.err == nil && int(n) > len(c.b) {
		c.err = msgp.ErrShortBytes
	}
	if c.err != nil {
		return 0
	}
	return int(n)
}

var errEvent = errors.New("an event is not as it was written")

// decode reads an event; it owns its bytes.
func decode(b []byte) (*store.Event, error) {
	c := &cursor{b: b}
	e := &store.Event{Publication: c.id(), Topic: c.text(), Time: time.Unix(0, take(c, msgp.ReadInt64Bytes)).UTC()}
	e.Serializer = take(c, msgp.ReadUint8Bytes)
	n := take(c, msgp.ReadUint8Bytes)
	e.Payload.N, e.Payload.Opaque = n&^opaque, n&opaque != 0
	e.Payload.Bytes = bytes.Clone(take(c, msgp.ReadBytesZC))
	e.Trust = take(c, msgp.ReadUint64Bytes)
	e.Audience.Publisher = wamp.Reader{Session: c.id(), AuthID: c.text(), AuthRole: c.text()}
	for range c.length() {
		e.Details = append(e.Details, wamp.Field{
			Key: c.text(), Kind: wamp.FieldKind(take(c, msgp.ReadUint8Bytes)), Int: take(c, msgp.ReadUint64Bytes), Text: c.text(),
		})
	}
	if take(c, msgp.ReadBoolBytes) {
		e.Audience.Receivers = &wamp.Receivers{
			Exclude: list(c, c.id), Eligible: list(c, c.id), ExcludeAuthID: list(c, c.text), EligibleAuthID: list(c, c.text),
			ExcludeAuthRole: list(c, c.text), EligibleAuthRole: list(c, c.text),
		}
	}
	switch {
	case c.err != nil:
		return nil, fmt.Errorf("%w: %w", errEvent, c.err)
	case len(c.b) > 0:
		return nil, fmt.Errorf("%w: %d octets too many", errEvent, len(c.b))
	}
	return e, nil
}

func list[T any](c *cursor, one func() T) []T {
	if c.err == nil && msgp.IsNil(c.b) {
		c.b = c.b[1:]
		return nil
	}
	all := make([]T, 0, 4)
	for range c.length() {
		all = append(all, one())
	}
	return all
}
