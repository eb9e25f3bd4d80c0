package connection

import (
	"time"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// onSessionEnded takes the transport back. After the peer's own GOODBYE it may
// say HELLO again; after the router's it has a moment to answer.
func (c *connection) onSessionEnded(s *lane.Session, how lane.Close) {
	if c.session != s || c.phase == closed {
		return
	}
	c.session = nil
	switch {
	case c.read || how.Silent && how.Code == 0:
		c.shut()
	case how.Answered:
		c.phase = waiting
		c.check(c.env.Limits.HelloTimeout)
	case how.Abort || how.Silent:
		c.close(how.Code)
	default:
		c.phase, c.code = parting, how.Code
		c.check(c.env.Limits.GoodbyeGrace)
	}
}

// end says the last word of a transport that has no session.
func (c *connection) end(how lane.Close) {
	if !how.Silent {
		enc := lane.Of(c.box.Executor())
		m := &wamp.Message{Type: wamp.Abort, URI: []byte(how.Reason), Fields: []wamp.Field{wamp.Text("message", how.Message)}}
		if enc.Write(c.t, m) == nil {
			enc.EndOwn()
		}
	}
	if how.Silent && how.Code == 0 {
		c.shut()
		return
	}
	c.close(how.Code)
}

// close sends the close frame and what is still in the outbox, then waits a
// moment for the peer to close: closing at once would let the kernel's reset
// overtake the last word.
func (c *connection) close(code uint16) {
	if c.phase == closing || c.phase == closed {
		return
	}
	c.phase = closing
	c.t.Closing.Store(true)
	c.sendClose(code)
	c.t.Outbox.CloseAfterFlush()
	c.conn.SetReadDeadline(time.Now().Add(c.env.Limits.LingerTime))
	c.check(2 * c.env.Limits.LingerTime)
}

// sendClose puts a close frame behind the last word; RawSocket has none.
func (c *connection) sendClose(code uint16) {
	if c.t.Group.Framing != netio.RawSocket && code != 0 {
		c.t.Outbox.AppendControl(netio.AppendClose(nil, netio.Server, code, ""))
	}
}

// farewell tells a peer that has not answered the router's GOODBYE, and will not be
// waited for any longer, why its transport ends.
func (c *connection) farewell() {
	if c.phase == parting {
		c.sendClose(c.code)
		c.t.Outbox.Flush()
	}
}

// onTick looks after time limits: of the handshake, of the peer's silence, and
// of its not reading.
func (c *connection) onTick() {
	switch c.phase {
	case opening, closing:
		c.shut()
	case waiting:
		if c.again {
			c.close(netio.CloseNormal)
			return
		}
		c.end(lane.Close{Reason: wamp.ErrProtocolViolation, Message: "no HELLO in time", Code: netio.ClosePolicy, Abort: true})
	case parting:
		c.close(c.code)
	case joined:
		c.keepAlive()
	}
}

// keepAlive ends a transport whose peer has not read for too long, or has not
// given a sign of life. RawSocket is looked after by TCP.
func (c *connection) keepAlive() {
	l := &c.env.Limits
	if since := c.t.Outbox.Stats().StalledSince; !since.IsZero() && time.Since(since) > l.WriteStall {
		c.env.Counters.Drop(lane.DropSlow, 1)
		c.giveUp("the peer does not read")
		return
	}
	every := l.PingInterval / 2
	switch reads := c.t.Reads.Load(); {
	case reads != c.reads:
		c.reads, c.quiet = reads, 0
	case c.t.Group.Framing == netio.RawSocket:
	default:
		if c.quiet++; c.quiet >= 2+l.PingTries {
			c.giveUp("no sign of life")
			return
		}
		if c.quiet >= 2 {
			every = l.PongWait
			c.t.Outbox.AppendControl(netio.AppendPing(nil, c.t.Group.Framing, netio.Server, nil))
			c.t.Outbox.Flush()
		}
	}
	c.check(every)
}

func (c *connection) giveUp(why string) {
	c.env.Log.Info().Str("remote", c.t.Remote).Msg("connection dropped: " + why)
	c.conn.Close() // the reader ends, and with it the session
}
