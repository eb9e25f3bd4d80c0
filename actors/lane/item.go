package lane

import (
	"errors"
	"time"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// Op says what an [Item] asks for.
type Op uint8

// What travels between the actors. The comment says who posts it to whom.
const (
	// OpInput: reader to session or connection; Input holds the messages of one read.
	OpInput Op = iota + 1
	// OpEvent: publisher's session to a member's session; Bytes are Count
	// encoded EVENTs that stand in Chunk one after the other.
	OpEvent
	// OpInvoke: caller's session to callee's; Bytes are the payload of a CALL.
	OpInvoke
	// OpBounce: the same back to the caller: its INVOCATION was never written.
	OpBounce
	// OpPlace: whoever gave a callee's place back, to the session of a call that
	// waited for one, see [Waiting].
	OpPlace
	// OpContinue: caller's session to callee's: more input of a call whose
	// INVOCATION was written; Bytes as before.
	OpContinue
	// OpInvoked: callee's session to caller's: the INVOCATION of a call with more
	// input was written.
	OpInvoked
	// OpResult, OpError: callee's session (or meta) to the caller's.
	OpResult
	OpError
	// OpCancel: caller's session to callee's: this call is no longer wanted, see
	// the Cancellation.
	OpCancel
	// OpCallerGone: a session that ended, to a callee: none of its calls is.
	OpCallerGone
	// OpMetaCall: caller's session to meta; Bytes are a copy of the payload.
	OpMetaCall
	// OpJoin, OpLeave: session to directory, and on to topic or registration.
	OpJoin
	OpLeave
	// OpDrop: directory to a topic or registration that nobody is left in, the
	// last thing it hears.
	OpDrop
	// OpJoined, OpRefused: topic or registration to the session that asked.
	OpJoined
	OpRefused
	// OpTransportLost: connection to session: the peer is gone.
	OpTransportLost
	// OpClose: router or meta to session: say GOODBYE with Close's reason.
	OpClose
	// OpSessionEnded: session to connection: the transport is yours again.
	OpSessionEnded
	// OpOpened: reader to connection: the transport's handshake is done.
	OpOpened
	// OpReaderDone: reader to connection: nothing more will be read.
	OpReaderDone
	// OpTick: timer to connection or session.
	OpTick
	// OpStopped: topic shard or procedure shard to directory: the actor of the
	// Topic or Registration in Ext has stopped.
	OpStopped
	// OpRevoked: directory to session: a membership ended because of that; meta to
	// session: an administrator ended it. Ext is the Revocation.
	OpRevoked
	// OpSpawn: to a shard; Ext is the Child.
	OpSpawn
	// OpSettle: shard to itself: go on settling.
	OpSettle
	// OpChanges: feed to a reader of it: changes wait, see [FeedReader.Next].
	OpChanges
	// OpKill: meta to itself: tell sessions to go.
	OpKill
	// OpTestament: meta to the session that called; Ext is the TestamentChange.
	OpTestament
	// OpRetain, OpSettled: publisher's session to retention: the Kept in Ext is
	// under way, and it is fanned out.
	OpRetain
	OpSettled
	// OpGetRetained: topic to retention, for a member that joined and asked;
	// OpGetAgain: session to retention, for one that had joined before.
	OpGetRetained
	OpGetAgain
	// OpRetained: retention to session: Bytes are Count encoded EVENTs for the
	// Member. N is More if further ones follow.
	OpRetained
	// OpClear: host or meta to retention: the Clear in Ext.
	OpClear
	// OpStore: whoever keeps an event, to the archive: the store.Write in Ext.
	OpStore
	// OpQuestion: meta to the archive: the Question in Ext.
	OpQuestion
	// OpWorkerFailed: archive's worker to its actor: Ext is what it panicked with.
	OpWorkerFailed
)

var opNames = [...]string{
	"", "input", "event", "invoke", "bounce", "place", "continue", "invoked", "result", "error", "cancel", "caller-gone", "meta-call",
	"join", "leave", "drop", "joined", "refused", "transport-lost", "close", "session-ended", "opened", "reader-done", "tick",
	"stopped", "revoked", "spawn", "settle", "changes", "kill", "testament",
	"retain", "settled", "get-retained", "get-again", "retained", "clear", "store", "question", "worker-failed",
}

// String names the operation for failure reports.
func (o Op) String() string { return opNames[o] }

// Item is one entry of a mailbox. It is a value: posting copies it, and
// nothing in it is changed after it was posted. It owns one reference to Chunk;
// who takes the item out of a mailbox releases it.
type Item struct {
	Op         Op
	N          uint8 // payload elements in Bytes
	Serializer codec.Serializer
	Opaque     bool // the payload is, see [wamp.Payload]
	Flags      wamp.Flags
	Count      uint32 // messages in Bytes
	Serial     uint32 // which of a session's calls, when request ids repeat
	Request    wamp.ID
	Bytes      []byte
	Chunk      *netio.Chunk
	Session    *Session // the session at the other end
	Member     *Member
	Ext        any // *Input, *CallDetails, *Cancellation, *Failure, *Close, *Revocation, *TestamentChange, *wamp.Passthru or *Child, as Op asks for
}

// Payload returns the payload that a call's item carries.
func (it *Item) Payload() wamp.Payload {
	return wamp.Payload{Bytes: it.Bytes, N: it.N, Opaque: it.Opaque}
}

// HeldSize is what the item counts for while a session keeps it.
func (it *Item) HeldSize() int {
	n := len(it.Bytes) + 64
	if d, ok := it.Ext.(*CallDetails); ok {
		n += d.Passthru.Size()
	}
	return n
}

// Keep makes the bytes the item's own, for they shall live longer than this drain.
func (it *Item) Keep() {
	if it.Chunk != nil {
		kept := netio.Copy(it.Bytes)
		n := len(it.Bytes)
		it.Release()
		it.Chunk, it.Bytes = kept, kept.B[:n]
	}
}

// Release gives back the item's reference to its bytes.
func (it *Item) Release() {
	if it.Chunk != nil {
		it.Chunk.Release()
		it.Chunk, it.Bytes = nil, nil
	}
}

// CallDetails is what INVOCATION.Details says besides the payload. It is
// allocated only when there is something to say, and never changed.
type CallDetails struct {
	// Procedure is set for pattern-based registrations.
	Procedure string
	// Caller is set when somebody may be told of it: the caller Asked for it,
	// or some callee registered with disclose_caller.
	Caller *Session
	Asked  bool
	// Timeout is set when some callee watches the time by itself, see
	// [dealer.Forwards].
	Timeout time.Duration
	// Passthru is set when the call uses payload passthru mode.
	Passthru *wamp.Passthru
}

// Failure is what OpError and OpRefused carry: the URI of the ERROR, a text for
// people or the Details that the callee sent, encoded in Serializer.
type Failure struct {
	URI     wamp.URI
	Message string
	Details []byte
	// Args are the Arguments of an ERROR that has no payload yet.
	Args []any
}

// Fail makes a Failure of a rule's error.
func Fail(err *wamp.Error) *Failure { return &Failure{URI: err.URI, Message: err.Message} }

// Cancellation is what OpCancel carries: how the invocation is interrupted, and
// the reason that the callee gets.
type Cancellation struct {
	Mode   wamp.CancelMode
	Reason wamp.URI
}

// Close is how a session or transport ends: the reason of GOODBYE or ABORT, a
// text, and the close code of RFC 6455 for the transport.
type Close struct {
	Reason  wamp.URI
	Message string
	Code    uint16
	// Abort sends ABORT instead of GOODBYE.
	Abort bool
	// Answered: the peer said GOODBYE first and may say HELLO again.
	Answered bool
	// Silent sends nothing: the peer is gone or has said ABORT.
	Silent bool
}

// Revocation is why a membership ends that its session did not give up.
type Revocation struct {
	// Reason is told to a peer that understands revocations; it may be empty.
	Reason wamp.URI
	// Lost: the topic or registration is gone already, by a mistake of ours.
	Lost bool
}

// CloseFor is how a transport ends whose peer sent what could not be read: an
// ABORT where a message was at fault, the close code of RFC 6455 where a frame
// was, and nothing where the connection broke.
func CloseFor(err error) Close {
	var violation *wamp.Error
	var frame *netio.FrameError
	switch {
	case errors.As(err, &violation):
		code := netio.CloseProtocolError
		if errors.Is(err, codec.ErrUTF8) {
			code = netio.CloseInvalidData
		}
		return Close{Reason: violation.URI, Message: violation.Message, Code: code, Abort: true}
	case errors.As(err, &frame):
		return Close{
			Reason: wamp.ErrProtocolViolation, Message: frame.Text, Code: frame.Code, Abort: true,
			Silent: frame.Code != netio.CloseTooBig && frame.Code != netio.CloseUnsupported,
		}
	}
	return Close{Silent: true}
}

// IsViolation says whether the peer was told, by ABORT or close code, what was
// wrong with what it sent.
func IsViolation(err error) bool {
	var violation *wamp.Error
	return errors.As(err, &violation)
}
