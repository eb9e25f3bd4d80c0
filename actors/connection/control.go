package connection

import (
	"errors"
	"time"

	"github.com/callboard-wamp/callboard/netio"
)

// The functions of this file are about control frames: pings, pongs and the close
// frame (RFC 6455, section 5.5; advanced profile, "RawSocket Transport").

// errPong says that the answer to a ping is larger than the peer accepts (advanced
// profile, "RawSocket Transport").
var errPong = errors.New("connection: the pong is larger than the peer accepts")

// errClosed says that the peer sent a Close frame.
var errClosed = errors.New("connection: closed by the peer")

// errFlood says that the peer sends too many control frames.
var errFlood = &netio.FrameError{Code: netio.ClosePolicy, Text: "limit reached: control_frames"}

// control answers a control frame.
func (r *reader) control(f netio.Frame) error {
	switch f.Kind {
	case netio.Ping:
		if len(f.Data) > int(r.t.Group.MaxSend) {
			return errPong
		}
		r.t.Outbox.AppendControl(netio.AppendPong(nil, r.t.Group.Framing, netio.Server, f.Data))
		if err := r.t.Outbox.Flush(); err != nil || r.t.Outbox.Stats().StalledSince.IsZero() {
			return err
		}
		return r.unanswered()
	case netio.Pong:
		return r.unanswered()
	case netio.Close:
		code := f.Code
		if code == netio.CloseNoStatus {
			code = netio.CloseNormal
		}
		if !r.t.Closing.Load() {
			r.t.Outbox.AppendControl(netio.AppendClose(nil, netio.Server, code, ""))
			r.t.Outbox.CloseAfterFlush()
		}
		return errClosed
	}
	return nil
}

// flood counts the control frames of a second that get no answer.
type flood struct {
	since  time.Time
	frames int
}

// unanswered counts a ping whose answer waits behind others that the peer has not
// read, or a pong, for which there is no answer. A peer that reads may ping as often
// as it likes: its own bandwidth bounds it.
func (r *reader) unanswered() error {
	now := r.env.Now()
	if f := &r.flood; now.Sub(f.since) >= time.Second {
		*f = flood{since: now}
	}
	if r.flood.frames++; r.flood.frames <= r.env.Limits.ControlFrames {
		return nil
	}
	r.env.Counters.Floods.Add(1)
	return errFlood
}

// told returns the error if the peer is told of it by a close code.
func told(err error) error {
	var frame *netio.FrameError
	if errors.As(err, &frame) {
		return err
	}
	return nil
}
