package connection

import (
	"errors"
	"io"
	"time"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/rs/zerolog"
)

// reader is the goroutine that reads one socket: it parses envelopes in place,
// posts one batch for each read, and then runs the mailboxes that it made
// ready. The connection's actor starts it and ends it by closing the socket.
type reader struct {
	o      *Options
	env    *lane.Env
	conn   netio.Conn
	box    *lane.Box
	stop   chan struct{}
	t      *lane.Transport
	x      *mailbox.Executor
	frames *netio.Reader
	credit lane.Credit
	target *lane.Box // who has been posted to
	flood  flood
}

// run reads until there is nothing more to read.
func (r *reader) run() {
	r.x = r.env.Scheduler.Executor()
	defer r.x.Close()
	err := r.open()
	if err == nil {
		err = r.loop()
		r.linger(err)
	} else {
		r.refused(err)
	}
	r.box.Post(r.x, lane.Item{Op: lane.OpReaderDone})
	r.x.Run()
}

// failed tells the connection that its reader panicked.
func (r *reader) failed(p *supervisor.PanicInfo) {
	r.box.Post(nil, lane.Item{Op: lane.OpReaderDone, Ext: p})
}

// open does the handshake of the transport.
func (r *reader) open() error {
	r.conn.SetDeadline(time.Now().Add(r.env.Limits.HelloTimeout))
	h, err := netio.Accept(r.conn, r.o.Accept)
	if err != nil {
		return err
	}
	r.conn.SetDeadline(time.Time{})
	s, _ := codec.BySubprotocol(h.Subprotocol)
	limits := netio.Limits{Bytes: r.env.Limits.OutboxBytes, Messages: r.env.Limits.OutboxMessages}
	r.t = &lane.Transport{
		Group:  lane.Group{Serializer: s, Framing: h.Framing, MaxSend: int32(h.MaxSend)},
		Outbox: netio.NewOutbox(r.conn, limits, func(error) { r.conn.Close() }),
		Box:    r.box, Remote: r.conn.RemoteAddr().String(),
	}
	r.t.Outbox.Batch(h.Framing, h.MaxSend)
	r.t.Target.Store(r.box)
	r.target = r.box
	r.frames = netio.NewReader(r.conn, netio.ReaderOptions{
		Framing: h.Framing, MaxMessage: min(h.MaxReceive, r.env.Limits.MaxEarlyMessage), Rest: h.Rest,
	})
	r.box.Post(r.x, lane.Item{Op: lane.OpOpened, Ext: r.t})
	r.x.Run()
	return nil
}

// refused waits for the peer to take note of the answer to its handshake.
func (r *reader) refused(err error) {
	var refusal *netio.HandshakeError
	if errors.As(err, &refusal) || errors.Is(err, netio.ErrServed) || r.insecure(err) {
		r.conn.CloseWrite()
		r.conn.SetReadDeadline(time.Now().Add(r.env.Limits.LingerTime))
		netio.Discard(r.conn, r.env.Limits.LingerBytes)
	}
}

// insecure counts and logs a TLS handshake that failed, and says whether the peer
// was told. Peers that merely go away, as those do that look whether a port is
// open, are worth no line in the log of operators.
func (r *reader) insecure(err error) (told bool) {
	var failed *netio.TLSError
	if !errors.As(err, &failed) {
		return false
	}
	r.env.Counters.FailedTLS.Add(1)
	level := zerolog.InfoLevel
	if errors.Is(err, io.EOF) {
		level = zerolog.DebugLevel
	}
	r.env.Log.WithLevel(level).Str("remote", r.conn.RemoteAddr().String()).Err(failed.Err).Msg("TLS handshake failed")
	return !failed.Lost
}

// loop reads, parses, posts and runs until the transport ends.
func (r *reader) loop() error {
	raised := false
	for {
		if err := r.frames.Fill(); err != nil {
			return err
		}
		r.t.Reads.Add(1)
		if r.t.Closing.Load() {
			return nil
		}
		if !raised && r.t.Raised.Load() {
			raised = true
			r.frames.SetMaxMessage(r.o.Accept.MaxMessage)
		}
		err := r.batch()
		r.x.Run()
		if err != nil {
			return err
		}
	}
}

// maxInput is how many messages one input has at most: a batched WebSocket message
// of short ones would else take many times its own size.
const maxInput = 8192

// batch posts the messages of one read.
func (r *reader) batch() error {
	var in *lane.Input
	for {
		data, chunk, ok := r.frames.NextPlain()
		if !ok {
			f, ok, err := r.frames.Next()
			if !ok || err != nil {
				r.finish(in, err)
				return err
			}
			if f.Kind != netio.Message {
				if err := r.control(f); err != nil {
					r.finish(in, told(err))
					return err
				}
				continue
			}
			data, chunk = f.Data, f.Chunk
		}
		if in != nil && (in.Chunk != chunk || len(in.Messages) == maxInput) {
			r.post(in)
			in = nil
		}
		if in == nil {
			in = lane.NewInput()
			in.Chunk = chunk
			in.Chunk.Retain(1)
		}
		if err := r.t.Group.Serializer.Parse(data, in.Add()); err != nil {
			in.Drop()
			r.finish(in, err)
			return err
		}
	}
}

// finish posts what was parsed, with the reason why nothing follows, if any.
func (r *reader) finish(in *lane.Input, err error) {
	if in == nil {
		if err == nil {
			return
		}
		in = lane.NewInput()
	}
	in.Err = err
	r.post(in)
}

// post hands a batch to whoever has the transport, and waits while too many of
// them are under way.
func (r *reader) post(in *lane.Input) {
	if r.env.Fault != nil {
		r.env.Inject(ReaderKind, &lane.Item{Op: lane.OpInput, Ext: in})
	}
	if r.credit.Full() {
		r.x.Run() // what was posted so far would wait for this goroutine
	}
	for {
		target := r.handover()
		r.credit.Take(r.stop)
		in.Credit = &r.credit
		if target.Post(r.x, lane.Item{Op: lane.OpInput, Ext: in}) {
			return
		}
		if r.t.Target.Load() == target {
			r.env.Counters.Drop(lane.DropAfterGoodbye, uint64(len(in.Messages)))
			in.Done()
			return
		}
		in.Credit = nil
		r.credit.Give()
	}
}

// handover returns who has the transport. When that is somebody else than before,
// what was posted to the one before comes first: it may still have to be passed on.
func (r *reader) handover() *lane.Box {
	for {
		target := r.t.Target.Load()
		if target == r.target {
			return target
		}
		r.target = target
		r.x.Run() // what was posted so far would wait for this goroutine
		r.credit.Settle(r.stop)
	}
}

// ReaderKind is what a test's fault sees instead of [Kind].
const ReaderKind supervisor.Kind = "reader"

// linger discards what the peer still sends after it was told the end, so that
// the last word reaches it. The connection's actor sets the deadline.
func (r *reader) linger(err error) {
	var frame *netio.FrameError
	told := r.t.Closing.Load() || lane.IsViolation(err) || errors.As(err, &frame)
	if !told {
		r.frames.Close()
		return
	}
	r.frames.Discard(r.env.Limits.LingerBytes)
}
