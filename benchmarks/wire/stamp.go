package wire

import (
	"fmt"
	"math"
	"strings"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// Stamp is what a payload says about itself.
type Stamp struct {
	// Stream is the sender, below 2^24.
	Stream uint32
	// Seq counts the messages of the stream, from 0, below 2^36.
	Seq uint64
	// At is when the message was due, in nanoseconds of a clock that starts
	// with the run; kept in steps of 128 ns, for two hours and a half.
	At int64
}

// StampSize is the length of a stamp, and so the smallest payload, in bytes.
const StampSize = streamDigits + seqDigits + timeDigits

const (
	streamDigits, seqDigits, timeDigits = 4, 6, 6
	timeStep                            = 7 // bits of a nanosecond clock that are dropped

	// Text in every serializer, and never escaped.
	digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
)

var values = func() (table [256]uint8) {
	for i := range table {
		table[i] = math.MaxUint8
	}
	for i, d := range []byte(digits) {
		table[d] = uint8(i)
	}
	return table
}()

// Put writes the stamp into the first [StampSize] bytes of b.
func (s Stamp) Put(b []byte) {
	_ = b[StampSize-1]
	put(b[:streamDigits], uint64(s.Stream))
	put(b[streamDigits:streamDigits+seqDigits], s.Seq)
	put(b[streamDigits+seqDigits:StampSize], uint64(s.At)>>timeStep)
}

func put(b []byte, v uint64) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = digits[v&63]
		v >>= 6
	}
}

// ReadStamp reads the stamp at the front of b.
func ReadStamp(b []byte) (s Stamp, ok bool) {
	if len(b) < StampSize {
		return s, false
	}
	var bad uint8
	number := func(b []byte) (v uint64) {
		for _, c := range b {
			bad |= values[c]
			v = v<<6 | uint64(values[c]&63)
		}
		return v
	}
	s.Stream = uint32(number(b[:streamDigits]))
	s.Seq = number(b[streamDigits : streamDigits+seqDigits])
	s.At = int64(number(b[streamDigits+seqDigits:StampSize]) << timeStep)
	return s, bad < 64
}

// Body is a payload with one argument, a text of a fixed size that begins with
// a stamp. It belongs to one sender.
type Body struct {
	Payload wamp.Payload
	text    []byte // within the payload
}

// NewBody makes a body of size bytes, at least [StampSize].
func NewBody(s codec.Serializer, size int) (*Body, error) {
	if size < StampSize {
		return nil, fmt.Errorf("wire: payload of %d bytes, the smallest is %d", size, StampSize)
	}
	p, err := s.AppendPayload(nil, []any{strings.Repeat("x", size)}, nil)
	if err != nil {
		return nil, err
	}
	return &Body{Payload: p, text: textIn(s, p.Bytes, size)}, nil
}

// Stamp puts a stamp on it.
func (b *Body) Stamp(s Stamp) { s.Put(b.text) }

// textIn is where the text of the only argument stands, if the payload is written
// as briefly as it can be; else nil.
func textIn(s codec.Serializer, b []byte, size int) []byte {
	list, text, end := byte('['), 1, 0
	switch s {
	case codec.JSON:
		end = len(`"]`)
	case codec.MessagePack:
		list, text = 0x91, textHeader(size, 1<<5)
	case codec.CBOR:
		list, text = 0x81, textHeader(size, 24)
	}
	from := 1 + text
	if len(b) != from+size+end || b[0] != list || s == codec.JSON && b[1] != '"' {
		return nil
	}
	return b[from : from+size]
}

// textHeader is the length of the header of a text in MessagePack or CBOR, where
// sizes below short stand in its first octet.
func textHeader(size, short int) int {
	switch {
	case size < short:
		return 1
	case size < 1<<8:
		return 2
	case size < 1<<16:
		return 3
	}
	return 5
}

// StampOf finds the stamp in a payload of this size that came back, whatever
// the router made of its encoding.
func StampOf(s codec.Serializer, p wamp.Payload, size int) (Stamp, bool) {
	if p.N == 1 {
		if stamp, ok := ReadStamp(textIn(s, p.Bytes, size)); ok {
			return stamp, true
		}
	}
	args, _, err := s.DecodePayload(p)
	if err != nil || len(args) != 1 {
		return Stamp{}, false
	}
	switch v := args[0].(type) {
	case string:
		if len(v) == size {
			return ReadStamp([]byte(v))
		}
	case []byte:
		if len(v) == size {
			return ReadStamp(v)
		}
	}
	return Stamp{}, false
}
