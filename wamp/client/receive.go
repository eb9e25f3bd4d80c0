package client

import (
	"bytes"
	"context"
	"time"

	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// Frame is what arrived over a [Raw]. It is a copy.
type Frame struct {
	Kind netio.FrameKind
	// Code is the status code of a Close frame.
	Code uint16
	// Data is a message, the data of a ping or pong, or the reason of a Close.
	Data []byte
}

// ReceiveFrame returns the next frame, of whatever kind, and answers nothing.
// It waits until ctx ends, whose cause it returns then; it may be called again.
// At the end of the connection it returns io.EOF.
func (r *Raw) ReceiveFrame(ctx context.Context) (Frame, error) {
	defer r.readUntil(ctx)()
	for {
		f, ok, err := r.reader.Next()
		if err != nil {
			return Frame{}, err
		}
		if ok {
			return Frame{Kind: f.Kind, Code: f.Code, Data: bytes.Clone(f.Data)}, nil
		}
		if err := r.reader.Fill(); err != nil {
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			return Frame{}, err
		}
	}
}

// CloseError says that the peer closed the WebSocket.
type CloseError struct {
	Code   uint16
	Reason string
}

// Receive returns the next message, which is a copy. Pings are answered, pongs
// dropped; a WebSocket close frame is a *[CloseError], a message that cannot be
// parsed the error of the codec. Otherwise it is as [Raw.ReceiveFrame].
func (r *Raw) Receive(ctx context.Context) (*wamp.Message, error) {
	for {
		f, err := r.ReceiveFrame(ctx)
		if err != nil {
			return nil, err
		}
		switch f.Kind {
		case netio.Message:
			m := new(wamp.Message)
			return m, r.agreed.Serializer.Parse(f.Data, m)
		case netio.Ping:
			r.pong(f.Data)
		case netio.Close:
			return nil, &CloseError{Code: f.Code, Reason: string(f.Data)}
		}
	}
}

// pong answers a ping. When it cannot be sent, whoever receives learns of the
// end of the connection.
func (r *Raw) pong(data []byte) {
	_ = r.out.AppendControl(netio.AppendPong(nil, r.agreed.Framing, netio.Client, data))
	_ = r.flush()
}

var longAgo = time.Unix(1, 0)

// readUntil makes reads end with ctx, and returns how to undo that.
func (r *Raw) readUntil(ctx context.Context) (restore func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		_ = r.conn.SetReadDeadline(longAgo)
	})
	return func() {
		if !stop() {
			<-done
			_ = r.conn.SetReadDeadline(time.Time{})
		}
	}
}
