package relay

import (
	"bytes"
	"io"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// greet serves a connection over WebSocket: a session joins, and leaves, and what
// else it sends ends it.
func (p *peer) greet(rest []byte) {
	rw := struct {
		io.Reader
		io.Writer
	}{io.MultiReader(bytes.NewReader(rest), p.conn), p.conn}
	for {
		b, op, err := wsutil.ReadClientData(rw)
		if err != nil || op == ws.OpClose {
			return
		}
		m := new(wamp.Message)
		if p.serializer.Parse(b, m) != nil || m.Type != wamp.Hello && m.Type != wamp.Goodbye {
			return
		}
		over := p.relay.control(p, m)
		if _, err := p.conn.Write(p.out); err != nil || over != nil {
			return
		}
		p.out = p.out[:0]
	}
}
