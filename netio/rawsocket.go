package netio

// RawSocket (advanced profile, "RawSocket Transport"): each frame is `RRRR XTTT`
// and 24 bits of length, then that many octets.

const (
	rawSocketReserved = 0xf0
	rawSocketX        = 0x08 // the length is 2^24, and the 24 bits are zero
	rawSocketType     = 0x07
)

func (r *Reader) nextRawSocket() (Frame, bool, error) {
	b := r.chunk.B[r.pos:r.end]
	if len(b) < rawSocketHeader {
		return Frame{}, false, nil
	}
	kind, n, err := parseRawSocket([rawSocketHeader]byte(b))
	if err == nil && n > r.limit {
		err = tooBig(int64(n), r.limit)
	}
	if err != nil {
		return r.fail(err)
	}
	if len(b) < rawSocketHeader+n {
		r.need = rawSocketHeader + n
		return Frame{}, false, nil
	}
	return Frame{Kind: kind, Data: r.take(rawSocketHeader, n), Chunk: r.chunk}, true, nil
}

func parseRawSocket(h [rawSocketHeader]byte) (FrameKind, int, *FrameError) {
	n := int(h[1])<<16 | int(h[2])<<8 | int(h[3])
	switch {
	case h[0]&rawSocketReserved != 0:
		return 0, 0, violation(CloseProtocolError, "reserved bits of the frame are not zero")
	case h[0]&rawSocketType > rawSocketPong:
		return 0, 0, violation(CloseProtocolError, "reserved frame type")
	case h[0]&rawSocketX != 0 && n != 0:
		return 0, 0, violation(CloseProtocolError, "length over 2^24")
	case h[0]&rawSocketX != 0:
		n = 1 << 24
	}
	return [...]FrameKind{Message, Ping, Pong}[h[0]&rawSocketType], n, nil
}
