package netio

import (
	"bytes"
	"encoding/binary"
	"math"
)

// Batches (advanced profile, "Message Batching"): JSON messages are each
// followed by a separator, the others each preceded by their length. Both
// octets of separation stand for no character of JSON text, so that nothing is
// escaped.
const (
	separator = 0x1e
	// octalSeparator is what peers write that take the specification's \30 for
	// octal. A batch has one of the two throughout, and what we
	// write is always the former; [AcceptOptions.Subprotocols] therefore has JSON
	// in batches as its last resort.
	octalSeparator = 0x18
	lengthPrefix   = 4
)

// batched says whether a WebSocket message holds a batch of WAMP messages.
func (f Framing) batched() bool { return f == WebSocketTextBatched || f == WebSocketBinaryBatched }

// prefix and trailer are how many bytes a batch has before and behind each message.
func (f Framing) prefix() int {
	if f == WebSocketBinaryBatched {
		return lengthPrefix
	}
	return 0
}

func (f Framing) trailer() int {
	if f == WebSocketTextBatched {
		return 1
	}
	return 0
}

// batchSize is the payload of the frame around one message of n bytes.
func (f Framing) batchSize(n int) int {
	switch {
	case n < 0:
		panic("netio: negative message length")
	case f == WebSocketBinaryBatched && n > math.MaxUint32:
		panic("netio: message too long for a batch")
	}
	return f.prefix() + n + f.trailer()
}

func (f Framing) appendPrefix(dst []byte, n int) []byte {
	if f == WebSocketBinaryBatched {
		return binary.BigEndian.AppendUint32(dst, uint32(n))
	}
	return dst
}

// batch is what is left of a WebSocket message whose WAMP messages are handed
// out one by one, in place.
type batch struct {
	rest      []byte
	chunk     *Chunk
	separator byte
}

// nextBatched hands out the messages of batches, and control frames between
// batches. What is wrong with a batch is found behind the messages before it.
func (r *Reader) nextBatched() (Frame, bool, error) {
	if len(r.batch.rest) == 0 {
		f, ok, err := r.nextWebSocket()
		if !ok || err != nil || f.Kind != Message {
			return f, ok, err
		}
		if len(f.Data) == 0 {
			return r.fail(violation(CloseProtocolError, "empty batch"))
		}
		r.batch = batch{rest: f.Data, chunk: f.Chunk, separator: separator}
		if f.Data[len(f.Data)-1] == octalSeparator {
			r.batch.separator = octalSeparator
		}
	}
	data, wrong := r.batch.cut(r.framing)
	if wrong != "" {
		return r.fail(violation(CloseProtocolError, wrong))
	}
	f := Frame{Kind: Message, Data: data, Chunk: r.batch.chunk}
	if len(r.batch.rest) == 0 {
		r.batch = batch{}
	}
	return f, true, nil
}

// cut takes the first message off, or says what is wrong with it. Each octet is
// looked at once in the whole batch.
func (b *batch) cut(f Framing) (data []byte, wrong string) {
	if f == WebSocketTextBatched {
		n := bytes.IndexByte(b.rest, b.separator)
		if n < 0 {
			return nil, "message without a separator behind it"
		}
		data, b.rest = b.rest[:n:n], b.rest[n+1:]
		return data, ""
	}
	if len(b.rest) < lengthPrefix {
		return nil, "incomplete length in a batch"
	}
	n := uint64(binary.BigEndian.Uint32(b.rest))
	if n > uint64(len(b.rest)-lengthPrefix) {
		return nil, "message longer than its batch"
	}
	end := lengthPrefix + int(n)
	data, b.rest = b.rest[lengthPrefix:end:end], b.rest[end:]
	return data, ""
}
