package netio

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// Framing is how messages are cut out of the byte stream of a transport.
type Framing uint8

// The framings. The WebSocket ones differ in the type of the frame that
// carries a message (RFC 6455, 5.6): text for JSON, binary for the others. The
// batched ones carry several in one (advanced profile, "Message Batching").
const (
	WebSocketText Framing = iota
	WebSocketBinary
	RawSocket
	WebSocketTextBatched
	WebSocketBinaryBatched
)

// String is the name for logs: "websocket-text", "websocket-binary",
// "rawsocket", "websocket-text-batched", "websocket-binary-batched".
func (f Framing) String() string {
	switch f {
	case WebSocketText:
		return "websocket-text"
	case WebSocketBinary:
		return "websocket-binary"
	case RawSocket:
		return "rawsocket"
	case WebSocketTextBatched:
		return "websocket-text-batched"
	case WebSocketBinaryBatched:
		return "websocket-binary-batched"
	}
	return "unknown"
}

// Role is the side of the transport that we are. It decides who masks: frames
// of a WebSocket client are masked, those of a server are not (RFC 6455, 5.1).
type Role uint8

// The roles; the zero Role is the router's.
const (
	Server Role = iota
	Client
)

const (
	// MaxRawSocketMessage is the longest message that is ever sent over
	// RawSocket: 2^24 octets would need the X bit, which peers do not know.
	MaxRawSocketMessage = 1<<24 - 1
	// MaxControlPayload bounds Ping, Pong and Close of a WebSocket (RFC 6455, 5.5).
	MaxControlPayload = ws.MaxControlFramePayloadSize

	maskSize        = 4
	rawSocketHeader = 4
	rawSocketData   = 0
	rawSocketPing   = 1
	rawSocketPong   = 2
	maskBit         = 0x80
	finBit          = 0x80
	len16, len64    = 126, 127
)

// HeaderSize is the number of bytes that [AppendHeader] appends for a message
// of n bytes.
func HeaderSize(f Framing, n int) int {
	if f == RawSocket {
		return rawSocketHeader
	}
	prefix := f.prefix()
	switch n += prefix + f.trailer(); {
	case n < len16:
		return 2 + prefix
	case n <= math.MaxUint16:
		return 4 + prefix
	}
	return 10 + prefix
}

// FrameSize is the size in bytes of a whole frame that carries a message of n
// bytes as a server sends it: [AppendHeader], the message, [AppendTrailer].
func FrameSize(f Framing, n int) int { return HeaderSize(f, n) + n + f.trailer() }

// AppendHeader appends the header of an unfragmented message of n bytes as a
// server sends it; the n bytes follow unchanged, then [AppendTrailer]. A batched
// framing makes a batch of one; longer ones are made by [Outbox.Batch]. It panics
// when n is negative or too large for the framing, for RawSocket beyond
// [MaxRawSocketMessage]: whoever sends checks the limit of the receiver before.
func AppendHeader(dst []byte, f Framing, n int) []byte {
	if f == RawSocket {
		return appendRawSocketHeader(dst, rawSocketData, n)
	}
	dst = appendWebSocketHeader(dst, f.opCode(), 0, f.batchSize(n))
	return f.appendPrefix(dst, n)
}

// AppendTrailer appends what follows a message as a server sends it: nothing,
// but for [WebSocketTextBatched].
func AppendTrailer(dst []byte, f Framing) []byte {
	if f == WebSocketTextBatched {
		return append(dst, separator)
	}
	return dst
}

// ElementSize is the size in bytes of a message of n bytes in what an [Outbox] is
// given: of the whole frame, or of an element of a batch.
func ElementSize(f Framing, n int) int {
	if f.batched() {
		return f.batchSize(n)
	}
	return FrameSize(f, n)
}

// AppendElementHeader appends what stands before a message of n bytes in what an
// [Outbox] is given: the header of a frame as [AppendHeader] does, or, with a
// batched framing, what an element of a batch begins with. The n bytes follow,
// then [AppendTrailer].
func AppendElementHeader(dst []byte, f Framing, n int) []byte {
	if f.batched() {
		return f.appendPrefix(dst, n)
	}
	return AppendHeader(dst, f, n)
}

// MaskedHeaderSize is the number of bytes that [AppendMaskedHeader] appends
// for a message of n bytes.
func MaskedHeaderSize(f Framing, n int) int {
	if f == RawSocket {
		return rawSocketHeader
	}
	return HeaderSize(f, n) + maskSize
}

// MaskedFrameSize is the size in bytes of a whole frame that carries a message
// of n bytes as a client sends it: [AppendMaskedHeader], the message,
// [AppendMaskedTrailer].
func MaskedFrameSize(f Framing, n int) int { return MaskedHeaderSize(f, n) + n + f.trailer() }

// AppendMaskedHeader appends the header of an unfragmented message of n bytes
// as a client sends it. The n bytes follow after [Mask] with the same mask,
// which comes fresh from [NewMask] for each message, then
// [AppendMaskedTrailer]. It panics as [AppendHeader] does.
func AppendMaskedHeader(dst []byte, f Framing, n int, mask [4]byte) []byte {
	if f == RawSocket {
		return appendRawSocketHeader(dst, rawSocketData, n)
	}
	dst = appendWebSocketHeader(dst, f.opCode(), maskBit, f.batchSize(n))
	dst = append(dst, mask[:]...)
	start := len(dst)
	dst = f.appendPrefix(dst, n) // as long as the mask, which therefore begins anew behind it
	ws.Cipher(dst[start:], mask, 0)
	return dst
}

// AppendMaskedTrailer appends what follows a message of n bytes as a client
// sends it: what [AppendTrailer] does, masked.
func AppendMaskedTrailer(dst []byte, f Framing, n int, mask [4]byte) []byte {
	if f == WebSocketTextBatched {
		return append(dst, separator^mask[n%len(mask)])
	}
	return dst
}

// MaskedElementSize is the size in bytes of a message of n bytes in what a
// client's [Outbox] is given: of the whole frame, or of an element of a batch.
func MaskedElementSize(f Framing, n int) int {
	if f.batched() {
		return ElementSize(f, n)
	}
	return MaskedFrameSize(f, n)
}

// AppendMaskedElementHeader appends what stands before a message of n bytes in
// what a client's [Outbox] is given: the header of a frame as
// [AppendMaskedHeader] does, or, with a batched framing, what an element of a
// batch begins with ([Outbox.BatchMasked]). The n bytes follow, then
// [AppendMaskedElementTrailer].
func AppendMaskedElementHeader(dst []byte, f Framing, n int, mask [4]byte) []byte {
	if f.batched() {
		return AppendElementHeader(dst, f, n)
	}
	return AppendMaskedHeader(dst, f, n, mask)
}

// AppendMaskedElementTrailer ends the message of n bytes that dst ends with: it
// appends what follows one in a batch, or else masks it.
func AppendMaskedElementTrailer(dst []byte, f Framing, n int, mask [4]byte) []byte {
	if f.batched() {
		return AppendTrailer(dst, f)
	}
	Mask(dst[len(dst)-n:], f, mask)
	return AppendMaskedTrailer(dst, f, n, mask)
}

// Mask masks the n bytes of a message in place. RawSocket has no masks: b is
// left alone.
func Mask(b []byte, f Framing, mask [4]byte) {
	if f != RawSocket {
		ws.Cipher(b, mask, 0)
	}
}

// NewMask is an unpredictable mask for one frame (RFC 6455, 5.3). It may be
// called concurrently.
func NewMask() (mask [4]byte) {
	binary.LittleEndian.PutUint32(mask[:], rand.Uint32())
	return mask
}

// AppendPing appends a ping. Its data is at most [MaxControlPayload] bytes
// over WebSocket and [MaxRawSocketMessage] over RawSocket; more panics.
func AppendPing(dst []byte, f Framing, r Role, data []byte) []byte {
	if f == RawSocket {
		return append(appendRawSocketHeader(dst, rawSocketPing, len(data)), data...)
	}
	return appendControl(dst, ws.OpPing, r, data)
}

// AppendPong appends the answer to a ping: the same data, to which the bounds
// of [AppendPing] apply.
func AppendPong(dst []byte, f Framing, r Role, data []byte) []byte {
	if f == RawSocket {
		return append(appendRawSocketHeader(dst, rawSocketPong, len(data)), data...)
	}
	return appendControl(dst, ws.OpPong, r, data)
}

// AppendClose appends a WebSocket close frame. Code 0 and [CloseNoStatus] stand
// for a frame without a code. The reason is cut to what a control frame can
// carry, between characters. RawSocket has no close frame: nothing is to be
// appended there.
func AppendClose(dst []byte, r Role, code uint16, reason string) []byte {
	if code == 0 || code == CloseNoStatus {
		return appendControl(dst, ws.OpClose, r, nil)
	}
	var body [MaxControlPayload]byte
	binary.BigEndian.PutUint16(body[:], code)
	n := copy(body[2:], fit(reason, MaxControlPayload-2))
	return appendControl(dst, ws.OpClose, r, body[:2+n])
}

// fit cuts s to at most n bytes without splitting a character.
func fit(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func (f Framing) opCode() ws.OpCode {
	if f == WebSocketText || f == WebSocketTextBatched {
		return ws.OpText
	}
	return ws.OpBinary
}

func appendControl(dst []byte, op ws.OpCode, r Role, data []byte) []byte {
	if len(data) > MaxControlPayload {
		panic("netio: control frame too long")
	}
	if r == Server {
		return append(appendWebSocketHeader(dst, op, 0, len(data)), data...)
	}
	mask := NewMask()
	dst = appendWebSocketHeader(dst, op, maskBit, len(data))
	dst = append(append(dst, mask[:]...), data...)
	ws.Cipher(dst[len(dst)-len(data):], mask, 0)
	return dst
}

func appendWebSocketHeader(dst []byte, op ws.OpCode, masked byte, n int) []byte {
	dst = append(dst, finBit|byte(op))
	switch {
	case n < 0:
		panic("netio: negative message length")
	case n < len16:
		return append(dst, masked|byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, masked|len16), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, masked|len64), uint64(n))
}

func appendRawSocketHeader(dst []byte, kind byte, n int) []byte {
	if n < 0 || n > MaxRawSocketMessage {
		panic("netio: message too long for RawSocket")
	}
	return append(dst, kind, byte(n>>16), byte(n>>8), byte(n))
}
