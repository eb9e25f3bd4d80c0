package netio

import (
	"encoding/binary"
	"io"
	"math"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// nextWebSocket finds whole frames in place and joins fragmented messages;
// control frames may stand between fragments (RFC 6455, 5.4).
func (r *Reader) nextWebSocket() (Frame, bool, error) {
	if data, ok := r.nextPlain(); ok {
		return Frame{Kind: Message, Data: data, Chunk: r.chunk}, true, nil
	}
	for {
		if r.fragments.left > 0 {
			r.pull()
		}
		if r.fragments.left > 0 {
			return Frame{}, false, nil
		}
		if r.fragments.complete() {
			data, chunk := r.fragments.finish()
			return Frame{Kind: Message, Data: data, Chunk: chunk}, true, nil
		}
		h, n := parseWebSocket(r.chunk.B[r.pos:r.end])
		if n == 0 {
			return Frame{}, false, nil
		}
		if err := r.check(h); err != nil {
			return r.fail(err)
		}
		if h.OpCode.IsControl() || h.Fin && h.OpCode != ws.OpContinuation {
			return r.whole(h, n)
		}
		if !r.fragments.begin(h) {
			return r.fail(violation(ClosePolicy, "too many empty fragments"))
		}
		r.pos += n
	}
}

// nextPlain finds what nearly all frames are: a message in one frame, shorter than
// 64 KiB, all of it here. It finds nothing wrong and changes nothing unless it
// returns the message; the long way looks at everything else again. The header
// stays in registers, which takes half the time.
func (r *Reader) nextPlain() (data []byte, ok bool) {
	b := r.chunk.B[r.pos:r.end]
	if len(b) < 8 || b[0] != finBit|byte(r.framing.opCode()) || r.fragments.open {
		return nil, false
	}
	size, header := int(b[1]&^maskBit), 2
	if size >= len16 {
		if size = int(binary.BigEndian.Uint16(b[2:])); b[1]&^maskBit != len16 || size < len16 {
			return nil, false
		}
		header = 4
	}
	var mask uint32
	if r.role == Server {
		mask = binary.LittleEndian.Uint32(b[header:])
		header += 4
	}
	if masked := b[1]&maskBit != 0; masked != (r.role == Server) || size > r.limit || len(b) < header+size {
		return nil, false
	}
	data = r.take(header, size)
	unmask(data, mask)
	return data, true
}

// unmask is ws.Cipher without what only long data is worth.
func unmask(data []byte, mask uint32) {
	if mask == 0 {
		return
	}
	if len(data) > 256 {
		var octets [4]byte
		binary.LittleEndian.PutUint32(octets[:], mask)
		ws.Cipher(data, octets, 0)
		return
	}
	for wide := uint64(mask)<<32 | uint64(mask); len(data) >= 8; data = data[8:] {
		binary.LittleEndian.PutUint64(data, binary.LittleEndian.Uint64(data)^wide)
	}
	for i := range data {
		data[i] ^= byte(mask >> (8 * (i & 3)))
	}
}

// parseWebSocket reads a frame header by hand: ws.ReadHeader wants an io.Reader
// and allocates. It returns 0 while the header is incomplete, and a length of
// -1 if its encoding is not the shortest one or does not fit 63 bits
// (RFC 6455, 5.2).
func parseWebSocket(b []byte) (h ws.Header, n int) {
	if len(b) < 2 {
		return h, 0
	}
	n = 2
	switch short := b[1] &^ maskBit; short {
	case len16:
		n += 2
	case len64:
		n += 8
	default:
		h.Length = int64(short)
	}
	end := n
	if h.Masked = b[1]&maskBit != 0; h.Masked {
		end += 4
	}
	if len(b) < end {
		return h, 0
	}
	switch n {
	case 4:
		h.Length = atLeast(len16, uint64(binary.BigEndian.Uint16(b[2:])))
	case 10:
		h.Length = atLeast(math.MaxUint16+1, binary.BigEndian.Uint64(b[2:]))
	}
	if h.Masked {
		h.Mask = [4]byte(b[n:])
	}
	h.Fin, h.Rsv, h.OpCode = b[0]&finBit != 0, b[0]&0x70>>4, ws.OpCode(b[0]&0x0f)
	return h, end
}

func atLeast(least, n uint64) int64 {
	if n < least || n > math.MaxInt64 {
		return -1
	}
	return int64(n)
}

// check holds a header against RFC 6455 and our limits, before any space is
// taken for what it announces.
func (r *Reader) check(h ws.Header) error {
	state := ws.StateServerSide
	if r.role == Client {
		state = ws.StateClientSide
	}
	if r.fragments.open {
		state = state.Set(ws.StateFragmented)
	}
	if h.Length < 0 {
		return violation(CloseProtocolError, "malformed frame length")
	}
	if err := ws.CheckHeader(h, state); err != nil {
		return violation(CloseProtocolError, err.Error())
	}
	if h.OpCode.IsControl() {
		return nil
	}
	if h.OpCode != ws.OpContinuation && h.OpCode != r.framing.opCode() {
		return violation(CloseUnsupported, "frame type does not fit the subprotocol")
	}
	if size := h.Length + int64(r.fragments.size()); h.Length > int64(r.limit) || size > int64(r.limit) {
		return tooBig(max(size, h.Length), r.limit)
	}
	return nil
}

// whole hands out a frame that is not a fragment once all of it is here.
func (r *Reader) whole(h ws.Header, n int) (Frame, bool, error) {
	if r.end-r.pos < n+int(h.Length) {
		r.need = n + int(h.Length)
		return Frame{}, false, nil
	}
	f := Frame{Kind: Message, Data: r.take(n, int(h.Length)), Chunk: r.chunk}
	if h.Masked {
		ws.Cipher(f.Data, h.Mask, 0)
	}
	switch h.OpCode {
	case ws.OpPing:
		f.Kind = Ping
	case ws.OpPong:
		f.Kind = Pong
	case ws.OpClose:
		return r.closed(f)
	}
	return f, true, nil
}

// closed checks a Close frame. Nothing behind it is looked at (RFC 6455, 1.4).
func (r *Reader) closed(f Frame) (Frame, bool, error) {
	f.Kind, f.Code = Close, CloseNoStatus
	if len(f.Data) == 1 {
		return r.fail(violation(CloseProtocolError, "close frame of one octet"))
	}
	if len(f.Data) > 1 {
		f.Code, f.Data = binary.BigEndian.Uint16(f.Data), f.Data[2:]
		if !sendable(f.Code) {
			return r.fail(violation(CloseProtocolError, "close code that must not be sent"))
		}
	}
	if !utf8.Valid(f.Data) {
		return r.fail(violation(CloseInvalidData, "close reason is not UTF-8"))
	}
	r.err = io.EOF
	return f, true, nil
}

// sendable says whether a peer may send this close code: those of RFC 6455,
// 7.4, and 1012 to 1014, which were registered later and ws does not know.
func sendable(code uint16) bool {
	switch {
	case code >= 3000 && code <= 4999:
		return true
	case code >= 1007 && code <= 1014:
		return true
	}
	return code >= CloseNormal && code <= CloseUnsupported
}
