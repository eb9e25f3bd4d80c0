package relay

import (
	"bytes"
	"encoding/binary"
	"sync"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

const (
	header   = 4 // RawSocket: a kind and a length of 24 bits
	readSize = 64 << 10
)

// peer is one connection. What is not under the mutex belongs to the goroutine
// that reads.
type peer struct {
	relay      *Relay
	conn       netio.Conn
	serializer codec.Serializer
	framing    netio.Framing
	to         string // where its messages go; empty for those that answer
	receivers  []*peer
	dirty      []*peer // got something by this read

	mu   sync.Mutex
	out  []byte
	over bool
	wake chan struct{} // that there is something in out, or that it is over; nil without a writer
}

// read serves what comes until the connection ends.
func (p *peer) read() {
	defer p.end()
	h, err := netio.Accept(p.conn, netio.AcceptOptions{
		Subprotocols: subprotocols, MaxMessage: netio.MaxRawSocketMessage,
	})
	if err != nil {
		return
	}
	p.serializer, _ = codec.BySubprotocol(h.Subprotocol)
	p.framing = h.Framing
	if h.Framing != netio.RawSocket {
		p.greet(h.Rest)
		return
	}
	p.wake = make(chan struct{}, 1)
	p.relay.serve.Go(p.write)
	buf := make([]byte, readSize)
	have := copy(buf, h.Rest)
	for {
		used, err := p.frames(buf[:have])
		if err != nil {
			return
		}
		if have = copy(buf, buf[used:have]); have == len(buf) {
			buf = append(buf, make([]byte, len(buf))...)
		}
		n, err := p.conn.Read(buf[have:])
		if err != nil {
			return
		}
		have += n
	}
}

// frames passes on all whole frames, and wakes whoever has got something.
func (p *peer) frames(b []byte) (used int, err error) {
	for len(b)-used >= header {
		n := header + int(binary.BigEndian.Uint32(b[used:])&0xFFFFFF)
		if len(b)-used < n {
			break
		}
		if err = p.frame(b[used : used+n]); err != nil {
			break
		}
		used += n
	}
	for _, q := range p.dirty {
		q.wakeUp()
	}
	p.dirty = p.dirty[:0]
	return used, err
}

// frame is the routing decision.
func (p *peer) frame(f []byte) error {
	body := f[header:]
	switch t := p.typeOf(body); t {
	case wamp.Event, wamp.Invocation:
		for _, q := range p.relay.receivers(p) {
			p.pass(q, f)
		}
	case wamp.Result:
		if stamp, ok := stampOf(p.serializer, body); ok {
			if q := p.relay.asker(stamp.Stream); q != nil {
				p.pass(q, f)
			}
		}
	default:
		m := new(wamp.Message)
		if err := p.serializer.Parse(bytes.Clone(body), m); err != nil {
			return err
		}
		return p.relay.control(p, m)
	}
	return nil
}

// pass appends a frame to what another connection will write.
func (p *peer) pass(q *peer, f []byte) {
	q.mu.Lock()
	fresh := len(q.out) == 0
	q.out = append(q.out, f...)
	q.mu.Unlock()
	if fresh {
		p.dirty = append(p.dirty, q)
	}
}

// typeOf reads the type of a message, which is below 128, where generators write it.
func (p *peer) typeOf(b []byte) wamp.MessageType {
	switch {
	case len(b) < 4:
		return 0
	case p.serializer == codec.JSON && b[1] >= '0' && b[2] >= '0' && b[2] <= '9':
		return wamp.MessageType(10*(b[1]-'0') + b[2] - '0')
	case p.serializer == codec.CBOR && b[1] == 0x18:
		return wamp.MessageType(b[2])
	}
	return wamp.MessageType(b[1])
}

func (p *peer) answer(m *wamp.Message) {
	b := p.serializer.Append(nil, m)
	p.pass(p, append(netio.AppendHeader(nil, p.framing, len(b)), b...))
}

// write writes what others append until the connection is over and all is written.
func (p *peer) write() {
	var b []byte
	for range p.wake {
		p.mu.Lock()
		b, p.out = p.out, b[:0]
		over := p.over
		p.mu.Unlock()
		if len(b) > 0 {
			if _, err := p.conn.Write(b); err != nil {
				_ = p.conn.Close()
			}
		}
		if over {
			_ = p.conn.Close()
			return
		}
	}
}

func (p *peer) wakeUp() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// end ends the writer, when it has written everything.
func (p *peer) end() {
	p.relay.gone(p)
	if p.wake == nil {
		_ = p.conn.Close()
		return
	}
	p.mu.Lock()
	p.over = true
	p.mu.Unlock()
	p.wakeUp()
}
