package netio

import (
	"fmt"
	"io"
	"slices"
)

// The opening handshake of RawSocket is four octets each way: the magic octet,
// LENGTH and SERIALIZER in one, two reserved octets (advanced profile,
// "RawSocket Transport").
const (
	rawSocketMagic = 0x7F
	rawSocketHello = 4

	// A client that takes less than 2^12 octets could not take our WELCOME.
	leastLength = 3
	mostLength  = 15
	shift       = 9 // LENGTH L stands for 2^(9+L)

	refusedSerializer = 1
	refusedLength     = 2
	refusedReserved   = 3
)

// rawSocketSerializers are the subprotocols by SERIALIZER; 0 is illegal.
var rawSocketSerializers = [...]string{1: "wamp.2.json", 2: "wamp.2.msgpack", 3: "wamp.2.cbor"}

func (p *preface) acceptRawSocket(o *AcceptOptions) (Handshake, error) {
	for p.n < rawSocketHello {
		if err := p.more(); err != nil {
			return Handshake{}, err
		}
	}
	p.used = rawSocketHello
	b := [rawSocketHello]byte(p.bytes())
	length, serializer := b[1]>>4, b[1]&0x0f
	switch {
	case b[2] != 0 || b[3] != 0:
		return p.refuseRawSocket(refusedReserved, "reserved octets are not zero")
	case serializer == 0:
		return Handshake{}, &HandshakeError{Text: "serializer 0 is illegal"}
	case !enabled(serializer, o.Subprotocols):
		return p.refuseRawSocket(refusedSerializer, fmt.Sprintf("serializer %d is not enabled", serializer))
	case length < leastLength:
		return p.refuseRawSocket(refusedLength, fmt.Sprintf("peer accepts %d octets only", 1<<(shift+length)))
	}
	ours := lengthFor(o.MaxMessage)
	reply := [rawSocketHello]byte{rawSocketMagic, ours<<4 | serializer}
	if _, err := p.conn.Write(reply[:]); err != nil {
		return Handshake{}, fmt.Errorf("netio: handshake: %w", err)
	}
	return agreeRawSocket(serializer, ours, length), nil
}

func (p *preface) refuseRawSocket(code uint8, text string) (Handshake, error) {
	reply := [rawSocketHello]byte{rawSocketMagic, code << 4}
	if _, err := p.conn.Write(reply[:]); err != nil {
		return Handshake{}, fmt.Errorf("netio: handshake: %s: %w", text, err)
	}
	return Handshake{}, &HandshakeError{Code: code, Text: text}
}

func enabled(serializer uint8, subprotocols []string) bool {
	return int(serializer) < len(rawSocketSerializers) &&
		slices.Contains(subprotocols, rawSocketSerializers[serializer])
}

// lengthFor is the largest LENGTH whose messages are not longer than this.
func lengthFor(maxMessage int) uint8 {
	length := uint8(0)
	for length < mostLength && 1<<(shift+length+1) <= maxMessage {
		length++
	}
	return length
}

func agreeRawSocket(serializer, ours, theirs uint8) Handshake {
	return Handshake{
		Framing:     RawSocket,
		Subprotocol: rawSocketSerializers[serializer],
		MaxSend:     min(1<<(shift+theirs), MaxRawSocketMessage),
		MaxReceive:  1 << (shift + ours),
	}
}

// requestRawSocket is the client's side. It takes the first subprotocol: the
// handshake offers only one.
func requestRawSocket(c io.ReadWriter, o *ClientOptions) (Handshake, error) {
	serializer := slices.Index(rawSocketSerializers[:], o.Subprotocols[0])
	if serializer <= 0 {
		return Handshake{}, &HandshakeError{Text: "no RawSocket serializer for " + o.Subprotocols[0]}
	}
	ours := lengthFor(o.MaxMessage)
	hello := [rawSocketHello]byte{rawSocketMagic, ours<<4 | byte(serializer)}
	if _, err := c.Write(hello[:]); err != nil {
		return Handshake{}, fmt.Errorf("netio: handshake: %w", err)
	}
	var b [rawSocketHello]byte
	if _, err := io.ReadFull(c, b[:]); err != nil {
		return Handshake{}, fmt.Errorf("netio: handshake: %w", err)
	}
	switch theirs := b[1] & 0x0f; {
	case b[0] != rawSocketMagic || b[2] != 0 || b[3] != 0:
		return Handshake{}, &HandshakeError{Text: "peer does not speak RawSocket"}
	case theirs == 0:
		return Handshake{}, &HandshakeError{Code: b[1] >> 4, Text: "refused by the peer"}
	case theirs != byte(serializer):
		return Handshake{}, &HandshakeError{Text: "peer answered with another serializer"}
	}
	return agreeRawSocket(byte(serializer), ours, b[1]>>4), nil
}
