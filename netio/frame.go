package netio

import "fmt"

// FrameKind says what a [Frame] is.
type FrameKind uint8

// The kinds of frames that a [Reader] hands out.
const (
	Message FrameKind = iota + 1 // one whole message, fragments joined
	Ping                         // to be answered at once with AppendPong and the same data
	Pong                         // answer to a ping, or unsolicited and to be ignored
	Close                        // WebSocket only; nothing is read behind it
)

// String is the name for logs.
func (k FrameKind) String() string {
	switch k {
	case Message:
		return "message"
	case Ping:
		return "ping"
	case Pong:
		return "pong"
	case Close:
		return "close"
	}
	return "none"
}

// Frame is what [Reader.Next] found. Data lies in Chunk and is unmasked; both
// are lent until the next [Reader.Fill], [Reader.Discard] or [Reader.Close].
// Whoever needs Data longer calls Chunk.Retain before that, and Release when
// done. The bytes of Data, and only those, may be rewritten in place.
type Frame struct {
	Kind FrameKind
	// Code is the status code of a Close frame; [CloseNoStatus] if it had none.
	Code uint16
	// Data is the message, the data of a ping or pong, or the reason of a
	// Close, which is valid UTF-8. It may be empty. Its capacity is its length.
	Data []byte
	// Chunk is where Data lives; never nil.
	Chunk *Chunk
}

// Status codes of WebSocket close frames that the router sends or tells apart
// (RFC 6455, 7.4.1).
const (
	CloseNormal        uint16 = 1000
	CloseGoingAway     uint16 = 1001
	CloseProtocolError uint16 = 1002
	CloseUnsupported   uint16 = 1003
	CloseNoStatus      uint16 = 1005 // never on the wire
	CloseInvalidData   uint16 = 1007
	ClosePolicy        uint16 = 1008
	CloseTooBig        uint16 = 1009
	CloseInternalError uint16 = 1011
)

// FrameError is a violation of the framing by the peer: the transport is to be
// failed. It ends the reading of frames for good.
type FrameError struct {
	// Code is the status code for the close frame. RawSocket has no close
	// frame; there the code only says what kind of violation it was.
	Code uint16
	Text string
}

// Error returns the text and the code.
func (e *FrameError) Error() string { return fmt.Sprintf("netio: %s (%d)", e.Text, e.Code) }

func violation(code uint16, text string) *FrameError { return &FrameError{Code: code, Text: text} }

func tooBig(size int64, limit int) *FrameError {
	return violation(CloseTooBig, fmt.Sprintf("message of %d bytes is over the limit of %d", size, limit))
}
